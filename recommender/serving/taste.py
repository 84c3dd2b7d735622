"""What is known of one shopper: a stored state, with everything done since folded in when read.

The state holds plain facts only (which products, when, which swaps), so that folding the same
events gives the same state whatever the catalogue looks like; scales come in ``as_of``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
from django.utils import timezone

from recommender import remembered
from recommender.models import TasteState
from recommender.ranking.bought import NEVER, Bought, once_more
from recommender.ranking.query import Floats, Snapshot, Taste
from tracking import log

TOUCHED, CENTRE, CHOSEN, ACTIONS, RECENT = 300, 50, 100, 20, 20
"""How many of the newest of each fact are kept; what was bought is summed by product instead."""

WRITE_AFTER = 30
"""So many events after the cursor make it worth moving."""

SETTLED = timedelta(seconds=10)
"""Of two requests at one moment the older event may become visible last: these are not stored."""

INTENT_RATE = 0.3
SWITCH_AFTER = 45.0
"""Seconds for which the intent stays on the side it has come to (above or below an even chance)."""

LAST = Bought._fields.index("last")

DEAR, CHEAP = 0.6, 0.4
PRIOR_CHOICES = 8.0
"""The store's mean weighs as much as eight choices of the shopper's own."""


@dataclass(frozen=True)
class Known:
    """A shopper's facts and the last event among them."""

    facts: Mapping[str, Any]
    cursor: UUID | None

    def as_of(
        self,
        snapshot: Snapshot,
        *,
        member_id: int | None,
        session_id: UUID | None,
        diet_tags: Iterable[str],
    ) -> Taste:
        """The taste that features read, on the scales of ``snapshot``."""
        thrift = _thrift(snapshot)
        wanted = set(diet_tags)
        return Taste(
            shopper_id=member_id,
            beta_u=_beta(self.facts, snapshot, thrift),
            intent=_intent(self.facts, snapshot),
            diet_bits=sum(1 << at for at, tag in enumerate(snapshot.diet_tags) if tag in wanted),
            last_touched={int(key): when for key, when in self.facts["touched"].items()},
            centre_products=tuple(self.facts["bought"]),
            bought={int(key): Bought(*sums) for key, sums in self.facts["sums"].items()},
            session_products=tuple(
                dict.fromkeys(
                    product
                    for session, product in reversed(self.facts["recent"])
                    if session == str(session_id)
                )
            ),
        )


def of(shopper_key: str, *, member_id: int | None, now: datetime, consent: bool) -> Known:
    """What is known now, in one query.

    Without ``consent`` nothing is stored, however much there is to fold in.
    """
    found = remembered.of(shopper_key, member_id=member_id, until=now)
    facts = _facts(found.purchases) if found.state is None else found.state
    known = fold(Known(facts, found.cursor), found.later)
    if consent and found.state is None and facts["sums"]:
        # Read once: the next request finds a member's imported purchases summed.
        _keep_history(shopper_key, facts)
    if consent and len(found.later) >= WRITE_AFTER:
        _keep(shopper_key, Known(facts, found.cursor), found.later, new=found.state is None)
    return known


def at(shopper_key: str, *, member_id: int | None, cursor: UUID | None, now: datetime) -> Known:
    """What was known up to the event ``cursor``, from the events alone (for ``check_skew``)."""
    events = log.events_of_shopper(shopper_key) if cursor else []
    start = Known(history(member_id, until=now), None)
    return fold(start, [event for event in events if cursor and event.id <= cursor])


def history(member_id: int | None, *, until: datetime) -> dict[str, Any]:
    """The facts before the first event: all of a member's imported purchases."""
    return _facts([] if member_id is None else remembered.purchases(member_id, until=until))


def _facts(purchases: Iterable[remembered.Purchase]) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "touched": {},
        "sums": {},
        "bought": [],
        "chosen": [],
        "actions": [],
        "recent": [],
        "swaps": [0, 0],
    }
    for product, placed_at in purchases:
        _bought(facts, product, placed_at)
        _push(facts["actions"], ["bought", product, placed_at.timestamp()], ACTIONS)
    _forget_old_touches(facts)
    return facts


def fold(known: Known, events: Iterable[log.Fact]) -> Known:
    """``known`` with ``events`` (in order of arrival) added; the argument stays as it was."""
    facts = {name: value.copy() for name, value in known.facts.items()}
    cursor = known.cursor
    for event in events:
        if event.event_type == "impression":
            # Being shown something says nothing of the shopper, and must not renew the slate.
            continue
        cursor = event.id
        _add(facts, event)
    _forget_old_touches(facts)
    return Known(facts, cursor)


def _forget_old_touches(facts: dict[str, Any]) -> None:
    newest = sorted(facts["touched"].items(), key=lambda item: item[1], reverse=True)
    facts["touched"] = dict(newest[:TOUCHED])


def _add(facts: dict[str, Any], event: log.Fact) -> None:
    product, kind = event.product_id, event.event_type
    if kind == "purchase":
        # A line that several slate items brought is one purchase for each of them.
        if facts["sums"].get(str(product), NEVER)[LAST] != event.occurred_at.timestamp():
            _bought(facts, product, event.occurred_at)
    elif kind in ("view", "cart_add"):
        _push(facts["recent"], [str(event.session_id), product], RECENT)
    if kind == "cart_add":
        _touched(facts, product, event.occurred_at)
    if kind in ("cart_add", "swap_accept", "swap_undo", "swap_dismiss"):
        _push(facts["actions"], [kind, product, event.occurred_at.timestamp()], ACTIONS)
    if kind == "swap_accept":
        facts["swaps"][0] += 1
    elif kind in ("swap_undo", "swap_dismiss"):
        facts["swaps"][1] += 1


def _bought(facts: dict[str, Any], product: int, when: datetime) -> None:
    _touched(facts, product, when)
    _push(facts["chosen"], product, CHOSEN)
    before = Bought(*facts["sums"].get(str(product), NEVER))
    facts["sums"][str(product)] = list(once_more(before, when.timestamp()))
    if product in facts["bought"]:
        facts["bought"].remove(product)
    facts["bought"].insert(0, product)
    del facts["bought"][CENTRE:]


def _touched(facts: dict[str, Any], product: int, when: datetime) -> None:
    key = str(product)
    facts["touched"][key] = max(when.timestamp(), facts["touched"].get(key, 0.0))


def _push(values: list[Any], value: Any, most: int) -> None:
    values.append(value)
    del values[:-most]


def _keep_history(shopper_key: str, facts: dict[str, Any]) -> None:
    state = TasteState(shopper_key=shopper_key, state=facts, cursor=None)
    TasteState.objects.bulk_create([state], ignore_conflicts=True)


def _keep(shopper_key: str, known: Known, later: list[log.Fact], *, new: bool) -> None:
    until = timezone.now() - SETTLED
    settled = fold(known, [event for event in later if _drawn_at(event.id) < until])
    if settled.cursor == known.cursor:
        return
    values = {"state": settled.facts, "cursor": settled.cursor}
    if new:
        TasteState.objects.bulk_create(
            [TasteState(shopper_key=shopper_key, **values)], ignore_conflicts=True
        )
        return
    # Only from the cursor that was read, so that a slower reader does not move it back.
    TasteState.objects.filter(pk=shopper_key, cursor=known.cursor).update(**values)


def _drawn_at(event_id: UUID) -> datetime:
    """A UUIDv7 begins with the milliseconds of its moment."""
    return datetime.fromtimestamp((event_id.int >> 80) / 1000.0, tz=timezone.get_default_timezone())


@dataclass(frozen=True)
class _Thrift:
    """How thrifty the choice of each product is, 0 to 1, and what the store's shoppers choose."""

    tag: str
    values: Floats
    mean: float


_kept = _Thrift("", np.empty(0), 0.5)


def _thrift(snapshot: Snapshot) -> _Thrift:
    """Cheap per unit within the type (.6), own brand (.2), on promotion (.2)."""
    global _kept  # noqa: PLW0603 the scale of the newest snapshot, needed by every request
    if _kept.tag == snapshot.tag:
        return _kept
    percentile = np.nan_to_num(snapshot.price_percentile, nan=0.5)
    promoted = snapshot.price_cents < snapshot.regular_cents
    values = 0.6 * (1.0 - percentile) + 0.2 * snapshot.own_brand + 0.2 * promoted
    sold = snapshot.popularity
    mean = float((sold * values).sum() / sold.sum()) if len(sold) else 0.5
    _kept = fresh = _Thrift(snapshot.tag, values, mean)
    return fresh


def _beta(facts: Mapping[str, Any], snapshot: Snapshot, thrift: _Thrift) -> float:
    rows = snapshot.rows_of(np.asarray(facts["chosen"], dtype=np.int64))
    chosen = thrift.values[rows[rows >= 0]]
    accepted, refused = facts["swaps"]
    total = float(chosen.sum()) + accepted + PRIOR_CHOICES * thrift.mean
    return float(total / (len(chosen) + accepted + refused + PRIOR_CHOICES))


def _intent(facts: Mapping[str, Any], snapshot: Snapshot) -> float:
    """EMA from 0.5: refusing a swap or choosing a dear product is 1, the opposites are 0.

    One visit has one mood at a time: what would carry the EMA across 0.5 within 45 s of the last
    crossing leaves it at 0.5, on the side where it was.
    """
    actions = facts["actions"]
    rows = snapshot.rows_of(np.asarray([product for _, product, _ in actions], np.int64))
    intent, side, crossed = 0.5, 0, float("-inf")
    for (kind, _, at), row in zip(actions, rows.tolist(), strict=True):
        if kind == "swap_accept":
            action = 0.0
        elif kind in ("swap_undo", "swap_dismiss"):
            action = 1.0
        else:
            percentile = float(snapshot.price_percentile[row]) if row >= 0 else 0.5
            if not (percentile >= DEAR or percentile <= CHEAP):
                continue
            action = float(percentile >= DEAR)
        intent += INTENT_RATE * (action - intent)
        comes_to = int(np.sign(intent - 0.5))
        if comes_to in (0, side):
            continue
        if at - crossed < SWITCH_AFTER:
            intent = 0.5
        else:
            side, crossed = comes_to, at
    return intent
