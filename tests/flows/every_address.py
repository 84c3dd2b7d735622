"""Every address of the store, asked for by people who have no business with Ada's things."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from shop.models import (
    AcceptedSwap,
    Cart,
    CartLine,
    DietProfile,
    DismissedProduct,
    Favourite,
    Member,
    Order,
)
from tracking.models import Event, Session, Slate

SECRETS = ("ada@example.com", "Quillfeather", "7.77")
"""Her address, her name, her budget: in no answer to anybody else."""

BY_ITS_ADDRESS = {"order", "api_order"}
"""An order is shown to whoever has its unguessable address, but for the e-mail address."""

EXAMPLES = {
    "account_reset_password_from_key": "account/password/1-set-password",
    "picture": f"media/pictures/{'0' * 40}.webp",
    "app_list": "admin/shop/",
    "no address of the API": "api/nothing",
    "no address of the back office": "admin/nothing",
}
"""Of what is told apart by a regular expression."""


@dataclass(frozen=True)
class Belongings:
    """What of Ada's can be named in an address or a form."""

    member: Member
    order: Order
    line: CartLine
    slate: Slate

    def parameters(self, route: str) -> dict[str, object]:
        line = "cart/lines" in route
        return {
            "pk": self.line.pk if line else self.line.product_id,
            "line_id": self.line.pk,
            "token": self.order.token,
            "slug": "coffee",
            "tag": "none",
            "key": "none",
            "object_id": self._of_the_back_office(route),
            "content_type_id": 1,
            "app_label": "shop",
            "id": self.member.pk,
        }

    def _of_the_back_office(self, route: str) -> object:
        named = {"member": self.member.pk, "order": self.order.pk, "slate": self.slate.pk}
        return named.get(route.split("/")[2] if route.count("/") > 2 else "", 1)

    def form(self) -> dict[str, object]:
        """Names all of it at once: every form finds its own fields."""
        return {
            "product_id": self.line.product_id,
            "line_id": self.line.pk,
            "quantity": 9,
            "qid": str(self.slate.qid),
            "position": 1,
            "token": str(self.order.token),
            "member": self.member.pk,
            "member_id": self.member.pk,
            "shopper_key": f"m:{self.member.pk}",
            "idempotency_key": self.order.idempotency_key,
            "expected_total": "5.00",
            "name": "Mallory",
            "email": "mallory@example.com",
            "login": "mallory@example.com",
            "password": "wrong",
            "budget": "5.00",
            "diet_tags": ["vegan"],
            "sure": "on",
            "event_type": "swap_dismiss",
            "why": "because",
        }

    def as_they_stand(self) -> dict[str, list[dict[str, Any]]]:
        """All rows of hers, to see whether somebody else changed one."""
        key = f"m:{self.member.pk}"
        found = {
            "account": Member.objects.filter(pk=self.member.pk),
            "cart": Cart.objects.filter(shopper_key=key),
            "lines": CartLine.objects.filter(cart__shopper_key=key),
            "swaps": AcceptedSwap.objects.filter(cart__shopper_key=key),
            "orders": Order.objects.filter(member=self.member),
            "visits": Session.objects.filter(shopper_key=key),
            **{
                model.__name__: model.objects.filter(shopper_key=key)
                for model in (Favourite, DietProfile, DismissedProduct, Event, Slate)
            },
        }
        return {name: list(rows.order_by("pk").values()) for name, rows in found.items()}


def addresses() -> list[tuple[str, str]]:
    """(name, route) of every pattern, those of the back office included."""
    return list(_under(get_resolver(), ""))


def _under(resolver: URLResolver, before: str) -> Iterator[tuple[str, str]]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _under(one, route)
        elif isinstance(one, URLPattern):
            yield _name(one, route), route


def _name(pattern: URLPattern, route: str) -> str:
    if pattern.name:
        return pattern.name
    return "no address of the back office" if route.startswith("admin") else "no address of the API"


def filled(name: str, route: str, belongings: Belongings) -> str:
    """The route with Ada's numbers in it; KeyError for a parameter that nobody thought of."""
    if name in EXAMPLES:
        return f"/{EXAMPLES[name]}"
    if "(?P" in route or "^" in route:
        raise KeyError(f"{route} needs an example")
    known = belongings.parameters(route)
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(known[found[1]]), route)


def shown(name: str, content: bytes) -> list[str]:
    """Which secrets the answer at the address ``name`` holds that it must not."""
    allowed = SECRETS[1:] if name in BY_ITS_ADDRESS else ()
    return [one for one in SECRETS if one.encode() in content and one not in allowed]


def asked(
    user: Member | AnonymousUser, method: str, address: str, belongings: Belongings
) -> HttpResponseBase:
    """In a browser of its own, without following where it leads."""
    client = Client(raise_request_exception=True)
    if isinstance(user, Member):
        client.force_login(user)
    if method == "GET":
        return client.get(address)
    form = belongings.form()
    if not address.startswith("/api"):
        return getattr(client, method.lower())(address, form)
    headers = {"Idempotency-Key": str(belongings.order.idempotency_key)}
    body = json.dumps(form)
    ask = getattr(client, method.lower())
    return ask(address, body, content_type="application/json", headers=headers)
