"""The ledger of rankers, the live tag, processes: steered by actions that ask for a reason."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from recommender import alarms, steering
from recommender.models import (
    ColumnsFile,
    LedgerEntry,
    LiveTag,
    Partition,
    RankerVersion,
    ServingProcess,
    TrainingRun,
)
from recommender.ranking.features.schema import NAMES, fingerprint
from tracking.admin import COLUMN_NAMES

COLUMN_NAMES[fingerprint()] = NAMES


class ReadOnly(admin.ModelAdmin):
    """Rows that only the loop writes."""

    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class Steered(ReadOnly):
    """Actions ask for the reason on a page of their own before anything moves."""

    def has_steer_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm(steering.PERMISSION))

    def _asked(
        self, request: HttpRequest, rows: QuerySet[Any], action: str, question: str
    ) -> tuple[str, HttpResponse | None]:
        """The reason that was given, or the page that asks for it."""
        if "why" in request.POST:
            return request.POST["why"], None
        context = {
            **self.admin_site.each_context(request),
            "title": question,
            "rows": rows,
            "action": action,
            "opts": self.model._meta,
        }
        return "", TemplateResponse(request, "recommender/confirm.html", context)

    def _say(self, request: HttpRequest, text: str, refused: steering.Refused | None) -> None:
        if refused:
            self.message_user(request, f"Refused: {refused}", messages.ERROR)
        else:
            self.message_user(request, f"Done: {text}", messages.SUCCESS)


@admin.register(RankerVersion)
class RankerVersionAdmin(Steered):
    list_display = (
        "tag", "policy", "status", "verdict_in_short", "bucket", "weights_state", "trained_at",
    )  # fmt: skip
    list_filter = ("status", "policy")
    search_fields = ("tag__startswith",)
    actions = ("promote", "roll_back")

    @admin.display(description="the gate said")
    def verdict_in_short(self, version: RankerVersion) -> str:
        reasons = version.verdict.get("reasons") or ["nothing yet"]
        return reasons[0] if not version.verdict.get("passed") else "passed"

    @admin.action(description="Promote this ranker…", permissions=["steer"])
    def promote(self, request: HttpRequest, rows: QuerySet[RankerVersion]) -> HttpResponse | None:
        return self._one(request, rows, "promote", steering.promote, "is live")

    @admin.action(description="Roll this live ranker back…", permissions=["steer"])
    def roll_back(self, request: HttpRequest, rows: QuerySet[RankerVersion]) -> HttpResponse | None:
        return self._one(request, rows, "roll_back", steering.roll_back, "was rolled back")

    def _one(
        self,
        request: HttpRequest,
        rows: QuerySet[RankerVersion],
        action: str,
        step: Any,
        done: str,
    ) -> HttpResponse | None:
        if rows.count() != 1:
            self.message_user(request, "Choose one ranker.", messages.ERROR)
            return None
        words = "Promote" if action == "promote" else "Roll back"
        why, page = self._asked(request, rows, action, f"{words} {rows[0].tag}?")
        if page is not None:
            return page
        refused = None
        try:
            step(rows[0], by=request.user.get_username(), why=why, now=timezone.now())
        except steering.Refused as error:
            refused = error
        self._say(request, f"{rows[0].tag} {done}.", refused)
        return None


@admin.register(LiveTag)
class LiveTagAdmin(Steered):
    list_display = ("generation", "version", "pinned")
    list_select_related = ("version",)
    actions = ("pin", "unpin", "retrain")

    def get_queryset(self, request: HttpRequest) -> QuerySet[LiveTag]:
        # Before the first promotion there is something to ask for, too: a training.
        LiveTag.objects.get_or_create(pk=1)
        return super().get_queryset(request)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What rings is said above the row."""
        for alarm in alarms.current():
            self.message_user(request, f"Is it learning? {alarm.message}", messages.WARNING)
        return super().changelist_view(request, extra_context)

    @admin.action(description="Pin the live ranker…", permissions=["steer"])
    def pin(self, request: HttpRequest, rows: QuerySet[LiveTag]) -> HttpResponse | None:
        return self._step(request, rows, "pin", steering.pin, "Pin the live ranker", pinned=True)

    @admin.action(description="Unpin the live ranker…", permissions=["steer"])
    def unpin(self, request: HttpRequest, rows: QuerySet[LiveTag]) -> HttpResponse | None:
        return self._step(
            request, rows, "unpin", steering.pin, "Unpin the live ranker", pinned=False
        )

    @admin.action(description="Train now…", permissions=["steer"])
    def retrain(self, request: HttpRequest, rows: QuerySet[LiveTag]) -> HttpResponse | None:
        return self._step(request, rows, "retrain", steering.retrain, "Train now")

    def _step(
        self,
        request: HttpRequest,
        rows: QuerySet[LiveTag],
        action: str,
        step: Any,
        words: str,
        **how: bool,
    ) -> HttpResponse | None:
        why, page = self._asked(request, rows, action, f"{words}?")
        if page is not None:
            return page
        refused = None
        try:
            step(by=request.user.get_username(), why=why, now=timezone.now(), **how)
        except steering.Refused as error:
            refused = error
        self._say(request, f"{words}.", refused)
        return None


@admin.register(LedgerEntry)
class LedgerEntryAdmin(ReadOnly):
    list_display = ("at", "action", "version", "generation", "by", "why")
    list_select_related = ("version",)
    list_filter = ("action",)


@admin.register(ServingProcess)
class ServingProcessAdmin(ReadOnly):
    list_display = ("role", "host", "pid", "generation", "problem", "since", "seen_at")


@admin.register(TrainingRun)
class TrainingRunAdmin(ReadOnly):
    list_display = ("state", "bucket", "trained_bucket", "fence", "started_at", "ended_at")


@admin.register(ColumnsFile)
class ColumnsFileAdmin(ReadOnly):
    list_display = ("tag", "kind", "catalogue_version", "made_at")
    list_filter = ("kind",)


@admin.register(Partition)
class PartitionAdmin(ReadOnly):
    list_display = ("day", "slates", "rows", "final", "made_at", "sha256")
    list_filter = ("final",)
