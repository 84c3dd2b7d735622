from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from shop.models import Cart, CartLine, Member, Order, OrderLine
from tests.shop.pages import put, statements, words
from tests.shop.shelf import product
from tracking.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(client):
    ada = Member.objects.create_user("ada@example.com", "ada@example.com")
    client.force_login(ada)
    return ada


def ordered(member, *lines, days_ago=10, **fields):
    """An order of (product, quantity, price then)."""
    order = Order.objects.create(
        shopper_key=f"m:{member.pk}",
        member=member,
        total=sum(quantity * Decimal(price) for _, quantity, price in lines),
        placed_at=timezone.now() - timedelta(days=days_ago),
        **fields,
    )
    for bought, quantity, price in lines:
        OrderLine.objects.create(
            order=order, product=bought, name=bought.name, quantity=quantity, price=price
        )
    return order


def again(client, order):
    return client.post(f"/orders/{order.token}/again", follow=True)


def packs():
    return dict(CartLine.objects.values_list("product__name", "quantity"))


def test_a_member_sees_own_orders_newest_first_and_nobody_elses(client, member):
    coffee, tea = product("Coffee"), product("Tea")
    ordered(member, (coffee, 2, "5.00"), days_ago=20)
    ordered(member, (tea, 3, "1.00"), days_ago=2)
    ordered(member, (product("Played"), 1, "1.00"), origin="simulated")
    ordered(Member.objects.create_user("b", "b@example.com"), (product("Hers"), 1, "1.00"))
    text = words(client.get("/orders"))
    assert text.index("3 packs, $3.00 Tea") < text.index("2 packs, $10.00 Coffee")
    assert "Played" not in text
    assert "Hers" not in text


def test_who_is_not_signed_in_is_asked_to_and_led_back(client):
    assert client.get("/orders").headers["Location"] == "/account/sign-in?next=/orders"


def test_an_account_without_orders_says_so(client, member):
    assert "You have ordered nothing with this account yet." in words(client.get("/orders"))


def test_the_list_has_pages_of_twenty_and_the_last_one_stands_for_any_beyond(client, member):
    coffee = product("Coffee")
    for days in range(21):
        ordered(member, (coffee, days + 1, "1.00"), days_ago=days)
    assert "21 orders, page 1 of 2" in words(client.get("/orders"))
    for page in ("2", "99"):
        assert "21 packs, $21.00" in words(client.get(f"/orders?page={page}"))


@pytest.mark.parametrize("orders", [1, 20])
def test_the_list_costs_5_queries_however_long_it_is(client, member, orders):
    for days in range(orders):
        ordered(member, (product(), 1, "1.00"), (product(), 1, "1.00"), days_ago=days)
    with statements(5):
        client.get("/orders")


def test_one_press_puts_an_order_into_the_cart(client, member):
    order = ordered(member, (product("Coffee"), 2, "5.00"), (product("Tea"), 1, "5.00"))
    text = words(again(client, order))
    assert packs() == {"Coffee": 2, "Tea": 1}
    assert "All 2 products of this order are in your cart." in text
    assert "What can be had costs the same as then." in text


def test_what_cannot_be_had_is_told_plainly(client, member):
    gone, none, few = product("Gone"), product("None left", stock=0), product("Few", stock=2)
    deleted = product("Deleted")
    order = ordered(member, *[(one, 3, "5.00") for one in (gone, none, few, deleted)])
    gone.is_active = False
    gone.save()
    deleted.delete()
    text = words(again(client, order))
    assert packs() == {"Few": 2}
    assert "1 of 4 products of this order is in your cart." in text
    for told in (
        "Gone: no longer sold",
        "None left: out of stock",
        "Few: only 2 of 3 packs left",
        "Deleted: no longer sold",
    ):
        assert told in text


def test_what_is_dearer_or_cheaper_than_then_is_told_with_the_sum(client, member):
    milk, tea = product("Milk", "3.40"), product("Tea", "1.50")
    text = words(again(client, ordered(member, (milk, 2, "3.00"), (tea, 1, "2.00"))))
    # 2 × 0.40 more for milk, 0.50 less for tea.
    assert "costs $0.30 more than then" in text
    assert "Dearer now Milk: $3.40, was $3.00" in text
    assert "Cheaper now Tea: $1.50, was $2.00" in text


def test_pressing_twice_is_as_pressing_once_and_more_in_the_cart_stays(client, member):
    coffee, tea = product("Coffee"), product("Tea")
    order = ordered(member, (coffee, 2, "5.00"), (tea, 2, "5.00"))
    put(client, tea, 5)
    again(client, order)
    again(client, order)
    assert packs() == {"Coffee": 2, "Tea": 5}


def test_nothing_to_be_had_is_an_error_and_leaves_the_cart_empty(client, member):
    text = words(again(client, ordered(member, (product("Gone", stock=0), 1, "1.00"))))
    assert "Nothing of this order can be had now." in text
    assert not CartLine.objects.exists()


def test_an_imported_order_that_names_a_product_twice_is_one_line(client, member):
    coffee = product("Coffee")
    again(client, ordered(member, (coffee, 1, "5.00"), (coffee, 2, "5.00")))
    assert packs() == {"Coffee": 3}


def test_what_was_put_is_recorded_as_adds_but_only_with_consent(client, member, settings):
    order = ordered(member, (product("Coffee"), 2, "5.00"), (product("Tea"), 1, "5.00"))
    settings.CONSENT = "ask"
    again(client, order)
    assert not Event.objects.exists()
    Cart.objects.all().delete()
    settings.CONSENT = "assume"
    again(client, order)
    assert list(Event.objects.values_list("event_type", flat=True)) == ["cart_add"] * 2


@pytest.mark.parametrize("lines", [1, 40])
def test_ordering_again_costs_the_same_sql_at_any_size(client, member, settings, lines):
    settings.CONSENT = "assume"
    order = ordered(member, *[(product(f"Item {n}"), 1, "5.00") for n in range(lines)])
    put(client, product())
    # user, order; visit; cart (2), its lines, the new ones, events
    with statements(8):
        client.post(f"/orders/{order.token}/again")


def test_an_unknown_order_or_a_plain_visit_changes_nothing(client, member):
    address = "/orders/00000000-0000-0000-0000-000000000000/again"
    assert client.post(address).status_code == 404
    assert client.get(address).status_code == 405
    assert "From your order" not in words(client.get("/cart?again=no-token"))


def test_an_older_orders_page_does_not_thank_again_and_offers_it_again(client, member):
    order = ordered(member, (product("Coffee"), 1, "5.00"))
    page = client.get(order.get_absolute_url())
    assert "Thank you" not in words(page)
    assert f'action="/orders/{order.token}/again"' in page.content.decode()
