from __future__ import annotations

from decimal import Decimal

import pytest

from shop.models import AcceptedSwap, CartLine
from tests.shop.pages import put, total, words
from tests.shop.shelf import CheapestFirst, product, swap

pytestmark = pytest.mark.django_db
REGION = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "cart"}


@pytest.fixture
def shelf(client, settings):
    """A cart of $14.00 over a budget of $9.00, and a set of two swaps that saves $6.00 of it."""
    settings.CONSENT = "assume"
    settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
    coffee, tea = product("Coffee", "5.00"), product("Tea", "4.00")
    plain, cheap = product("Plain coffee", "3.00"), product("Cheap tea", "2.00")
    CheapestFirst.pairs = [
        swap(coffee, 2, plain, quantity=2, saving_cents=400, features=()),
        swap(tea, 1, cheap, quantity=1, saving_cents=200, features=()),
    ]
    put(client, coffee, 2)
    put(client, tea)
    client.post("/cart/budget", {"budget": "9"})
    yield coffee, tea, plain, cheap
    CheapestFirst.pairs = []


def held() -> list[tuple[str, int]]:
    return list(CartLine.objects.order_by("pk").values_list("product__name", "quantity"))


def test_the_set_is_previewed_before_anything_changes(client, shelf):
    text = words(client.get("/cart?fit=1"))
    for expected in (
        "2 swaps would bring your cart within its budget.",
        "2 × Coffee 2 × Plain coffee same amount $4.00",
        "Together $6.00",
        "Total after: $8.00. 88 % of your budget is used: $1.00 left of your budget of $9.00.",
        "Make these 2 swaps",
    ):
        assert expected in text
    assert held() == [("Coffee", 2), ("Tea", 1)]


def test_the_set_is_applied_whole_and_taken_back_whole(client, shelf):
    qid = client.get("/cart?fit=1").context["fit"].slate.qid
    html = client.post("/cart/fit", {"qid": qid}, **REGION).content.decode()
    assert "2 swaps made: <strong>$6.00 saved</strong>, the total is $8.00." in html
    assert "Swapped. $6.00 saved; the total is $8.00." in html
    assert held() == [("Plain coffee", 2), ("Cheap tea", 1)]
    client.post("/cart/fit", {"qid": qid})
    assert AcceptedSwap.objects.count() == 2
    client.post("/cart/fit/undo", {"qid": qid})
    assert held() == [("Coffee", 2), ("Tea", 1)]
    assert total(client) == Decimal("14.00")


def test_when_one_price_has_moved_none_of_the_swaps_is_made(client, shelf):
    qid = client.get("/cart?fit=1").context["fit"].slate.qid
    cheap = shelf[3]
    cheap.price = Decimal("2.50")
    cheap.save()
    answer = client.post("/cart/fit", {"qid": qid})
    assert answer.status_code == 409
    assert "this swap would now save $1.50, not $2.00" in words(answer)
    assert held() == [("Coffee", 2), ("Tea", 1)]


def test_a_set_that_falls_short_says_so(client, shelf):
    CheapestFirst.pairs = CheapestFirst.pairs[:1]
    text = words(client.get("/cart?fit=1"))
    assert "Even 1 swap would leave your cart over its budget." in text
    assert "No set of swaps would do; this one saves most." in text
    assert "Total after: $10.00. $1.00 over your budget of $9.00." in text


def test_without_a_ranker_no_set_is_made_up(client, shelf, settings):
    settings.SWAP_PROVIDER = "tests.shop.shelf.Broken"
    panel = words(client.get("/cart"))
    assert "cheaper alternatives" in panel
    assert "Fit my cart" not in panel
    text = words(client.get("/cart?fit=1"))
    assert "Swaps cannot be ranked right now" in text
    assert "Make these" not in text


def test_only_ones_own_previewed_set_can_be_applied(client, shelf):
    panel = client.get("/cart").context["slate"].qid
    assert client.post("/cart/fit", {"qid": panel}).status_code == 404
    assert client.post("/cart/fit", {"qid": "x"}).status_code == 400
    qid = client.get("/cart?fit=1").context["fit"].slate.qid
    client.cookies.clear()
    assert client.post("/cart/fit", {"qid": qid}).status_code == 404


def test_over_http_the_set_is_shown_and_applied(client, shelf):
    found = client.get("/api/cart/fit").json()
    assert (found["saving"], found["total_after"], found["reaches"]) == ("6.00", "8.00", True)
    assert [row["product"]["name"] for row in found["suggestions"]] == ["Plain coffee", "Cheap tea"]
    answer = client.post("/api/cart/fit", {"qid": found["qid"]}, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["cart"]["total"] == "8.00"
    assert [row["saving"] for row in answer.json()["swaps"]] == ["4.00", "2.00"]


def test_a_cart_within_its_budget_needs_no_set(client, shelf):
    client.post("/cart/budget", {"budget": "20"})
    found = client.get("/api/cart/fit").json()
    assert (found["qid"], found["suggestions"], found["saving"]) == (None, [], "0.00")
    assert found["message"].startswith("Your cart is within your budget")
