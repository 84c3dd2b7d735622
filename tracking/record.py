"""The one writing door of the log. Everything runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from tracking import hint, log
from tracking.identifiers import new_id
from tracking.models import Counter, Event, EventType, Origin, Session, Slate, Visitor
from tracking.visitor import Caller, member_shopper_key, visitor_shopper_key

FLOAT = 8


class Verdict(StrEnum):
    """What became of an event: a row, the row it already was, or a name that is another's."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    TAKEN = "taken"


@dataclass(frozen=True)
class Draft:
    """An event to be stored. ``event_id`` is the sender's name for it, None for a new one."""

    event_type: str
    product_id: int
    qid: UUID | None = None
    position: int | None = None
    occurred_at: datetime | None = None
    event_id: UUID | None = None


@dataclass(frozen=True)
class PurchaseLine:
    """A bought line, with the slate item that it came from, if it came from one.

    A line that several slate items brought is one for each of them.
    """

    product_id: int
    qid: UUID | None = None
    position: int | None = None


class EventIdTaken(ValueError):
    """The event id already names an event of another visitor."""


def event(
    caller: Caller,
    *,
    event_type: str,
    product_id: int,
    qid: UUID | None = None,
    position: int | None = None,
    occurred_at: datetime | None = None,
    event_id: UUID | None = None,
    server_side: bool = True,
) -> UUID | None:
    """Store one event and return its id; None when it was not stored for want of consent.

    The same ``event_id`` twice is one row and the same answer. One INSERT, and with an
    ``event_id`` one SELECT. Raises ``EventIdTaken`` when the id is another visitor's.
    """
    draft = Draft(event_type, product_id, qid, position, occurred_at, event_id)
    stored = events(caller, [draft], server_side=server_side)
    if not stored:
        return None
    name, verdict = stored[0]
    if verdict is Verdict.TAKEN:
        raise EventIdTaken(f"event_id {name} cannot be used")
    return name


def events(
    caller: Caller, drafts: Sequence[Draft], *, server_side: bool
) -> list[tuple[UUID, Verdict]]:
    """Store ``drafts`` with one INSERT; their ids and verdicts in the same order.

    Empty without consent: nothing was stored. Two requests that send the same ``event_id`` at once
    get one "stored" and one "duplicate" between them.
    """
    if not caller.consent or not drafts:
        return []
    received_at = timezone.now()
    rows = [_row(caller, draft, server_side, received_at) for draft in drafts]
    named = {row.client_id: row for row in reversed(rows) if row.client_id is not None}
    fresh = [row for row in rows if row.client_id is None or named[row.client_id] is row]
    # In one order for everybody: of two requests with the same names in another order each would
    # wait for a row of the other's.
    fresh.sort(key=lambda row: str(row.client_id))
    Event.objects.bulk_create(fresh, ignore_conflicts=bool(named))
    stored: dict[UUID | None, tuple[UUID, UUID | None]] = {}
    if named:
        found = Event.objects.filter(client_id__in=named)
        stored = {
            client_id: (pk, visitor)
            for client_id, pk, visitor in found.values_list(
                "client_id", "pk", "session__visitor_id"
            )
        }
    answers = []
    for row in rows:
        if row.client_id is None:
            answers.append((row.pk, Verdict.STORED))
            continue
        pk, visitor = stored[row.client_id]
        if visitor != caller.visitor_key:
            verdict = Verdict.TAKEN
        else:
            verdict = Verdict.STORED if pk == row.pk else Verdict.DUPLICATE
        answers.append((row.client_id, verdict))
    return answers


def slate(
    caller: Caller,
    *,
    placement: str,
    policy: str,
    items: Sequence[dict[str, Any]],
    state_key: str,
    served_at: datetime,
    features: bytes = b"",
    inputs: dict[str, Any] | None = None,
    ranker_tag: str = "",
    generation: int = 0,
    fingerprint: str = "",
    snapshot_tag: str = "",
    vectors_tag: str = "",
) -> UUID:
    """Store a served slate and return its qid; functional, without a visit, when no consent.

    ``items`` are in shown order with positions 1, 2, …; ``features`` is float64, row-major, one row
    per item, or empty. Raises ``ValueError`` when these do not fit together.
    """
    if [item["position"] for item in items] != list(range(1, len(items) + 1)):
        raise ValueError("a slate's items have the positions 1, 2, … in this order")
    if features and (not items or len(features) % (FLOAT * len(items))):
        raise ValueError(f"{len(features)} bytes are not one row of float64 per each of the items")
    row = Slate.objects.create(
        session_id=_session(caller) if caller.consent else None,
        shopper_key=caller.shopper_key,
        functional=not caller.consent,
        placement=placement,
        served_at=served_at,
        policy=policy,
        ranker_tag=ranker_tag,
        generation=generation,
        fingerprint=fingerprint,
        snapshot_tag=snapshot_tag,
        vectors_tag=vectors_tag,
        inputs=inputs or {},
        items=list(items),
        features=features,
        state_key=state_key,
    )
    return row.pk


def purchase(
    caller: Caller,
    *,
    order_id: int,
    lines: Sequence[PurchaseLine],
    count: bool = True,
    occurred_at: datetime | None = None,
) -> int:
    """Log an order's lines, count the order, and return how many orders there are.

    Call inside the order's transaction, last: the counter's row stays locked until its end. Every
    order counts, with consent or without; ``count=False`` (simulated orders) neither counts nor
    wakes a worker. The cart is over, and with it its functional slates.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(
            "record.purchase counts an order and must run inside the order's transaction"
        )
    if caller.consent:
        received_at = timezone.now()
        Event.objects.bulk_create(
            _row(
                caller,
                Draft(EventType.PURCHASE, line.product_id, line.qid, line.position, occurred_at),
                True,
                received_at,
                order_id,
            )
            for line in lines
        )
    forget_functional(caller)
    if count:
        if not Counter.objects.filter(pk=log.PURCHASES).update(value=F("value") + 1):
            Counter.objects.get_or_create(pk=log.PURCHASES)
            Counter.objects.filter(pk=log.PURCHASES).update(value=F("value") + 1)
        transaction.on_commit(hint.send)
    return log.purchases()


def forget_functional(caller: Caller) -> None:
    """Delete the slates that served a cart without consent; call when the cart is emptied.

    Those from before signing in served the same cart.
    """
    Slate.objects.filter(functional=True, shopper_key__in=caller.keys).delete()


def start_simulated_session(*, member_id: int | None, persona: str, started_at: datetime) -> Caller:
    """A visit of a simulated shopper, with consent; origin "simulated" marks all it leaves."""
    visitor_key = new_id()
    if member_id is None:
        shopper_key = visitor_shopper_key(visitor_key)
    else:
        shopper_key = member_shopper_key(member_id)
    Visitor.objects.create(key=visitor_key, consent=True, consent_at=started_at)
    session = Session.objects.create(
        visitor_id=visitor_key,
        member_id=member_id,
        shopper_key=shopper_key,
        origin=Origin.SIMULATED,
        persona=persona,
        started_at=started_at,
        last_event_at=started_at,
    )
    return Caller(
        visitor_key=visitor_key,
        session_id=session.pk,
        member_id=member_id,
        shopper_key=shopper_key,
        consent=True,
        consent_answered=True,
    )


def _row(
    caller: Caller,
    draft: Draft,
    server_side: bool,
    received_at: datetime,
    order_id: int | None = None,
) -> Event:
    return Event(
        client_id=draft.event_id,
        session_id=_session(caller),
        shopper_key=caller.shopper_key,
        event_type=EventType(draft.event_type),
        product_id=draft.product_id,
        qid=draft.qid,
        position=draft.position,
        order_id=order_id,
        server_side=server_side,
        occurred_at=draft.occurred_at or received_at,
        received_at=received_at,
    )


def _session(caller: Caller) -> UUID:
    if caller.session_id is None:
        raise ValueError("this caller has no session yet; tracking.visitor.ensure(request) first")
    return caller.session_id
