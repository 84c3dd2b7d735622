"""Every address × a stranger, another shopper, staff without permissions: nothing of Ada's leaks.

Nor does any of them change what is hers, whatever of hers they name.
"""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser

from shop import cart, orders
from shop.models import CartLine, DismissedProduct, Member, Order
from tests.flows.every_address import SECRETS, Belongings, addresses, asked, filled, shown
from tests.shop.pages import put
from tests.shop.shelf import CheapestFirst, product, swap
from tracking import log
from tracking.models import Counter, Slate

pytestmark = pytest.mark.django_db
PAGES = ("GET", "POST")
API = (*PAGES, "PUT", "PATCH", "DELETE")


@pytest.fixture
def ada(client, settings, monkeypatch):
    """She has an order, and a cart over its budget with one swap made and one on offer."""
    settings.CONSENT = "assume"
    settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
    Counter.objects.create(pk=log.PURCHASES)
    member = Member.objects.create_user("ada", "ada@example.com", last_name="Quillfeather")
    client.force_login(member)
    put(client, product("Bread"))
    client.post("/cart/budget", {"budget": "7.77"})
    form = client.get("/checkout").context["form"]
    hidden = {name: form[name].value() for name in ("idempotency_key", "expected_total")}
    client.post("/checkout", {"name": "Quillfeather", "email": "ada@example.com", **hidden})
    dear, cheap, cheapest = product("Dear"), product("Cheap", "4.00"), product("Cheapest", "2.00")
    pairs = [
        swap(dear, 2, cheap, quantity=2, saving_cents=200),
        swap(cheap, 2, cheapest, quantity=2, saving_cents=400),
    ]
    monkeypatch.setattr(CheapestFirst, "pairs", pairs)
    put(client, dear, 2)
    client.post("/cart/budget", {"budget": "7.77"})
    client.post(
        "/cart/swaps/accept",
        {"qid": client.get("/cart").context["slate"].qid, "position": "1"},
    )
    client.post("/favourites", {"product_id": dear.pk})
    client.post("/account/diet", {"diet_tags": ["vegetarian"]})
    qid = client.get("/cart").context["slate"].qid
    DismissedProduct.objects.create(shopper_key=f"m:{member.pk}", product=dear)
    member.refresh_from_db()
    return Belongings(
        member, Order.objects.get(), CartLine.objects.get(), Slate.objects.get(pk=qid)
    )


def somebody(role):
    """A new account each time, since some addresses close the one that asks."""
    if role == "a stranger":
        return AnonymousUser()
    name = f"mallory-{uuid4().hex}"
    return Member.objects.create_user(name, f"{name}@example.com", is_staff=role == "staff")


def leaks(ada, role):
    """What was seen of hers, or changed: a sentence each, from every address by every method."""
    before = ada.as_they_stand()
    for name, route in addresses():
        address = filled(name, route, ada)
        for method in API if address.startswith("/api") else PAGES:
            answer = asked(somebody(role), method, address, ada)
            content = b"".join(answer) if answer.streaming else answer.content
            for secret in shown(name, content):
                yield f"{method} {address} shows {role} {secret}"
            if answer.status_code >= 500:
                yield f"{method} {address} answers {role} {answer.status_code}"
        after = ada.as_they_stand()
        for what in before:
            if before[what] != after[what]:
                yield f"{role} changed her {what} at {address}"
        before = after


@pytest.mark.slow
@pytest.mark.parametrize("role", ["a stranger", "another shopper", "staff"])
def test_no_address_shows_or_changes_what_is_anothers(ada, role):
    assert list(leaks(ada, role)) == []


def test_the_back_office_lets_only_staff_with_permissions_see(ada):
    for role in ("a stranger", "another shopper", "staff"):
        for name in ("member", "order", "slate"):
            room = "tracking" if name == "slate" else "shop"
            answer = asked(somebody(role), "GET", f"/admin/{room}/{name}/", ada)
            assert answer.status_code in (302, 403), (role, name)


def test_ada_herself_sees_them(ada):
    """The secrets are where they could leak from."""
    seen = b"".join(
        asked(ada.member, "GET", address, ada).content
        for address in ("/cart", "/orders", "/account/diet", "/privacy/export")
    )
    assert [secret for secret in SECRETS if secret.encode() not in seen] == []


@pytest.mark.slow
@pytest.mark.parametrize("without", ["the list's owner", "the line's owner"])
def test_a_missing_defence_is_found(ada, monkeypatch, without):
    if without == "the list's owner":
        monkeypatch.setattr(orders, "of_member", lambda member_id: Order.objects.order_by("pk"))
        monkeypatch.setattr(orders.Listed, "named", property(lambda one: [one.order.name]))
    else:
        monkeypatch.setattr(cart, "_line", lambda caller, pk: CartLine.objects.get(pk=pk))
    assert next(leaks(ada, "another shopper"), None)
