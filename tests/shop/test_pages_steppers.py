"""Steppers on cards and lines, undo for a removal, and keeping what one has."""

import re
from decimal import Decimal

import pytest

from shop.models import CartLine
from tests.shop.pages import put, statements, total, words
from tests.shop.shelf import CheapestFirst, product, swap

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
REGION = {**HTMX, "HTTP_HX_TARGET": "cart"}


@pytest.fixture(autouse=True)
def _remembered(settings):
    settings.CONSENT = "assume"


def focused(html: str) -> str:
    """The words of the one button or heading that takes the focus."""
    [found] = re.findall(r"<(?:button|h1|h2)[^>]* autofocus[^>]*>(.*?)</(?:button|h1|h2)>", html)
    return re.sub("<[^>]+>", "", found)


def test_a_card_shows_how_many_packs_of_it_are_in_the_cart(client):
    coffee, tea = product("Coffee"), product("Tea")
    put(client, coffee, 3)
    html = client.get("/search?search=coffee").content.decode()
    assert '<span class="packs">3<' in html
    assert "Add Coffee to the cart" not in words(client.get("/search?search=coffee"))
    assert 'class="packs"' not in client.get("/search?search=tea").content.decode()
    assert tea.pk != coffee.pk


def test_a_cards_buttons_set_the_packs_and_the_last_one_goes(client):
    coffee = product("Coffee")
    put(client, coffee)
    for quantity, said, focus in (
        (2, "Coffee: 2 in your cart.", "+ one pack of Coffee"),
        (1, "Coffee: 1 in your cart.", "− one pack of Coffee"),
        (0, "Coffee is out of your cart.", "Add Coffee to the cart"),
    ):
        sent = {"product_id": coffee.pk, "quantity": quantity, "next": "/search"}
        html = client.post("/cart/packs", sent, **HTMX).content.decode()
        assert said in html
        assert focused(html) == focus
        assert 'name="next" value="/search"' in html
        assert 'id="standing"' in html
    assert not CartLine.objects.exists()


def test_a_card_that_is_added_becomes_a_stepper_with_the_focus_on_more(client):
    html = client.post("/cart/add", {"product_id": product("Tea").pk}, **HTMX).content.decode()
    assert focused(html) == "+ one pack of Tea"


def test_a_refused_step_leaves_the_card_as_it_is(client):
    coffee = product("Coffee", stock=2)
    put(client, coffee, 2)
    answer = client.post("/cart/packs", {"product_id": coffee.pk, "quantity": 3}, **HTMX)
    assert answer.headers["HX-Reswap"] == "none"
    assert "Coffee: Only 2 left in stock." in words(answer)
    assert 'class="take"' not in answer.content.decode()


def test_without_javascript_a_cards_step_leads_back_to_its_page(client):
    coffee = product("Coffee")
    sent = {"product_id": coffee.pk, "quantity": 2, "next": "/search"}
    assert client.post("/cart/packs", sent).headers["Location"] == "/search"
    assert CartLine.objects.get().quantity == 2


@pytest.mark.parametrize("lines", [1, 10, 50])
def test_an_add_and_a_step_cost_7_statements_whatever_is_in_the_cart(client, lines):
    for number in range(lines):
        put(client, product(f"Item {number}", brand=f"Brand {number}"))
    another = product("Another")
    with statements(7):
        client.post("/cart/add", {"product_id": another.pk}, **HTMX)
    with statements(7):
        client.post("/cart/packs", {"product_id": another.pk, "quantity": 2}, **HTMX)


def test_a_lines_buttons_step_from_what_stands_in_its_field(client):
    put(client, product("Coffee", "2.50"), 2)
    line = CartLine.objects.get()
    client.post(f"/cart/lines/{line.pk}", {"quantity": "2", "step": "1"})
    assert total(client) == Decimal("7.50")
    client.post(f"/cart/lines/{line.pk}", {"quantity": "3", "step": "-1"})
    assert total(client) == Decimal("5.00")


def test_a_removed_line_can_be_put_back_as_it_was_with_what_it_came_from(client, settings):
    settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
    dear, cheap = product("Dear", "5.00"), product("Cheap", "3.00")
    CheapestFirst.pairs = [swap(dear, 2, cheap, quantity=2, saving_cents=400)]
    put(client, dear, 2)
    client.post("/cart/budget", {"budget": "7.50"})
    qid = client.get("/cart").context["slate"].qid
    client.post("/cart/swaps/accept", {"qid": qid, "position": "1"})
    CheapestFirst.pairs = []
    line = CartLine.objects.get()
    html = client.post(f"/cart/lines/{line.pk}/remove", **REGION).content.decode()
    assert focused(html) == "Undo removing Cheap"
    sent = dict(
        re.findall(r'type="hidden" name="(product_id|quantity|qid|position)" value="(.*?)"', html)
    )
    html = client.post("/cart/add", sent, **REGION).content.decode()
    assert html.strip().startswith('<div id="cart">')
    again = CartLine.objects.get()
    assert (again.product, again.quantity, again.qid, again.position) == (cheap, 2, qid, 1)
    assert "Instead of Dear" in html


def test_the_way_back_from_a_removal_is_offered_once(client):
    put(client, product("Coffee"))
    client.post(f"/cart/lines/{CartLine.objects.get().pk}/remove")
    assert "Undo removing Coffee" in words(client.get("/cart"))
    assert "Undo removing Coffee" not in words(client.get("/cart"))


def test_keep_mine_ends_the_offers_for_that_line_until_they_are_wanted_again(client, settings):
    settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
    dear, tea = product("Dear", "5.00"), product("Tea", "4.00")
    cheap, plain = product("Cheap", "3.00"), product("Plain tea", "2.00")
    CheapestFirst.pairs = [
        swap(dear, 1, cheap, quantity=1, saving_cents=200),
        swap(tea, 1, plain, quantity=1, saving_cents=200),
    ]
    put(client, dear)
    put(client, tea)
    client.post("/cart/budget", {"budget": "5"})
    qid = client.get("/cart").context["slate"].qid
    html = client.post(
        "/cart/swaps/keep-mine", {"qid": qid, "position": "1"}, **REGION
    ).content.decode()
    assert "Dear stays: no alternatives to it are offered." in html
    assert focused(html).strip().endswith("Found 1 hybrid AI cheaper alternative")
    slate = client.get("/cart").context["slate"]
    assert [row.anchor for row in slate.suggestions] == [tea]
    line = CartLine.objects.get(product=dear)
    client.post(f"/cart/lines/{line.pk}/offer-again")
    slate = client.get("/cart").context["slate"]
    CheapestFirst.pairs = []
    assert [row.anchor for row in slate.suggestions] == [dear, tea]
