"""What an order costs beside its goods."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings


def of(goods: Decimal) -> Decimal:
    """The fee for packing an order of ``goods``; nothing is charged for an empty cart."""
    fee: Decimal = settings.PACKING_FEE
    return fee if goods else Decimal("0.00")
