"""What every page shows of the cart: packs, how the total stands, what is in it of each product."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from shop import fees
from shop.budget import Standing
from shop.models import Cart

NOTHING = Standing(Decimal("0.00"), None)


@dataclass(frozen=True)
class Held:
    """The packs of one product in the cart, and the line that they are."""

    line_id: int
    quantity: int


@dataclass(frozen=True)
class Glance:
    """``held`` goes from product ids to what the cart holds of them."""

    standing: Standing = NOTHING
    held: Mapping[int, Held] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """Packs, all lines together."""
        return sum(held.quantity for held in self.held.values())


def glance(shopper_key: str) -> Glance:
    """The cart in one query, whatever is in it; an empty glance for a shopper without one."""
    rows = list(
        Cart.objects.filter(shopper_key=shopper_key).values_list(
            "budget", "lines__id", "lines__product", "lines__quantity", "lines__product__price"
        )
    )
    held = {row[2]: Held(row[1], row[3]) for row in rows if row[1] is not None}
    goods = sum((row[3] * row[4] for row in rows if row[1] is not None), Decimal("0.00"))
    return Glance(Standing(goods + fees.of(goods), rows[0][0] if rows else None), held)
