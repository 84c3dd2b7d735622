"""All that a shopper's taste is made of, in one query: state, imported purchases, later events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import (
    BigIntegerField,
    BooleanField,
    CharField,
    DateTimeField,
    Exists,
    Field,
    JSONField,
    QuerySet,
    Subquery,
    UUIDField,
    Value,
)
from django.db.models.functions import Coalesce

from recommender.models import TasteState
from shop.models import Order, OrderLine
from tracking import log
from tracking.log import Fact
from tracking.prepared import Given, Prepared

Purchase = tuple[int, datetime]
"""A product, and when it was bought."""

BEFORE_ALL = UUID(int=0)


@dataclass(frozen=True)
class Remembered:
    """``state`` with its ``cursor`` if one is stored, otherwise the imported ``purchases``.

    ``later`` are the events after the cursor in order of arrival, without a cursor all of them.
    """

    state: dict[str, Any] | None
    cursor: UUID | None
    purchases: Sequence[Purchase]
    later: list[Fact]


def of(shopper_key: str, *, member_id: int | None, until: datetime) -> Remembered:
    """One query; imported purchases count up to ``until``."""
    if member_id is None:
        rows = OF_A_VISITOR.rows(shopper=shopper_key)
    else:
        rows = OF_A_MEMBER.rows(shopper=shopper_key, member=member_id, until=until)
    state, after, purchases, later = None, None, [], []
    for row in rows:
        kept, event, line, *_ = row
        if kept is not None:
            state, after = kept, event
        elif line:
            purchases.append(row)
        else:
            later.append(Fact(event, *row[3:]))
    # The newest of an order's lines is the last one, as it stands in the books.
    purchases.sort(key=lambda row: (row[WHEN], row[LINE]))
    later.sort(key=lambda fact: fact.id)
    return Remembered(state, after, [(row[PRODUCT], row[WHEN]) for row in purchases], later)


def purchases(member_id: int, *, until: datetime) -> list[Purchase]:
    """A member's imported purchases up to ``until``, oldest first; one query."""
    lines = _imported(member_id, until).order_by("order__placed_at", "pk")
    return list(lines.values_list("product_id", "order__placed_at"))


# A NULL in two parts would be text to PostgreSQL in the third.
NO_LINE = Value(0, BigIntegerField())
# The columns of each part: state, id of the event (of the cursor, for a state), id of the order
# line, then those of a fact after its id.
LINE, PRODUCT, WHEN = 2, 5, 8


def _parts(*, of_a_member: bool) -> QuerySet[Any, Any]:
    """State, later events and, of a member without a state, imported purchases."""
    shopper: Any = Given("shopper", CharField())
    stored = TasteState.objects.filter(pk=shopper)
    cursor = Coalesce(Subquery(stored.values("cursor")), Value(BEFORE_ALL, UUIDField()))
    parts = [_later(shopper, cursor)]
    if of_a_member:
        member: Any = Given("member", BigIntegerField())
        until: Any = Given("until", DateTimeField())
        parts.append(_before(member, until, unless=stored))
    return _state(stored).union(*parts, all=True)


def _state(stored: QuerySet[TasteState]) -> QuerySet[Any, Any]:
    return stored.order_by().values_list(
        "state", "cursor", NO_LINE, _none(UUIDField()), _none(CharField()),
        _none(BigIntegerField()), _none(UUIDField()), _none(BigIntegerField()),
        _none(DateTimeField()), _none(BooleanField()),
    )  # fmt: skip


def _later(shopper_key: str, cursor: Coalesce) -> QuerySet[Any, Any]:
    event, *others = log.FACT_COLUMNS
    found = log.facts_after(shopper_key, cursor)
    return found.values_list(_none(JSONField()), event, NO_LINE, *others)


def _before(member_id: int, until: datetime, *, unless: QuerySet[TasteState]) -> QuerySet[Any, Any]:
    lines = _imported(member_id, until).filter(~Exists(unless)).order_by()
    return lines.values_list(
        _none(JSONField()), _none(UUIDField()), "pk", _none(UUIDField()), _none(CharField()),
        "product_id", _none(UUIDField()), _none(BigIntegerField()), "order__placed_at",
        _none(BooleanField()),
    )  # fmt: skip


def _imported(member_id: int, until: datetime) -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(
        order__member_id=member_id,
        order__origin=Order.Origin.IMPORTED,
        order__placed_at__lte=until,
        product__isnull=False,
    )


def _none(column: Field[Any, Any]) -> Value:
    return Value(None, column)


OF_A_VISITOR = Prepared(partial(_parts, of_a_member=False))
OF_A_MEMBER = Prepared(partial(_parts, of_a_member=True))
