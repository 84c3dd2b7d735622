"""What a product cost before: its usual price, and a drawing of the last year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, Protocol

from shop.models import PriceChange
from shop.money import text

LOOKED_BACK = timedelta(weeks=8)
KNOWN_FOR = timedelta(weeks=2)
"""A product whose prices are known for less has no usual price yet."""
DRAWN = timedelta(weeks=52)
WIDTH, HEIGHT, MARGIN = 320, 80, 6


class Change(Protocol):
    """What is needed to know of a price change."""

    @property
    def price(self) -> Decimal: ...

    @property
    def since(self) -> datetime: ...


class Priced(NamedTuple):
    """What held from a moment on."""

    price: Decimal
    since: datetime


@dataclass(frozen=True)
class Drawing:
    """A line of an SVG ``WIDTH`` × ``HEIGHT``, the same in words, and the prices newest first."""

    line: str
    words: str
    changes: Sequence[PriceChange]


def usual_price(changes: Sequence[Change], *, now: datetime) -> Decimal | None:
    """The price that held, or less, for half of the last eight weeks; None when it is not known.

    ``changes`` are one product's, newest first. A median over time: a rise of some days before a
    "discount" does not move it, and what is on offer for most of eight weeks is the usual price.
    """
    start = now - LOOKED_BACK
    held: dict[Decimal, timedelta] = {}
    until = now
    for change in changes:
        since = max(change.since, start)
        if since < until:
            held[change.price] = held.get(change.price, timedelta()) + (until - since)
            until = since
        if change.since <= start:
            break
    known = sum(held.values(), timedelta())
    if known < KNOWN_FOR:
        return None
    reached = timedelta()
    for price in sorted(held):
        reached += held[price]
        if 2 * reached >= known:
            return price
    return None


def drawing(
    changes: Sequence[PriceChange], *, usual: Decimal | None, now: datetime
) -> Drawing | None:
    """The last year as steps; None when the price was always the same.

    ``usual`` is what the product's other claims are held against; None: it is not known.
    """
    start = now - DRAWN
    past = [change for change in changes if change.since <= now]
    earlier = [change for change in past if change.since <= start]
    shown = [change for change in past if change.since > start] + earlier[:1]
    if len({change.price for change in shown}) < 2:
        return None
    lowest = min(change.price for change in shown)
    highest = max(change.price for change in shown)
    steps: list[str] = []
    for change in reversed(shown):
        x = WIDTH * (max(change.since, start) - start) / DRAWN
        down = float((highest - change.price) / (highest - lowest))
        y = MARGIN + (HEIGHT - 2 * MARGIN) * down
        steps.append(f"M{x:.1f} {y:.1f}" if not steps else f"H{x:.1f}V{y:.1f}")
    words = (
        f"Between {text(lowest)} and {text(highest)} in the last year, now {text(past[0].price)}."
    )
    if usual is not None:
        words += f" Usual price of the last 8 weeks: {text(usual)}."
    return Drawing("".join(steps) + f"H{WIDTH}", words, shown)
