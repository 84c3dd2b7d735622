"""What every page shows of a shopper's own: the cart, how its total stands, and the favourites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import DecimalField, IntegerField, Value

from shop import fees
from shop.budget import Standing
from shop.models import Cart, Favourite

MONEY = DecimalField(max_digits=9, decimal_places=2)
NOTHING = Standing(Decimal("0.00"), None)


@dataclass(frozen=True)
class Held:
    """The packs of one product in the cart, and the line that they are."""

    line_id: int
    quantity: int


@dataclass(frozen=True)
class Glance:
    """``held`` goes from product ids to what the cart holds of them; ``favourites`` are ids."""

    standing: Standing = NOTHING
    held: Mapping[int, Held] = field(default_factory=dict)
    favourites: frozenset[int] = frozenset()

    @property
    def count(self) -> int:
        """Packs, all lines together."""
        return sum(held.quantity for held in self.held.values())


def glance(shopper_key: str, *, new_budget: Decimal | None = None) -> Glance:
    """Cart and favourites in one query, whatever is in them; both may be empty.

    ``new_budget`` is what a cart would start with where there is none yet.
    """
    cart_rows = Cart.objects.filter(shopper_key=shopper_key).values_list(
        "pk", "budget", "lines__id", "lines__product", "lines__quantity", "lines__product__price"
    )
    nothing = Value(None, IntegerField())
    favourites = Favourite.objects.filter(shopper_key=shopper_key).order_by()
    favourite_rows = favourites.values_list(
        Value(0), Value(None, MONEY), nothing, "product_id", nothing, Value(None, MONEY)
    )
    rows = list(cart_rows.union(favourite_rows, all=True))
    budget = next((row[1] for row in rows if row[0]), new_budget)
    lines = [row for row in rows if row[2] is not None]
    goods = sum((row[4] * row[5] for row in lines), Decimal("0.00"))
    return Glance(
        Standing(goods + fees.of(goods), budget),
        {row[3]: Held(row[2], row[4]) for row in lines},
        frozenset(row[3] for row in rows if not row[0]),
    )
