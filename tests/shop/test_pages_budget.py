"""The budget's one field: in the head of every page, on the cart page, and while it is typed."""

import re
from decimal import Decimal

import pytest

from tests.shop.pages import put, the_cart, words
from tests.shop.shelf import CheapestFirst, product, swap

pytestmark = pytest.mark.django_db
IN_CART = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "cart"}
IN_HEAD = {"HTTP_HX_REQUEST": "true", "HTTP_HX_TARGET": "budget_strip"}
TYPING = {"HTTP_HX_TRIGGER": "budget"}


@pytest.fixture(autouse=True)
def _remembered(settings):
    settings.CONSENT = "assume"


@pytest.mark.parametrize("address", ["/", "/search", "/privacy", "/checkout", "/cart"])
def test_every_page_has_one_budget_field_that_remembers(client, address):
    put(client, product("Coffee", "5.00"))
    client.post("/cart/budget", {"budget": "60"})
    html = client.get(address).content.decode()
    assert html.count('id="budget"') == 1
    assert 'value="60.00"' in html
    assert "$55.00 left of your budget of $60.00." in words(client.get(address))


def test_a_budget_set_in_the_head_of_a_page_leads_back_to_that_page(client):
    answer = client.post("/cart/budget", {"budget": "60", "next": "/search?page=2"})
    assert answer.headers["Location"] == "/search?page=2"


def test_the_budget_is_off_in_one_press(client):
    put(client, product())
    client.post("/cart/budget", {"budget": "60"})
    assert ">Off<" in client.get("/").content.decode()
    client.post("/cart/budget", {"off": "1"})
    assert the_cart().budget is None
    assert ">Off<" not in client.get("/").content.decode()


@pytest.mark.parametrize(
    ("price", "state"),
    [("47.99", "meter"), ("48.00", "meter near"), ("60.00", "meter near"), ("60.01", "meter full")],
)
def test_the_bar_is_nearing_at_four_fifths_and_full_above_the_whole(client, price, state):
    put(client, product(price=price))
    client.post("/cart/budget", {"budget": "60"})
    assert f'class="{state}"' in client.get("/cart").content.decode()
    assert f'class="{state}"' in client.get("/").content.decode()


def test_over_the_budget_the_checkout_stays_open(client):
    put(client, product(price="60.01"))
    client.post("/cart/budget", {"budget": "60"})
    assert 'href="/checkout"' in client.get("/cart").content.decode()
    assert client.get("/checkout").status_code == 200


def test_typing_on_the_cart_page_answers_standing_and_panel_but_never_the_field(client, settings):
    settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
    dear, cheap = product("Dear", "5.00"), product("Cheap", "3.00")
    CheapestFirst.pairs = [swap(dear, 1, cheap, quantity=1, saving_cents=200)]
    put(client, dear)
    answer = client.post("/cart/budget", {"budget": "4"}, **IN_CART, **TYPING)
    html = answer.content.decode()
    CheapestFirst.pairs = []
    assert 'id="standing" class="standing" hx-swap-oob="true"' in html
    assert re.search(r'<div id="panel_place" hx-swap-oob="true">\s*<section', html)
    assert "$1.00 over your budget of $4.00." in html
    assert 'id="budget"' not in html
    assert the_cart().budget == Decimal("4.00")


def test_typing_in_the_head_answers_the_standing_alone(client):
    put(client, product(price="5.00"))
    html = client.post("/cart/budget", {"budget": "4"}, **IN_HEAD, **TYPING).content.decode()
    assert 'id="standing"' in html
    assert 'id="panel_place"' not in html


def test_a_field_that_is_empty_while_it_is_typed_changes_nothing(client):
    put(client, product())
    client.post("/cart/budget", {"budget": "60"})
    answer = client.post("/cart/budget", {"budget": ""}, **IN_HEAD, **TYPING)
    assert answer.status_code == 204
    assert the_cart().budget == Decimal("60.00")


def test_what_is_typed_wrong_is_told_beside_the_field_and_nowhere_else(client):
    put(client, product())
    answer = client.post("/cart/budget", {"budget": "6o"}, **IN_CART, **TYPING)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="budget_error" hx-swap-oob="true">A budget is an amount' in html
    assert "toasts" not in html
    assert 'id="standing"' not in html


def test_the_packing_fee_is_part_of_what_is_compared_paid_and_told(client, settings):
    settings.PACKING_FEE = Decimal("2.50")
    put(client, product(price="58.00"))
    client.post("/cart/budget", {"budget": "60"})
    text = words(client.get("/cart"))
    assert "Packing fee $2.50 Total $60.50" in text
    assert "$0.50 over your budget of $60.00." in text
    assert "$0.50 over your budget of $60.00." in words(client.get("/"))
    form = client.get("/checkout").context["form"]
    hidden = {name: str(form[name].value()) for name in ("idempotency_key", "expected_total")}
    sent = {**hidden, "name": "Ada", "email": "ada@example.com"}
    receipt = words(client.get(client.post("/checkout", sent).headers["Location"]))
    assert "Packing fee $2.50 Total $60.50" in receipt


def test_an_empty_cart_owes_no_fee(client, settings):
    settings.PACKING_FEE = Decimal("2.50")
    client.post("/cart/budget", {"budget": "60"})
    assert "$60.00 left of your budget of $60.00." in words(client.get("/cart"))
