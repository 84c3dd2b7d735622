"""Rule 5: a saving is how far the cart's total falls while the amount needed stays.

Plain integer arithmetic (cents, thousandths of the base unit), so that the same lines serve one
pair at the checkout and thousands of pairs in numpy arrays, to the same cent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from shop import money
from shop.models import Product
from shop.models.catalogue import BaseUnit

UNITS: list[str] = BaseUnit.values

TOLERANCE_TENTHS = 9
"""A candidate must cover at least nine tenths of the amount that the anchor line covers."""


class Offer(NamedTuple):
    """Packs of the candidate, saving in cents, whether it may be offered, whether sizes compare."""

    quantity: Any
    saving: Any
    allowed: Any
    comparable: Any


def offer(
    *,
    anchor_quantity: Any,
    anchor_price: Any,
    anchor_amount: Any,
    anchor_unit: Any,
    price: Any,
    amount: Any,
    unit: Any,
) -> Offer:
    """What replaces an anchor line, and what that saves; scalars or arrays of one shape.

    Prices are cents, amounts thousandths of the base unit (0: unknown), units codes (0: unknown).
    Where sizes compare, the quantity is the fewest packs that cover the line's amount (within 10 %)
    and the offer is allowed only when the line gets cheaper and the price per unit is not higher.
    Where they do not, it is one for one and allowed when cheaper.
    """
    anchor_quantity, price, anchor_price = map(np.asarray, (anchor_quantity, price, anchor_price))
    anchor_amount, amount = np.asarray(anchor_amount), np.asarray(amount)
    comparable = (
        (np.asarray(anchor_unit) == unit)
        & (np.asarray(unit) != 0)
        & (amount > 0)
        & (anchor_amount > 0)
    )
    needed = TOLERANCE_TENTHS * anchor_quantity * anchor_amount
    packs = -(-needed // np.maximum(10 * amount, 1))
    quantity = np.where(comparable, np.maximum(packs, 1), anchor_quantity)
    saving = anchor_quantity * anchor_price - quantity * price
    unit_price_holds = ~comparable | (price * anchor_amount <= anchor_price * amount)
    return Offer(quantity, saving, (saving > 0) & unit_price_holds, comparable)


class Saving(NamedTuple):
    """One pair judged with the prices of this moment; ``cents`` may be negative."""

    quantity: int
    cents: int
    allowed: bool
    comparable: bool


def between(anchor: Product, anchor_quantity: int, product: Product) -> Saving:
    """What replaces ``anchor_quantity`` packs of ``anchor`` by ``product``, and what it saves."""
    found = offer(
        anchor_quantity=anchor_quantity,
        anchor_price=money.cents(anchor.price),
        anchor_amount=milli(anchor.amount),
        anchor_unit=unit_code(anchor.base_unit),
        price=money.cents(product.price),
        amount=milli(product.amount),
        unit=unit_code(product.base_unit),
    )
    return Saving(
        int(found.quantity), int(found.saving), bool(found.allowed), bool(found.comparable)
    )


def milli(amount: Decimal | None) -> int:
    """Thousandths of the base unit; 0 when unknown."""
    return 0 if amount is None else int(amount * 1000)


def unit_code(base_unit: str) -> int:
    """1 for the first base unit, and so on; 0 when unknown."""
    return UNITS.index(base_unit) + 1 if base_unit else 0
