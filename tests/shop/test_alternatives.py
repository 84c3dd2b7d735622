from decimal import Decimal

import pytest

from shop.models import CartLine, DismissedProduct
from tests.shop.pages import put, words
from tests.shop.shelf import Broken, CheapestFirst, product, swap
from tracking.models import Event, Slate

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def pair(settings, monkeypatch):
    """A dear coffee, and the cheaper one that the provider offers for it."""
    settings.CONSENT = "assume"
    settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
    dear, cheap = product("Dear coffee", "5.00"), product("Cheap coffee", "3.50")
    monkeypatch.setattr(
        CheapestFirst, "pairs", [swap(dear, 1, cheap, quantity=1, saving_cents=150)]
    )
    return dear, cheap


def address(one):
    return f"{one.get_absolute_url()}/alternatives"


def test_the_part_for_htmx_says_what_is_saved_and_is_logged_as_a_slate_of_the_product_page(
    client, pair
):
    dear, cheap = pair
    answer = client.get(address(dear), headers=HTMX)
    assert "<html" not in answer.content.decode()
    assert "Save $1.50" in words(answer)
    slate = Slate.objects.get()
    assert (slate.placement, slate.functional) == ("product_page", False)
    assert [(item["anchor"], item["product"]) for item in slate.items] == [(dear.pk, cheap.pk)]
    client.get(address(dear), headers=HTMX)
    assert Slate.objects.count() == 1


def test_without_javascript_it_is_a_page_that_the_product_page_links(client, pair):
    dear, _ = pair
    assert f'href="{address(dear)}"' in client.get(dear.get_absolute_url()).content.decode()
    answer = client.get(address(dear))
    assert "Instead of Dear coffee" in words(answer)
    assert "Cheap coffee" in words(answer)


def test_taking_it_puts_it_in_the_cart_with_its_slate_and_position(client, pair):
    dear, cheap = pair
    client.get(address(dear))
    slate = Slate.objects.get()
    client.post(
        "/cart/add", {"product_id": cheap.pk, "quantity": 1, "qid": slate.qid, "position": 1}
    )
    line = CartLine.objects.get()
    assert (line.product, line.qid, line.position) == (cheap, slate.qid, 1)
    assert Event.objects.get(event_type="cart_add").qid == slate.qid


def test_without_consent_it_is_shown_and_nothing_is_stored(client, pair, settings):
    settings.CONSENT = "ask"
    dear, _ = pair
    answer = client.get(address(dear))
    assert "Save $1.50" in words(answer)
    assert 'name="qid"' not in answer.content.decode()
    assert not Slate.objects.exists()
    assert "visitor" not in client.cookies


@pytest.mark.parametrize("why", ["in the cart", "dismissed", "dearer now"])
def test_what_the_shopper_has_or_refused_or_no_longer_saves_is_not_offered(client, pair, why):
    dear, cheap = pair
    put(client, cheap if why == "in the cart" else product("Tea"))
    if why == "dismissed":
        cart = CartLine.objects.get().cart
        DismissedProduct.objects.create(shopper_key=cart.shopper_key, product=cheap)
    if why == "dearer now":
        cheap.price = Decimal("6.00")
        cheap.save()
    assert "Nothing does the same for less" in words(client.get(address(dear)))


def test_an_anchor_that_is_in_the_cart_is_looked_at_as_one_pack(client, pair):
    dear, _ = pair
    put(client, dear, 3)
    assert "Save $1.50" in words(client.get(address(dear)))


def test_when_the_ranker_fails_the_unit_price_answers(client, pair, settings):
    settings.SWAP_PROVIDER = f"tests.shop.shelf.{Broken.__name__}"
    dear, _ = pair
    assert "Save $1.50" in words(client.get(address(dear)))
    assert Slate.objects.get().policy == "cheapest"


def test_an_unknown_product_is_not_found(client):
    assert client.get("/p/999999/alternatives").status_code == 404


@pytest.mark.parametrize("lines", [1, 10, 50])
def test_the_ranking_costs_the_same_whatever_is_in_the_cart(
    client, pair, django_assert_num_queries, lines
):
    dear, _ = pair
    for number in range(lines):
        put(client, product(f"Item {number}"))
    # Product, session, cart, preferences, the standing slate, the new one, what is shown.
    with django_assert_num_queries(7):
        client.get(address(dear), headers=HTMX)
