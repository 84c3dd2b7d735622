from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from shop import cart
from shop.contents import cart_of
from shop.errors import Conflict, Invalid, Missing
from shop.models import Cart, CartLine, DietProfile, DismissedProduct, Member
from shop.shoppers import merge, preferences
from tests.shop.shelf import product, shopper
from tracking import log, record
from tracking.models import Event

pytestmark = pytest.mark.django_db


def events(event_type: str) -> list[int]:
    return list(Event.objects.filter(event_type=event_type).values_list("product_id", flat=True))


def test_adding_twice_makes_one_line_with_both_quantities():
    caller, coffee = shopper(), product(price="2.35")
    cart.add(caller, coffee.pk, 2)
    line = cart.add(caller, coffee.pk, 3)
    assert line.quantity == 5
    found = cart_of(caller)
    assert [(row.product.pk, row.quantity, row.line_total) for row in found.lines] == [
        (coffee.pk, 5, Decimal("11.75"))
    ]
    assert (found.total, found.count) == (Decimal("11.75"), 5)
    assert events("cart_add") == [coffee.pk, coffee.pk]


def test_only_an_own_slate_item_of_this_product_travels_with_the_line():
    caller, stranger, coffee, tea = shopper(), shopper(), product("Coffee"), product("Tea")
    item = {"position": 1, "product": coffee.pk}
    qid = record.slate(
        caller,
        placement="cart_panel",
        policy="ltr",
        items=[item],
        state_key="x",
        served_at=timezone.now(),
    )
    assert cart.add(stranger, coffee.pk, 1, qid=qid, position=1).qid is None
    assert cart.add(caller, tea.pk, 1, qid=qid, position=1).qid is None
    assert cart.add(caller, coffee.pk, 1, qid=qid, position=2).qid is None
    line = cart.add(caller, coffee.pk, 1, qid=qid, position=1)
    assert (line.qid, line.position) == (qid, 1)
    cart.add(caller, coffee.pk, 1)
    assert CartLine.objects.get(pk=line.pk).qid == qid


def test_more_than_the_stock_is_refused_with_the_available_count():
    caller, coffee = shopper(), product(stock=3)
    cart.add(caller, coffee.pk, 2)
    with pytest.raises(Conflict) as refused:
        cart.add(caller, coffee.pk, 2)
    assert refused.value.code == "out_of_stock"
    assert refused.value.fields == {"product_id": coffee.pk, "available": 3, "in_cart": 2}
    assert cart_of(caller).count == 2
    assert events("cart_add") == [coffee.pk]


def test_a_hundred_of_one_product_is_refused():
    caller, coffee = shopper(), product(stock=500)
    cart.add(caller, coffee.pk, 60)
    with pytest.raises(Conflict) as refused:
        cart.add(caller, coffee.pk, 40)
    assert refused.value.code == "too_many"


@pytest.mark.parametrize("quantity", [0, -1, 100, 10**30])
def test_a_quantity_outside_1_to_99_is_refused(quantity):
    with pytest.raises(Invalid):
        cart.add(shopper(), product().pk, quantity)


@pytest.mark.parametrize("fields", [{"is_active": False}, None])
def test_what_is_not_sold_cannot_be_added(fields):
    product_id = product(**fields).pk if fields else 10**9
    with pytest.raises(Missing):
        cart.add(shopper(), product_id, 1)


def test_less_of_a_line_is_no_removal_and_more_is_an_add():
    caller, coffee = shopper(), product()
    line = cart.add(caller, coffee.pk, 5)
    cart.set_quantity(caller, line.pk, 2)
    assert events("cart_add") == [coffee.pk]
    cart.set_quantity(caller, line.pk, 3)
    assert events("cart_add") == [coffee.pk, coffee.pk]
    assert events("cart_remove") == []


def test_a_removed_line_is_gone_and_recorded():
    caller, coffee = shopper(), product()
    line = cart.add(caller, coffee.pk, 5)
    cart.remove(caller, line.pk)
    assert cart_of(caller).lines == ()
    assert events("cart_remove") == [coffee.pk]


def test_slates_served_without_consent_go_with_the_last_line():
    caller = replace(shopper(), consent=False, session_id=None)
    first, last = cart.add(caller, product().pk), cart.add(caller, product().pk)
    qid = record.slate(
        caller,
        placement="cart_panel",
        policy="cheapest",
        items=[],
        state_key="",
        served_at=timezone.now(),
    )
    cart.remove(caller, first.pk)
    assert log.slate(qid) is not None
    cart.remove(caller, last.pk)
    assert log.slate(qid) is None


def test_another_shoppers_line_is_unknown():
    line = cart.add(shopper(), product().pk, 1)
    stranger = shopper()
    cart.set_budget(stranger, Decimal("10"))
    for verb in (
        lambda: cart.remove(stranger, line.pk),
        lambda: cart.set_quantity(stranger, line.pk, 2),
    ):
        with pytest.raises(Missing):
            verb()
    assert CartLine.objects.get().quantity == 1


def test_a_line_that_can_no_longer_be_bought_says_so():
    caller, coffee = shopper(), product(stock=5)
    cart.add(caller, coffee.pk, 4)
    type(coffee).objects.update(stock=3)
    assert cart_of(caller).lines[0].problem == "Only 3 left in stock."
    type(coffee).objects.update(is_active=False)
    assert cart_of(caller).lines[0].problem == "No longer sold."


@pytest.mark.parametrize("budget", ["0", "-1", "NaN", "Infinity", "10000000", "1.005"])
def test_a_budget_that_is_no_amount_is_refused(budget):
    with pytest.raises(Invalid):
        cart.set_budget(shopper(), Decimal(budget))


def test_a_budget_can_be_cleared():
    caller = shopper()
    cart.set_budget(caller, Decimal("25.50"))
    assert cart_of(caller).budget == Decimal("25.50")
    cart.set_budget(caller, None)
    assert cart_of(caller).budget is None


def test_reading_a_cart_writes_nothing(django_assert_num_queries):
    with django_assert_num_queries(2):
        assert cart_of(shopper_without_rows()).lines == ()
    assert not Cart.objects.exists()


def shopper_without_rows():
    return replace(shopper_values, shopper_key="v:nobody")


shopper_values = cart.Caller(None, None, None, "", False, False)


def test_without_a_shopper_key_there_is_no_cart_to_share():
    with pytest.raises(ValueError, match="shopper key"):
        cart.add(shopper_values, product().pk, 1)


@pytest.mark.parametrize("lines", [1, 10, 50])
def test_reading_and_adding_cost_the_same_sql_at_any_size(lines, django_assert_num_queries):
    caller = shopper()
    for _ in range(lines):
        cart.add(caller, product().pk, 1)
    more = product()
    with django_assert_num_queries(1):
        found = cart_of(caller)
        assert [str(line.product.brand) + line.product.category.name for line in found.lines]
    # Savepoint and release, taking the cart (2), product, line, insert, event.
    with django_assert_num_queries(7):
        cart.add(caller, more.pk, 1)


def test_signing_in_brings_the_visitors_cart_once():
    visitor, member = shopper(), Member.objects.create(email="a@example.org", username="a")
    account = replace(visitor, member_id=member.pk, shopper_key=f"m:{member.pk}")
    both, mine, theirs = product("Both"), product("Mine"), product("Theirs")
    cart.add(visitor, both.pk, 40)
    cart.add(visitor, theirs.pk, 1)
    cart.set_budget(visitor, Decimal("30"))
    cart.add(account, both.pk, 50)
    cart.add(account, mine.pk, 2)
    DismissedProduct.objects.create(shopper_key=visitor.shopper_key, product=mine)
    DietProfile.objects.create(shopper_key=visitor.shopper_key, diet_tags=["vegan"])
    for _ in range(2):
        merge(visitor.visitor_key, member)
        found = cart_of(account)
        assert {line.product.name: line.quantity for line in found.lines} == {
            "Both": 90,
            "Mine": 2,
            "Theirs": 1,
        }
        assert found.budget == Decimal("30")
        assert preferences(account.shopper_key) == (("vegan",), frozenset({mine.pk}))
    assert not Cart.objects.filter(shopper_key=visitor.shopper_key).exists()


def test_a_line_that_came_from_a_slate_still_does_after_signing_in():
    visitor, member = shopper(), Member.objects.create(email="a@example.org", username="a")
    account = replace(visitor, member_id=member.pk, shopper_key=f"m:{member.pk}")
    coffee = product()
    line, own = cart.add(visitor, coffee.pk), cart.add(account, coffee.pk)
    earlier, qid, accounts = uuid4(), uuid4(), uuid4()
    CartLine.objects.filter(pk=line.pk).update(qid=qid, position=2, also_from=[[str(earlier), 1]])
    CartLine.objects.filter(pk=own.pk).update(qid=accounts, position=3)
    merge(visitor.visitor_key, member)
    found = CartLine.objects.get()
    assert (found.quantity, found.qid, found.position) == (2, qid, 2)
    assert found.slate_items == [(accounts, 3), (earlier, 1), (qid, 2)]


def test_an_item_that_brings_packs_again_is_the_last_one_and_named_once():
    first, second = uuid4(), uuid4()
    line = CartLine()
    assert line.event_items == [(None, None)]
    for qid in (first, second, first):
        line.came_from(qid, 1)
    assert line.slate_items == line.event_items == [(second, 1), (first, 1)]


def test_merged_quantities_stop_at_99():
    visitor, member = shopper(), Member.objects.create(email="a@example.org", username="a")
    account = replace(visitor, member_id=member.pk, shopper_key=f"m:{member.pk}")
    coffee = product(stock=200)
    cart.add(visitor, coffee.pk, 60)
    cart.add(account, coffee.pk, 60)
    merge(visitor.visitor_key, member)
    assert cart_of(account).count == 99
