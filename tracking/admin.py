"""The log, for reading: visitors, sessions, events and slates, quick on millions of rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from struct import iter_unpack
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from tracking.models import Event, Session, Slate, Visitor

MOST_COUNTED = 5000
MOST_LISTED = 200
COLUMN_NAMES: dict[str, tuple[str, ...]] = {}
"""What the columns of a served vector are called, by fingerprint; whoever makes them says so."""


class CappedPaginator(Paginator):
    """Counts to a limit: nobody turns to page 40,000, and counting the rows up to it is slow."""

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        return rows.order_by()[:MOST_COUNTED].count()


class Window(admin.SimpleListFilter):
    """The last day unless asked otherwise; a search by id looks at all times."""

    title = "time"
    parameter_name = "window"
    column = "received_at"
    spans = {"day": timedelta(days=1), "week": timedelta(days=7)}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("week", "the last week"), ("all", "all times")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": "the last day"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        span = self.spans.get(self.value() or "day")
        if span is None or _id(request.GET.get("q", "")) is not None:
            return queryset
        return queryset.filter(**{f"{self.column}__gte": timezone.now() - span})


class ServedWindow(Window):
    column = "served_at"


class ReadOnly(admin.ModelAdmin):
    """Rows that only ``tracking.record`` writes. ``ids`` are the columns an id is searched in."""

    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_per_page = 50
    # Makes the search box appear; get_search_results does the looking.
    search_fields = ("pk",)
    search_help_text = "a whole id"
    ids: tuple[str, ...] = ("pk",)
    numbers: tuple[str, ...] = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Exact matches only: whole ids, whole numbers."""
        term = search_term.strip()
        if not term:
            return queryset, False
        wanted = _id(term)
        if wanted is not None:
            columns: tuple[str, ...] = self.ids
            value: Any = wanted
        elif self.numbers and term.isdecimal() and int(term) < 2**63:
            columns, value = self.numbers, int(term)
        else:
            return queryset.none(), False
        match = Q()
        for column in columns:
            match |= Q(**{column: value})
        return queryset.filter(match), False


@admin.register(Visitor)
class VisitorAdmin(ReadOnly):
    list_display = ("key", "consent", "consent_at", "created_at")
    ordering = ("-key",)


@admin.register(Session)
class SessionAdmin(ReadOnly):
    list_display = ("id", "shopper_key", "origin", "persona", "started_at", "last_event_at")
    list_filter = ("origin",)
    ordering = ("-id",)
    ids = ("pk", "visitor_id")
    numbers = ("member_id",)
    search_help_text = "a whole session or visitor id, or a member's number"
    fields = (
        "id", "visitor", "member_id", "shopper_key", "origin", "persona", "started_at",
        "last_event_at", "events_of_it", "slates_of_it",
    )  # fmt: skip
    readonly_fields = ("events_of_it", "slates_of_it")

    @admin.display(description="events")
    def events_of_it(self, session: Session) -> SafeString:
        return _events_table(session.events.order_by("pk"))

    @admin.display(description="slates")
    def slates_of_it(self, session: Session) -> SafeString:
        slates = session.slates.order_by("served_at").defer("features", "inputs")[:MOST_LISTED]
        return _table(
            ("served", "qid", "placement", "policy", "items"),
            (
                (slate.served_at, _link(slate), slate.placement, slate.policy, len(slate.items))
                for slate in slates
            ),
        )


@admin.register(Event)
class EventAdmin(ReadOnly):
    list_display = (
        "received_at", "event_type", "product_id", "qid", "position", "server_side", "session_id",
    )  # fmt: skip
    list_filter = (Window, "event_type", "server_side")
    ordering = ("-received_at", "-id")
    ids = ("pk", "client_id", "qid", "session_id")
    numbers = ("product_id",)
    search_help_text = "a whole event, slate or session id; or a product's number"


@admin.register(Slate)
class SlateAdmin(ReadOnly):
    list_display = (
        "served_at", "qid", "placement", "policy", "ranker_tag", "generation", "functional",
    )  # fmt: skip
    list_filter = (ServedWindow,)
    ordering = ("-served_at",)
    ids = ("pk", "session_id")
    search_help_text = "a whole slate or session id"
    fields = (
        "qid", "session", "shopper_key", "placement", "served_at", "policy", "ranker_tag",
        "generation", "fingerprint", "snapshot_tag", "vectors_tag", "state_key", "functional",
        "inputs", "swaps", "what_happened",
    )  # fmt: skip
    readonly_fields = ("swaps", "what_happened")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        slates = super().get_queryset(request)
        match = request.resolver_match
        if match is not None and (match.url_name or "").endswith("changelist"):
            return slates.defer("features", "inputs", "items")
        return slates

    @admin.display(description="swaps")
    def swaps(self, slate: Slate) -> SafeString:
        """The items in shown order, each with its served features.

        The columns carry their names where the fingerprint is known, else numbers from 0.
        """
        # PostgreSQL keeps no order of keys.
        names = sorted(slate.items[0]) if slate.items else []
        vectors = _vectors(bytes(slate.features), len(slate.items))
        width = len(vectors[0]) if vectors else 0
        known = COLUMN_NAMES.get(slate.fingerprint, ())
        return _table(
            (*names, *(known if len(known) == width else range(width))),
            (
                (*(item.get(name, "") for name in names), *(f"{one:.4g}" for one in vector))
                for item, vector in zip(slate.items, vectors, strict=True)
            ),
        )

    @admin.display(description="events")
    def what_happened(self, slate: Slate) -> SafeString:
        return _events_table(Event.objects.filter(qid=slate.pk).order_by("pk"))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def _vectors(features: bytes, items: int) -> list[tuple[float, ...]]:
    if not features or not items:
        return [()] * items
    return list(iter_unpack(f"={len(features) // 8 // items}d", features))


def _events_table(events: QuerySet[Event]) -> SafeString:
    return _table(
        ("occurred", "event", "product", "qid", "position", "found by the server"),
        (
            (one.occurred_at, one.event_type, one.product_id, one.qid or "", one.position or "",
             "yes" if one.server_side else "no")
            for one in events[:MOST_LISTED]
        ),
    )  # fmt: skip


def _table(heads: Iterable[Any], rows: Iterable[Iterable[Any]]) -> SafeString:
    head = format_html_join("", '<th scope="col">{}</th>', ((name,) for name in heads))
    body = format_html_join(
        "",
        "<tr>{}</tr>",
        ((format_html_join("", "<td>{}</td>", ((_said(cell),) for cell in row)),) for row in rows),
    )
    if not body:
        return mark_safe("none")
    return format_html("<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>", head, body)


def _said(cell: Any) -> Any:
    """A moment in the store's time zone; everything else as it is."""
    return f"{timezone.localtime(cell):%Y-%m-%d %H:%M:%S}" if isinstance(cell, datetime) else cell


def _link(slate: Slate) -> SafeString:
    return format_html(
        '<a href="{}">{}</a>', reverse("admin:tracking_slate_change", args=[slate.pk]), slate.pk
    )
