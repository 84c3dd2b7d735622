"""How django-allauth opens and enters accounts here: what a visitor had comes along."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from shop import favourites, shoppers
from shop.models import Member
from tracking import visitor

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
        """Signs in and brings cart, favourites, refusals and diet into the account."""
        key = visitor.of(request).visitor_key
        super().login(request, user)
        shoppers.merge(key, user)
        favourites.bring(request, user)

    def populate_username(self, request: HttpRequest, user: Member) -> None:
        """Accounts are known by their address; the user name follows it."""
        user.username = user.email[:LONGEST_NAME]
