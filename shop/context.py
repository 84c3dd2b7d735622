"""What every page knows: how the cart stands, and what may be remembered."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import cached_property

from shop import favourites
from shop.glance import Glance, glance
from tracking import visitor


class Storefront:
    """Answers as the request stands when a template asks, so that an add counts at once.

    A page that shows nothing of the cart pays nothing for it, nor does a browser without one.
    """

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def glance(self) -> Glance:
        shopper_key = visitor.of(self._request).shopper_key
        new_budget = getattr(self._request.user, "default_budget", None)
        return glance(shopper_key, new_budget=new_budget) if shopper_key else Glance()

    @cached_property
    def favourites(self) -> frozenset[int]:
        """Ids of the favourites: the rows, and what the browser keeps itself."""
        return self.glance.favourites | frozenset(favourites.in_browser(self._request))

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
