"""The one reading door of the log: slates, what happened to them, and what a shopper did."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, UUIDField
from django.db.models.expressions import Combinable

from tracking.models import Counter, Event, EventType, Origin, Session, Slate
from tracking.prepared import Given, Prepared
from tracking.visitor import Caller

PURCHASES = "purchases"
MATURES_AFTER = timedelta(days=7)
BATCH = 2000
# SQLite builds differ in how many parameters a query may have; all take this many.
NAMES_PER_QUERY = 900


@dataclass(frozen=True, slots=True)
class SlateRow:
    """A slate as it was served. ``features`` is float64, row-major, a row per item; may be empty.

    ``session_id``, ``origin`` and ``persona`` are None and empty for a functional slate.
    """

    qid: UUID
    session_id: UUID | None
    shopper_key: str
    placement: str
    served_at: datetime
    policy: str
    ranker_tag: str
    generation: int
    fingerprint: str
    snapshot_tag: str
    vectors_tag: str
    inputs: dict[str, Any]
    items: list[dict[str, Any]]
    features: bytes
    state_key: str
    functional: bool
    origin: str
    persona: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One event. ``id`` grows in the order of arrival and is the cursor of a reader."""

    id: UUID
    session_id: UUID
    event_type: str
    product_id: int
    qid: UUID | None
    position: int | None
    occurred_at: datetime
    server_side: bool


class ItemFact(NamedTuple):
    """One event that names a slate, as far as its item is judged by it."""

    qid: UUID
    position: int | None
    event_type: str
    occurred_at: datetime
    server_side: bool


# No column more: an id read from SQLite costs as much as all of these but the first.
ABOUT_ITEM = ItemFact._fields

SLATE_COLUMNS = (
    "qid", "session_id", "shopper_key", "placement", "served_at", "policy", "ranker_tag",
    "generation", "fingerprint", "snapshot_tag", "vectors_tag", "inputs", "items", "features",
    "state_key", "functional", "session__origin", "session__persona",
)  # fmt: skip
FACT_COLUMNS = (
    "id", "session_id", "event_type", "product_id", "qid", "position", "occurred_at",
    "server_side",
)  # fmt: skip


def slates(
    *,
    now: datetime,
    since: datetime | None = None,
    until: datetime | None = None,
    origins: Sequence[str] = (Origin.SERVED,),
    mature_only: bool = True,
) -> Iterator[SlateRow]:
    """Slates served from ``since`` on and before ``until``, oldest first; functional ones never.

    A slate is mature when its session, or the one that this went on in after signing in, has placed
    an order since it was served, or else after seven days. Only then does "nothing happened" mean
    something: what was served after the order waits.
    """
    chosen = Slate.objects.filter(functional=False, session__origin__in=list(origins))
    if since is not None:
        chosen = chosen.filter(served_at__gte=since)
    if until is not None:
        chosen = chosen.filter(served_at__lt=until)
    if mature_only:
        since_then = Event.objects.filter(
            event_type=EventType.PURCHASE, occurred_at__gte=OuterRef("served_at")
        )
        chosen = chosen.filter(
            Q(served_at__lte=now - MATURES_AFTER)
            | Exists(since_then.filter(session=OuterRef("session")))
            | Exists(since_then.filter(session=OuterRef("session__goes_on_in")))
        )
    rows = chosen.order_by("served_at", "qid").values_list(*SLATE_COLUMNS)
    for row in rows.iterator(chunk_size=BATCH):
        yield _slate_row(row)


def first_served_at(*, since: datetime) -> datetime | None:
    """When the oldest slate from ``since`` on was served; None when there is none."""
    recorded = Slate.objects.filter(functional=False, served_at__gte=since)
    return recorded.order_by("served_at").values_list("served_at", flat=True).first()


def touched(*, received_since: datetime) -> set[datetime]:
    """When the slates were served whose items something happened to, or whose session has bought.

    Only what arrived at ``received_since`` or later counts. A session that went on in another has
    bought when that one has.
    """
    arrived = Event.objects.filter(received_at__gte=received_since)
    named = arrived.exclude(qid=None).values("qid")
    bought = arrived.filter(event_type=EventType.PURCHASE).values("session")
    recorded = Slate.objects.filter(functional=False)
    return {
        served_at
        for slates in (
            recorded.filter(qid__in=named),
            recorded.filter(session__in=bought),
            recorded.filter(session__goes_on_in__in=bought),
        )
        for served_at in slates.values_list("served_at", flat=True)
    }


def newest_slates(count: int, *, since: datetime, not_at: Sequence[str] = ()) -> list[SlateRow]:
    """At most ``count`` slates that real visits were served at ``since`` or later, newest first.

    Those at the placements ``not_at`` are left out.
    """
    chosen = Slate.objects.filter(
        functional=False, session__origin=Origin.SERVED, served_at__gte=since
    ).exclude(placement__in=not_at)
    rows = chosen.order_by("-served_at").values_list(*SLATE_COLUMNS)
    return [_slate_row(row) for row in rows[:count]]


def slate(qid: UUID) -> SlateRow | None:
    """The slate ``qid``, functional ones too; whether the asker may see it is the asker's check."""
    row = Slate.objects.filter(pk=qid).values_list(*SLATE_COLUMNS).first()
    return None if row is None else _slate_row(row)


def last_slate(caller: Caller, *, placement: str, state_key: str) -> SlateRow | None:
    """The newest slate that this visit was served at ``placement`` in the state ``state_key``.

    Without consent there is no visit, and the shopper's functional slates are looked through.
    """
    asked = {"placement": placement, "state_key": state_key}
    if caller.session_id is not None:
        rows = LAST_OF_VISIT.rows(session=caller.session_id, **asked)
    else:
        rows = LAST_FUNCTIONAL.rows(shopper=caller.shopper_key, **asked)
    return _slate_row(rows[0]) if rows else None


def _last(**theirs: Any) -> QuerySet[Any, Any]:
    standing = Slate.objects.filter(
        placement=Given("placement", CharField()),
        state_key=Given("state_key", CharField()),
        **theirs,
    )
    return standing.order_by("-served_at").values_list(*SLATE_COLUMNS)[:1]


LAST_OF_VISIT = Prepared(lambda: _last(session_id=Given("session", UUIDField())))
LAST_FUNCTIONAL = Prepared(
    lambda: _last(functional=True, shopper_key=Given("shopper", CharField()))
)


def events_for_qids(qids: Sequence[UUID]) -> Iterator[ItemFact]:
    """Every event that names one of ``qids``; in order of arrival within each of them."""
    for start in range(0, len(qids), NAMES_PER_QUERY):
        named = Event.objects.filter(qid__in=qids[start : start + NAMES_PER_QUERY])
        rows = named.order_by("qid", "id").values_list(*ABOUT_ITEM)
        yield from map(ItemFact._make, rows.iterator(chunk_size=BATCH))


def events_of_shopper(shopper_key: str, *, after: UUID | None = None) -> list[Fact]:
    """What the shopper did after the event ``after`` (None: ever), oldest arrival first.

    Ids are drawn before the commit, so of two requests at the same moment the older id may become
    visible last; a reader that keeps a cursor leaves the last seconds for its next turn.
    """
    theirs = Event.objects.filter(shopper_key=shopper_key)
    if after is not None:
        theirs = theirs.filter(pk__gt=after)
    return [Fact(*row) for row in theirs.order_by("pk").values_list(*FACT_COLUMNS)]


def facts_after(shopper_key: str, after: Combinable) -> QuerySet[Any, Any]:
    """The shopper's events after one that the database finds, unordered, for a wider query.

    Columns are those of ``FACT_COLUMNS``; ``after`` gives an event's id, never NULL.
    """
    theirs = Event.objects.filter(shopper_key=shopper_key, pk__gt=after)
    return theirs.order_by().values_list(*FACT_COLUMNS)


def shoppers_since(moment: datetime) -> QuerySet[Any, Any]:
    """The keys of who came at ``moment`` or later, for use inside another query."""
    return Session.objects.filter(last_event_at__gte=moment).values("shopper_key")


def newest_views(shopper_key: str, count: int) -> list[int]:
    """At most ``count`` products that the shopper looked at, newest first, each once.

    Of what was looked at again and again since, the oldest may be missing.
    """
    views = Event.objects.filter(shopper_key=shopper_key, event_type=EventType.VIEW)
    newest = views.order_by("-pk").values_list("product_id", flat=True)[: 4 * count]
    return list(dict.fromkeys(newest))[:count]


def purchases() -> int:
    """Orders placed so far, whether or not the shopper consented to anything else."""
    return Counter.objects.filter(pk=PURCHASES).values_list("value", flat=True).first() or 0


def _slate_row(row: tuple[Any, ...]) -> SlateRow:
    *columns, features, state_key, functional, origin, persona = row
    # PostgreSQL hands the features out as a memoryview.
    rest = bytes(features), state_key, functional, origin or "", persona or ""
    columns.extend(rest)
    return SlateRow(*columns)
