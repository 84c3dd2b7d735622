"""What a product cost before: its usual price, what a promotion really takes off, a drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from shop.models import PriceChange, Product
from shop.money import text

LOOKED_BACK = timedelta(weeks=8)
KNOWN_FOR = timedelta(weeks=2)
"""A product whose prices are known for less has no usual price yet."""
DRAWN = timedelta(weeks=52)
WIDTH, HEIGHT, MARGIN = 320, 80, 6


@dataclass(frozen=True)
class Drawing:
    """A line of an SVG ``WIDTH`` × ``HEIGHT``, the same in words, and the prices newest first."""

    line: str
    words: str
    changes: Sequence[PriceChange]


def usual_price(changes: Sequence[PriceChange], *, now: datetime) -> Decimal | None:
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


def cuts(products: Sequence[Product], *, now: datetime) -> dict[int, Decimal]:
    """By product id, how far the price is below the usual one, where it is; one query."""
    ids = [product.pk for product in products]
    rows = PriceChange.objects.filter(product_id__in=ids).order_by("product_id", "-since", "-pk")
    changes: dict[int, list[PriceChange]] = {}
    for row in rows:
        changes.setdefault(row.product_id, []).append(row)
    found = {
        product.pk: cut(product.price, changes.get(product.pk, []), now=now) for product in products
    }
    return {pk: off for pk, off in found.items() if off is not None}


def cut(price: Decimal, changes: Sequence[PriceChange], *, now: datetime) -> Decimal | None:
    """How far ``price`` is below the usual one; None when it is not, or nobody can say."""
    usual = usual_price(changes, now=now)
    return usual - price if usual is not None and price < usual else None


def drawing(changes: Sequence[PriceChange], *, now: datetime) -> Drawing | None:
    """The last year as steps; None when the price was always the same."""
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
    usual = usual_price(changes, now=now)
    if usual is not None:
        words += f" Usual price of the last 8 weeks: {text(usual)}."
    return Drawing("".join(steps) + f"H{WIDTH}", words, shown)
