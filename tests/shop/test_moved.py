from decimal import Decimal

import pytest

from shop import cart, moved
from shop.contents import cart_of
from shop.models import CartLine, Order
from tests.shop.pages import put, words
from tests.shop.shelf import product, shopper

pytestmark = pytest.mark.django_db


@pytest.fixture
def caller():
    return shopper()


def now(caller):
    return cart_of(caller)


def test_a_price_and_a_shortage_of_one_product_are_one_sentence(caller):
    milk, tea = product("Milk", "3.00"), product("Tea")
    cart.add(caller, milk.pk, 2)
    cart.add(caller, tea.pk)
    then = moved.seen(now(caller))
    assert then == f"{milk.pk}:2:300,{tea.pk}:1:500"
    milk.price, milk.stock = Decimal("3.40"), 1
    milk.save()
    assert moved.differences(then, now(caller)) == [
        "Milk: was $3.00, now $3.40; only 1 left in stock."
    ]


def test_what_came_went_or_grew_in_another_window_is_told(caller):
    tea, gone, fresh = product("Tea"), product("Gone"), product("Fresh")
    line = cart.add(caller, tea.pk)
    cart.add(caller, gone.pk)
    then = moved.seen(now(caller))
    cart.set_quantity(caller, line.pk, 3)
    cart.remove(caller, CartLine.objects.get(product=gone).pk)
    cart.add(caller, fresh.pk)
    assert moved.differences(then, now(caller)) == [
        "Tea: 3 in the cart, 1 when this page was shown.",
        "Fresh came into the cart since.",
        "Gone is no longer in the cart.",
    ]


def test_nothing_moved_is_nothing_told(caller):
    cart.add(caller, product().pk)
    assert moved.differences(moved.seen(now(caller)), now(caller)) == []


@pytest.mark.parametrize("then", ["", "x", "1:2", "1:2:3:4", "9" * 99 + ":1:1"])
def test_a_form_that_says_nothing_readable_still_tells_what_cannot_be_had(caller, then):
    milk, tea = product("Milk"), product("Tea")
    cart.add(caller, milk.pk, 2)
    cart.add(caller, tea.pk)
    milk.stock = 0
    milk.save()
    tea.is_active = False
    tea.save()
    assert moved.differences(then, now(caller)) == ["Milk: out of stock.", "Tea: no longer sold."]


def test_the_checkout_tells_line_by_line_what_moved_and_then_sells_at_the_new_price(client):
    milk = product("Milk", "3.00")
    put(client, milk)
    put(client, product("Tea"))
    form = client.get("/checkout").context["form"]
    names = ("idempotency_key", "expected_total", "shown")
    sent = {name: form[name].value() for name in names} | {"name": "Ada", "email": "a@example.com"}
    milk.price = Decimal("3.40")
    milk.save()
    answer = client.post("/checkout", sent)
    assert answer.status_code == 409
    assert "The cart now costs $8.40, $0.40 more than shown. Milk: was $3.00, now $3.40." in words(
        answer
    )
    assert "Tea:" not in words(answer)
    form = answer.context["form"]
    again = {**sent, **{name: form[name].value() for name in names}}
    assert client.post("/checkout", again).status_code == 302
    assert Order.objects.get().total == Decimal("8.40")
