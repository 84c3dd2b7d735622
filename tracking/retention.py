"""What the log need not keep any longer, counted or deleted, in small transactions.

A shopper who has not come since leaves the log whole. Of those who still come the old slates and
impressions go; what they did stays, because a taste is made of all of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from tracking.models import Event, EventType, Session, Slate, Visitor

BATCH = 500


def outdated(*, before: datetime, functional_before: datetime) -> dict[str, int]:
    """How many rows ``prune`` would delete, by what they are; nothing is deleted."""
    gone = _gone(before)
    return {
        "visits": gone.count(),
        "events": Event.objects.filter(session__in=gone).count() + _impressions(before).count(),
        "slates": Slate.objects.filter(session__in=gone).count() + _slates(before).count(),
        "functional slates": _functional(functional_before).count(),
        "visitors": _visitors(before).count(),
    }


def prune(*, before: datetime, functional_before: datetime) -> dict[str, int]:
    """Delete what is older, the slates of carts without consent by a date of their own; counts."""
    counts = dict.fromkeys(("visits", "events", "slates", "functional slates", "visitors"), 0)
    for visits in _batches(_gone(before)):
        counts["events"] += Event.objects.filter(session__in=visits).delete()[0]
        counts["slates"] += Slate.objects.filter(session__in=visits).delete()[0]
        counts["visits"] += Session.objects.filter(pk__in=visits).delete()[0]
    for name, rows in (
        ("events", _impressions(before)),
        ("slates", _slates(before)),
        ("functional slates", _functional(functional_before)),
        ("visitors", _visitors(before)),
    ):
        for keys in _batches(rows):
            counts[name] += rows.model._default_manager.filter(pk__in=keys).delete()[0]
    return counts


def _batches(rows: QuerySet) -> Iterator[list]:
    """Keys of the rows, a few hundred at a time, each time inside a transaction of its own."""
    while True:
        with transaction.atomic():
            keys = list(rows.values_list("pk", flat=True)[:BATCH])
            if not keys:
                return
            yield keys


def _gone(before: datetime) -> QuerySet[Session]:
    return Session.objects.filter(~Exists(_still_coming(before)), last_event_at__lt=before)


def _still_coming(before: datetime) -> QuerySet[Session]:
    return Session.objects.filter(shopper_key=OuterRef("shopper_key"), last_event_at__gte=before)


def _impressions(before: datetime) -> QuerySet[Event]:
    return Event.objects.filter(
        Exists(_still_coming(before)), event_type=EventType.IMPRESSION, received_at__lt=before
    )


def _slates(before: datetime) -> QuerySet[Slate]:
    return Slate.objects.filter(
        Exists(_still_coming(before)), functional=False, served_at__lt=before
    )


def _functional(before: datetime) -> QuerySet[Slate]:
    return Slate.objects.filter(functional=True, served_at__lt=before)


def _visitors(before: datetime) -> QuerySet[Visitor]:
    staying = Session.objects.filter(Exists(_still_coming(before)), visitor=OuterRef("pk"))
    return Visitor.objects.filter(~Exists(staying), created_at__lt=before)
