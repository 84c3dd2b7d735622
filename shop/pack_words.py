"""What differs between an anchor line and the packs that would replace it, in words."""

from __future__ import annotations

from decimal import Decimal

from shop.models import Product

SAME = Decimal("0.005")
"""Amounts nearer than half a percent read as the same."""


def difference(
    anchor: Product, anchor_quantity: int, product: Product, quantity: int, *, comparable: bool
) -> str:
    """As in "2 packs of 500 g instead of 1 of 1 kg; same amount".

    Where sizes do not compare, nothing is claimed about the amount.
    """
    kind = (
        ""
        if product.category_id == anchor.category_id
        else f"; of another kind: {product.category.name}"
    )
    if not comparable or anchor.amount is None or product.amount is None:
        return f"sizes not comparable: one for one{kind}"
    amounts = _amounts(quantity * product.amount, anchor_quantity * anchor.amount)
    if quantity == anchor_quantity and size(product) == size(anchor):
        return f"{amounts}{kind}"
    packs = "pack" if quantity == 1 else "packs"
    return (
        f"{quantity} {packs} of {size(product)} instead of "
        f"{anchor_quantity} of {size(anchor)}; {amounts}{kind}"
    )


def size(product: Product) -> str:
    """The size as printed on the pack, else the amount in its base unit."""
    if product.size_text or product.amount is None:
        return product.size_text
    return f"{product.amount.normalize():f} {product.base_unit}"


def _amounts(amount: Decimal, needed: Decimal) -> str:
    change = amount / needed - 1
    if abs(change) < SAME:
        return "same amount"
    percent = f"{abs(change) * 100:.0f} %"
    return f"{percent} more" if change > 0 else f"{percent} less"
