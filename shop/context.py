"""What every page knows: how many packs are in the cart, and what may be remembered."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from shop import cart
from tracking import visitor


class Storefront:
    """Answers as the request stands when a template asks, so that an add counts at once.

    A page that does not show the badge pays nothing for it, nor does a browser without a cart.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def cart_count(self) -> int:
        shopper_key = visitor.of(self._request).shopper_key
        return cart.packs(shopper_key) if shopper_key else 0

    @property
    def consent(self) -> bool:
        return visitor.of(self._request).consent

    @property
    def consent_answered(self) -> bool:
        return visitor.of(self._request).consent_answered

    @property
    def asks_consent(self) -> bool:
        """Whether the question should stand at the top of the page."""
        return settings.CONSENT == "ask" and not self.consent_answered


def storefront(request: HttpRequest) -> dict[str, Any]:
    """``store`` in every template."""
    return {"store": Storefront(request)}
