"""Rule 5: a saving is how far the cart's total falls while the amount needed stays.

Plain integer arithmetic (cents, thousandths of the base unit), so that the same lines serve one
pair at the checkout and thousands of pairs in numpy arrays, to the same cent.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

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
