"""What a guest ordered joins the account of the same visit, and nothing else does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shop import orders
from shop.models import Member, Order
from tests.shop.pages import put, words
from tests.shop.shelf import product
from tracking import log, visitor
from tracking.models import Counter

pytestmark = pytest.mark.django_db
LONG_AND_RARE = "a long and rare one"


@pytest.fixture(autouse=True, params=["assume", "ask"], ids=["with consent", "without consent"])
def _consent(settings, request):
    settings.CONSENT = request.param
    Counter.objects.create(pk=log.PURCHASES)


@pytest.fixture
def ada():
    return Member.objects.create_user("ada@example.com", "ada@example.com", LONG_AND_RARE)


def buy(client, *, email="ada@example.com", key=None):
    put(client, product("Coffee"))
    form = client.get("/checkout").context["form"]
    hidden = {name: form[name].value() for name in ("idempotency_key", "expected_total")}
    hidden["idempotency_key"] = key or hidden["idempotency_key"]
    client.post("/checkout", {"name": "Ada", "email": email, **hidden})
    return Order.objects.latest("pk")


def sign_in(client, email="ada@example.com"):
    answer = client.post("/account/sign-in", {"login": email, "password": LONG_AND_RARE})
    assert answer.status_code == 302


def owner(order):
    order.refresh_from_db()
    return order.member


def test_signing_in_brings_the_order_along_once(client, ada):
    order = buy(client)
    assert owner(order) is None
    assert "Keep it in an account" in words(client.get(order.get_absolute_url()))
    sign_in(client)
    assert "Keep it" not in words(client.get(order.get_absolute_url()))
    assert owner(order) == ada
    assert order.shopper_key == f"m:{ada.pk}"
    assert "1 pack, $5.00 Coffee" in words(client.get("/orders"))
    # Whoever signs in after her in this browser finds nothing of it.
    client.post("/account/sign-out")
    Member.objects.create_user("bob@example.com", "bob@example.com", LONG_AND_RARE)
    sign_in(client, "bob@example.com")
    assert owner(order) == ada
    assert "You have ordered nothing with this account yet." in words(client.get("/orders"))


def test_opening_an_account_brings_the_order_along_whatever_case_the_address_has(client):
    order = buy(client, email="Grace@Example.com")
    typed = {"email": "grace@example.com", "password1": LONG_AND_RARE}
    client.post("/account/sign-up", typed)
    assert owner(order) == Member.objects.get()


def test_another_browsers_order_is_not_taken_though_it_names_the_address(client, ada):
    order = buy(Client())
    put(client, product("Tea"))
    sign_in(client)
    assert owner(order) is None
    assert order.shopper_key.startswith("v:")


def test_an_order_that_names_another_address_stays_nobodys(client, ada):
    order = buy(client, email="bob@example.com")
    sign_in(client)
    assert owner(order) is None


def test_an_order_of_an_earlier_visit_is_not_taken(client, ada):
    order = buy(client)
    long_ago = timezone.now() - visitor.IDLE - timedelta(minutes=1)
    Order.objects.update(placed_at=long_ago)
    if order.session_id:
        log.Session.objects.update(last_event_at=long_ago)
        put(client, product("Tea"))
    sign_in(client)
    assert owner(order) is None


def test_changing_from_one_account_to_another_takes_no_order_along(client, ada):
    sign_in(client)
    order = buy(client)
    Member.objects.create_user("bob@example.com", "bob@example.com", LONG_AND_RARE)
    sign_in(client, "bob@example.com")
    assert owner(order) == ada


def test_a_members_and_a_guests_order_of_one_idempotency_key_both_stand(client, ada):
    sign_in(client)
    first = buy(client, key="monday")
    client.post("/account/sign-out")
    second = buy(client, key="monday")
    assert second != first
    sign_in(client)
    assert (owner(first), owner(second)) == (ada, ada)
    assert (first.idempotency_key, second.idempotency_key) == ("monday", None)


def test_a_signed_in_caller_joins_nothing(client, ada):
    order = buy(client)
    key = order.shopper_key.removeprefix("v:")
    signed_in = visitor.Caller(visitor.UUID(key), order.session_id, ada.pk, "m:1", True, True)
    orders.join(signed_in, ada, now=timezone.now())
    assert owner(order) is None
