"""How django-allauth opens and enters accounts here: what a visitor had comes along."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils import timezone

from shop import favourites, orders, shoppers
from shop.models import Member
from tracking import sign_in, visitor
from tracking.visitor import Caller

EMAIL_TAKEN = "This e-mail address has an account already; sign in."
LONGEST_NAME = 150


class Accounts(DefaultAccountAdapter):
    """Named in ``settings.ACCOUNT_ADAPTER``; every way into an account passes ``login``."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is closed.",
        "email_password_mismatch": "No account has this e-mail address and password.",
        "email_taken": EMAIL_TAKEN,
    }

    def login(self, request: HttpRequest, user: Member) -> None:
        guest = visitor.of(request)
        super().login(request, user)
        bring_along(request, guest, user)

    def populate_username(self, request: HttpRequest, user: Member) -> None:
        """Accounts are known by their address; the user name follows it."""
        user.username = user.email[:LONGEST_NAME]


def bring_along(request: HttpRequest, guest: Caller, member: Member) -> None:
    """Cart, orders, favourites, refusals, diet and taste of who was ``guest`` until signing in."""
    now = timezone.now()
    shoppers.merge(guest.visitor_key, member)
    orders.join(guest, member, now=now)
    favourites.bring(request, member)
    if guest.session_id is not None:
        sign_in.bring_along(guest, visitor.ensure(request, now=now), now=now)
