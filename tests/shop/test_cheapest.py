from decimal import Decimal

import pytest
from django.utils import timezone

from shop import cheapest
from shop.provider import Line, SwapQuery
from tests.shop.shelf import product, product_type

pytestmark = pytest.mark.django_db


def ask(*lines, dismissed=(), size=6):
    cart = tuple(Line(anchor.pk, quantity) for anchor, quantity in lines)
    query = SwapQuery(
        shopper_key="v:1",
        member_id=None,
        session_id=None,
        placement="cart_panel",
        cart=cart,
        anchors=cart,
        total=Decimal("10"),
        budget=Decimal("1"),
        diet_tags=(),
        dismissed=frozenset(dismissed),
        served_at=timezone.now(),
        size=size,
    )
    return cheapest.rank(query).swaps


def test_the_cheapest_unit_price_comes_first_whatever_the_pack():
    anchor = product(price="5.00")
    half = product(price="2.40", amount=Decimal(250))
    same = product(price="4.50")
    large = product(price="4.90", amount=Decimal(1000))
    found = ask((anchor, 1))
    assert [row.product_id for row in found] == [large.pk, same.pk, half.pk]
    assert [(row.quantity, row.saving_cents) for row in found] == [(1, 10), (1, 50), (2, 20)]
    # 4.90 per kilogram instead of 10.00.
    assert found[0].score == 0.51
    assert {row.propensity for row in found} == {1.0}


def test_only_the_same_type_in_stock_and_on_sale():
    anchor = product(price="5.00")
    product(price="1.00", category=product_type("Coffee filters"))
    product(price="1.00", stock=0)
    product(price="1.00", is_active=False)
    assert ask((anchor, 1)) == ()


def test_stock_must_cover_the_packs_that_are_needed():
    anchor = product(price="5.00", amount=Decimal(1000))
    product(price="2.00", amount=Decimal(500), stock=1)
    assert ask((anchor, 1)) == ()


def test_a_diet_tag_of_the_anchor_is_never_lost():
    anchor = product(price="5.00", diet_tags=["vegan"])
    product(price="1.00", diet_tags=["organic"])
    kept = product(price="4.00", diet_tags=["vegan", "organic"])
    assert [row.product_id for row in ask((anchor, 1))] == [kept.pk]


def test_neither_cart_nor_dismissed_products_are_offered():
    anchor, owned, refused = product(price="5.00"), product(price="2.00"), product(price="1.00")
    assert ask((anchor, 1), (owned, 1), dismissed=[refused.pk]) == ()


def test_at_most_two_per_anchor_where_there_are_three():
    kinds = [product_type(name) for name in ("Tea", "Milk", "Bread")]
    anchors = [product(price="5.00", category=kind) for kind in kinds]
    for kind in kinds:
        for price in ("1.00", "2.00", "3.00"):
            product(price=price, category=kind)
    found = ask(*[(anchor, 1) for anchor in anchors])
    assert sorted(row.anchor_id for row in found) == sorted(2 * [a.pk for a in anchors])
    assert len(ask((anchors[0], 1), (anchors[1], 1))) == 6


def test_one_product_is_offered_once():
    one, two = product(price="5.00"), product(price="6.00")
    candidate = product(price="1.00")
    assert [
        row.product_id for row in ask((one, 1), (two, 1)) if row.product_id == candidate.pk
    ] == [candidate.pk]


def test_two_queries_at_any_size(django_assert_num_queries):
    lines = [(product(price="5.00"), 1) for _ in range(10)]
    with django_assert_num_queries(2):
        ask(*lines)
