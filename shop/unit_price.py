"""The price per kilogram, litre or piece that makes packs comparable: "$0.42 per 100 g"."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.conf import settings

from shop.models.catalogue import CENT, BaseUnit

_PER = {
    BaseUnit.GRAM: (Decimal(100), "100 g"),
    BaseUnit.MILLILITRE: (Decimal(1000), "litre"),
    BaseUnit.PIECE: (Decimal(1), "piece"),
    BaseUnit.SHEET: (Decimal(100), "100 sheets"),
    BaseUnit.SQUARE_METRE: (Decimal(1), "m²"),
    BaseUnit.METRE: (Decimal(1), "metre"),
}
_TENTH_CENT = Decimal("0.001")
_FINER_BELOW = Decimal("0.10")


class UnitPrice(NamedTuple):
    """``amount`` of money for ``per``; both unrounded and as shown."""

    amount: Decimal
    per: str
    text: str


def unit_price(price: Decimal, *, amount: Decimal | None, base_unit: str) -> UnitPrice | None:
    """None when the pack's amount is not known.

    Shown to the cent, and below ten cents to a tenth of a cent, so that "$0.00 per piece" is never
    said of something that costs money. ValueError for an unknown base unit.
    """
    if amount is None or not base_unit:
        return None
    quantity, per = _PER[BaseUnit(base_unit)]
    money = price * quantity / amount
    step = CENT if money >= _FINER_BELOW else _TENTH_CENT
    shown = max(money.quantize(step, ROUND_HALF_UP), _TENTH_CENT)
    return UnitPrice(money, per, f"{settings.CURRENCY_SIGN}{shown:,} per {per}")
