"""What a member buys again and again, and the newest order: both from the orders alone.

Each product has a rhythm, the mean time between the orders that held it. First stands what was
bought often and is due by its own rhythm; what was bought just now, or was given up long ago, comes
later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min

from shop.models import Order, OrderLine, Product

FEWEST_ORDERS = 3
SHOWN = 8
LOOKED_AT = 16
"""So many are looked up, so that some may be in the cart or out of stock."""
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rhythm:
    """Of one product: in how many orders it was, its mean time between them, how long ago."""

    product_id: int
    orders: int
    every: timedelta
    ago: timedelta

    @property
    def weight(self) -> float:
        """Orders × how near it is to being due: 1 at its own rhythm, ½ at half or twice of it."""
        due = max(self.ago, DAY / 24) / self.every
        return self.orders * min(due, 1 / due)

    @property
    def words(self) -> str:
        """As in "about every 9 days, last 12 days ago"."""
        every, ago = max(1, round(self.every / DAY)), self.ago // DAY
        often = "every day" if every == 1 else f"about every {every} days"
        last = "today" if ago < 1 else "yesterday" if ago == 1 else f"{ago} days ago"
        return f"{often}, last {last}"


@dataclass(frozen=True)
class Habits:
    """``rhythms`` by weight; ``newest`` is when the newest order was placed, None: there is none.

    ``in_newest`` counts the products of that order that the store still knows.
    """

    rhythms: Sequence[Rhythm] = ()
    newest: datetime | None = None
    in_newest: int = 0


@dataclass(frozen=True)
class Usual:
    product: Product
    words: str


def habits(member_id: int, *, now: datetime) -> Habits:
    """What the member's orders say, in one query of a row per product."""
    lines = OrderLine.objects.filter(order__member=member_id, product__isnull=False)
    rows = list(
        lines.exclude(order__origin=Order.Origin.SIMULATED)
        .order_by()
        .values_list("product_id")
        .annotate(
            orders=Count("order", distinct=True),
            first=Min("order__placed_at"),
            last=Max("order__placed_at"),
        )
    )
    newest = max((row[3] for row in rows), default=None)
    rhythms = [
        Rhythm(product_id, orders, max((last - first) / (orders - 1), DAY), now - last)
        for product_id, orders, first, last in rows
        if orders >= FEWEST_ORDERS
    ]
    rhythms.sort(key=lambda one: (-one.weight, one.product_id))
    return Habits(rhythms, newest, sum(row[3] == newest for row in rows))


def shown(habits: Habits, products: Sequence[Product], *, held: Sequence[int]) -> list[Usual]:
    """The first of them that are among ``products``, can be had and are not in the cart yet."""
    by_id = {product.pk: product for product in products if product.is_active and product.stock}
    return [
        Usual(by_id[rhythm.product_id], rhythm.words)
        for rhythm in habits.rhythms
        if rhythm.product_id in by_id and rhythm.product_id not in held
    ][:SHOWN]
