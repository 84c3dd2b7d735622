"""How an order is paid: one small class, named in ``settings.PAYMENT`` by its dotted path."""

from __future__ import annotations

from decimal import Decimal
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from shop import money
from shop.errors import ShopError


class Declined(ShopError):
    """The payment was refused; nothing was bought. The message is shown to the shopper."""

    status_code = 402

    def __init__(self, message: str) -> None:
        super().__init__(message, code="payment_declined")


class Payment(Protocol):
    """A way to pay. An example that charges a card stands in ``tests/shop/test_payment.py``."""

    def promise(self, total: Decimal) -> str:
        """What the checkout says above its button."""
        ...

    def thanks(self, reference: str) -> str:
        """What the order's page says; ``reference`` is what ``take`` returned."""
        ...

    def take(self, total: Decimal, *, email: str, key: str) -> str:
        """Takes the money and returns a reference of at most 80 characters; raises ``Declined``.

        Called last inside the order's transaction, so that a refusal leaves stock and cart as they
        were; it should answer within seconds. The same ``key`` must never charge twice: when the
        order itself fails after the charge, the shopper's next try comes with the same key.
        """
        ...


class OnCollection:
    """The built-in way: the shopper pays at the counter."""

    def promise(self, total: Decimal) -> str:
        return f"You pay {money.text(total)} when you collect your groceries."

    def thanks(self, reference: str) -> str:
        return "Pay when you collect it."

    def take(self, total: Decimal, *, email: str, key: str) -> str:
        return ""


def current() -> Payment:
    """The way that the settings name."""
    made: Payment = import_string(settings.PAYMENT)()
    return made
