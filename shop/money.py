"""Money between Decimal (tables, pages), whole cents (arithmetic in arrays) and text."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings

CENT = Decimal("0.01")


def cents(amount: Decimal) -> int:
    """Whole cents; an amount with more than two decimals is rounded half up."""
    return int((amount * 100).to_integral_value(rounding=ROUND_HALF_UP))


def from_cents(number: int) -> Decimal:
    """The amount, always with two decimals."""
    return (Decimal(int(number)) / 100).quantize(CENT)


def text(amount: Decimal) -> str:
    """As in "$1,234.50"; a negative amount carries its sign in front."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{settings.CURRENCY_SIGN}{abs(amount):,.2f}"
