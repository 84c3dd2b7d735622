"""The ledger, for reading: rankers, the live tag, the training lease, stored columns."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from recommender.models import ColumnsFile, LiveTag, RankerVersion, TrainingRun
from recommender.ranking.features.schema import NAMES, fingerprint
from tracking.admin import COLUMN_NAMES

COLUMN_NAMES[fingerprint()] = NAMES


class ReadOnly(admin.ModelAdmin):
    """Rows that only the loop writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(RankerVersion)
class RankerVersionAdmin(ReadOnly):
    list_display = ("tag", "policy", "status", "bucket", "weights_state", "trained_at")
    list_filter = ("status", "policy")
    search_fields = ("tag__startswith",)
    list_per_page = 50


@admin.register(LiveTag)
class LiveTagAdmin(ReadOnly):
    list_display = ("generation", "version")
    list_select_related = ("version",)


@admin.register(TrainingRun)
class TrainingRunAdmin(ReadOnly):
    list_display = ("state", "bucket", "trained_bucket", "fence", "started_at", "ended_at")


@admin.register(ColumnsFile)
class ColumnsFileAdmin(ReadOnly):
    list_display = ("tag", "kind", "catalogue_version", "made_at")
    list_filter = ("kind",)
    list_per_page = 50
