from decimal import Decimal

import pytest

from shop.models import Cart, Order
from tests.shop.pages import put, words
from tests.shop.shelf import CheapestFirst, product, swap

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _remembered(settings):
    settings.CONSENT = "assume"


def filled(client, **changes):
    """The form as it was rendered, with a name and an address typed in."""
    form = client.get("/checkout").context["form"]
    hidden = {name: str(form[name].value()) for name in ("idempotency_key", "expected_total")}
    return {**hidden, "name": "Ada", "email": "ada@example.com", **changes}


def test_an_order_is_placed_and_its_page_shows_lines_and_total(client):
    put(client, product("Coffee", "2.50"), 2)
    answer = client.post("/checkout", filled(client))
    order = Order.objects.get()
    assert answer.headers["Location"] == f"/orders/{order.token}"
    text = words(client.get(answer.headers["Location"]))
    for expected in ("Thank you, Ada", "2 × Coffee $5.00", "Total $5.00"):
        assert expected in text
    assert "Nothing is in your cart yet." in words(client.get("/cart"))


def test_the_form_sent_twice_is_one_order_and_the_same_page(client):
    put(client, product())
    sent = filled(client)
    first, second = client.post("/checkout", sent), client.post("/checkout", sent)
    assert first.headers["Location"] == second.headers["Location"]
    assert Order.objects.count() == 1


def test_every_showing_of_the_form_has_its_own_key(client):
    put(client, product())
    assert filled(client)["idempotency_key"] != filled(client)["idempotency_key"]


def test_errors_stand_beside_their_fields_and_nothing_typed_is_lost(client):
    put(client, product())
    sent = filled(client, name="", email="ada at example")
    answer = client.post("/checkout", sent)
    assert answer.status_code == 422
    html = answer.content.decode()
    assert "Please tell us who collects the order." in html
    assert "This is not an e-mail address" in html
    assert 'value="ada at example"' in html
    assert sent["idempotency_key"] in html
    assert not Order.objects.exists()


def test_a_price_that_rose_is_told_before_anything_is_bought(client):
    coffee = product("Coffee", "2.00")
    put(client, coffee)
    sent = filled(client)
    coffee.price = Decimal("2.30")
    coffee.save()
    answer = client.post("/checkout", sent)
    assert answer.status_code == 409
    assert "The cart now costs $2.30, $0.30 more than shown." in words(answer)
    assert 'value="ada@example.com"' in answer.content.decode()
    assert not Order.objects.exists()
    again = {**sent, "expected_total": "2.30"}
    assert 'name="expected_total" value="2.30"' in answer.content.decode()
    assert client.post("/checkout", again).status_code == 302


def test_what_is_short_is_named_and_nothing_is_bought(client):
    coffee = product("Coffee", stock=3)
    put(client, coffee, 3)
    sent = filled(client)
    coffee.stock = 1
    coffee.save()
    answer = client.post("/checkout", sent)
    assert answer.status_code == 409
    assert "Coffee: only 1 left in stock." in words(answer)


def test_a_form_without_its_hidden_fields_is_shown_again_with_new_ones(client):
    put(client, product())
    answer = client.post("/checkout", {"name": "Ada", "email": "ada@example.com"})
    assert answer.status_code == 422
    assert "The form was incomplete; please send it again." in words(answer)
    assert answer.context["form"]["idempotency_key"].value()


def test_an_empty_cart_is_sent_back_to_its_page(client):
    assert client.get("/checkout").headers["Location"] == "/cart"


def test_the_receipt_tells_what_the_swaps_saved(client, settings):
    settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
    anchor, cheaper = product("Dear coffee", "5.00"), product("Cheap coffee", "3.00")
    CheapestFirst.pairs = [swap(anchor, 2, cheaper, quantity=2, saving_cents=400)]
    put(client, anchor, 2)
    client.post("/cart/budget", {"budget": "7.50"})
    qid = client.get("/cart").context["slate"].qid
    client.post("/cart/swaps/accept", {"qid": qid, "position": "1"})
    CheapestFirst.pairs = []
    text = words(client.get(client.post("/checkout", filled(client)).headers["Location"]))
    for expected in (
        "You saved $4.00",
        "Without your swap it would have been $10.00.",
        "The swap brought the order inside your budget of $7.50.",
        "2 × Dear coffee 2 × Cheap coffee $4.00",
    ):
        assert expected in text


def test_the_order_page_watches_the_training_only_while_it_is_fresh(client):
    put(client, product())
    address = client.post("/checkout", filled(client)).headers["Location"]
    fresh = client.get(address).content.decode()
    assert 'data-status-url="/api/model/status" data-bucket="0"' in fresh
    assert "js/toasts.js" in fresh
    order = Order.objects.get()
    order.placed_at = order.placed_at.replace(year=2020)
    order.save()
    assert "js/toasts.js" not in client.get(address).content.decode()


def test_an_order_of_another_address_is_not_found(client):
    assert client.get("/orders/018f0000-0000-7000-8000-000000000001").status_code == 404


def test_the_budget_stays_for_the_next_cart(client):
    put(client, product())
    client.post("/cart/budget", {"budget": "60"})
    client.post("/checkout", filled(client))
    assert Cart.objects.get().budget == Decimal("60.00")


def test_what_is_wrong_is_summed_up_with_a_link_to_each_field(client):
    put(client, product())
    html = client.post("/checkout", filled(client, name="", email="ada")).content.decode()
    assert '<a href="#id_name">Your name: Please tell us who collects the order.</a>' in html
    assert '<a href="#id_email">E-mail address: This is not an e-mail address' in html
    assert 'id="id_name"' in html
    assert 'id="wrong" role="alert" tabindex="-1" autofocus' in html


def test_a_guest_is_served_first_and_asked_for_no_more_than_eight_things(client):
    put(client, product())
    page = client.get("/checkout")
    fields = page.context["form"].visible_fields()
    assert len(fields) <= 8
    assert [field.field.widget.attrs["autocomplete"] for field in fields] == ["name", "email"]
    assert "No account is needed." in words(page)
