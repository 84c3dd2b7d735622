from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.utils import timezone

from recommender.ranking.query import Swaps
from recommender.serving import candidates, snapshot, vectors
from shop.models import Product
from shop.provider import Line
from tests.recommender import market
from tests.shop import shelf
from tracking.prepared import Prepared

pytestmark = pytest.mark.django_db


def _eligible(anchors: list[tuple[Product, int]], *, dismissed: frozenset[int] = frozenset()):
    lines = [Line(product.pk, packs) for product, packs in anchors]
    held = snapshot.current()
    swaps = candidates.eligible(
        anchors=lines,
        cart=lines,
        dismissed=dismissed,
        snapshot=held,
        vectors=vectors.current(),
    )
    return swaps, held


def _products(found: tuple[Swaps, object]) -> list[int]:
    swaps, held = found
    return sorted(held.product_id[swaps.candidate_row].tolist())  # type: ignore[attr-defined]


def test_cheaper_ones_of_the_same_type_are_offered():
    anchor, cheaper, *_ = market.coffees("5.00", "4.00", "5.00", "6.00")
    assert _products(_eligible([(anchor, 1)])) == [cheaper.pk]


def test_a_smaller_pack_is_no_saving():
    (anchor,) = market.coffees("5.00")
    # Half the amount for three fifths of the price: two packs cost 6.00.
    shelf.product("Small coffee", "3.00", amount=Decimal(250))
    assert _products(_eligible([(anchor, 1)])) == []


def test_the_quantity_covers_the_lines_amount():
    (anchor,) = market.coffees("5.00")
    shelf.product("Small coffee", "1.50", amount=Decimal(250))
    swaps, _ = _eligible([(anchor, 2)])
    assert (swaps.quantity.tolist(), swaps.saving_cents.tolist()) == ([4], [400])


def test_a_diet_tag_of_the_anchor_is_never_lost():
    anchor = shelf.product("Vegan coffee", "5.00", diet_tags=["vegan"])
    kept = shelf.product("Other vegan coffee", "4.00", diet_tags=["vegan", "halal"])
    shelf.product("Coffee with milk", "3.00")
    assert _products(_eligible([(anchor, 1)])) == [kept.pk]


def test_what_is_in_the_cart_or_dismissed_is_not_offered():
    anchor, in_cart, dismissed, free = market.coffees("5.00", "4.00", "3.00", "2.00")
    found = _eligible([(anchor, 1), (in_cart, 1)], dismissed=frozenset({dismissed.pk}))
    assert set(_products(found)) == {free.pk}


def test_a_product_unknown_to_the_snapshot_has_no_swaps():
    market.coffees("5.00", "4.00")
    held = snapshot.current()
    lines = [Line(999_999, 1)]
    swaps = candidates.eligible(
        anchors=lines, cart=lines, dismissed=(), snapshot=held, vectors=vectors.current()
    )
    assert len(swaps) == 0


def test_stock_is_the_databases_word_of_this_moment(django_assert_num_queries):
    anchor, few, enough = market.coffees("5.00", "4.00", "3.00")
    swaps, held = _eligible([(anchor, 3)])
    Product.objects.filter(pk=few.pk).update(stock=2)
    with django_assert_num_queries(1):
        stocked = candidates.in_stock(swaps, held)
    assert held.product_id[swaps.candidate_row[stocked]].tolist() == [enough.pk]


def test_a_type_with_few_candidates_borrows_from_the_nearest_type(monkeypatch):
    ground = shelf.product_type("Ground coffee")
    instant = shelf.product_type("Instant coffee")
    (anchor,) = market.coffees("5.00", kind=ground)
    (near,) = market.coffees("4.00", kind=instant)
    pieces = shelf.product(
        "Coffee filters", "1.00", category=instant, amount=Decimal(100), base_unit="piece"
    )
    near_types = {ground.pk: (instant.pk,), instant.pk: ()}
    monkeypatch.setattr(candidates, "near_types", lambda *_, **__: near_types)
    monkeypatch.setattr(candidates, "_kept", candidates._Near(("", ""), {}))
    found = _products(_eligible([(anchor, 1)]))
    assert found == [near.pk]
    assert pieces.pk not in found


def test_the_number_of_pairs_is_bounded(settings):
    settings.RECOMMENDER = {"MOST_PAIRS": 10, "CHECK_SECONDS": 0.0}
    products = market.coffees("9.00", *[f"{3 + at / 100:.2f}" for at in range(30)])
    swaps, held = _eligible([(products[0], 1)])
    assert len(swaps) == 10
    # The cheapest is among them, because half of the places go by saving.
    assert int(np.min(held.price_cents[swaps.candidate_row])) == 300


def test_half_of_the_places_go_to_what_shoppers_take_after_the_anchor(settings):
    settings.RECOMMENDER = {"MOST_PAIRS": 10, "CHECK_SECONDS": 0.0}
    products = market.coffees("9.00", *[f"{3 + at / 100:.2f}" for at in range(30)])
    anchor, taken, popular = products[0], products[-1], products[-8:-2]
    ann, now = market.member(), timezone.now()
    for day, product in enumerate((anchor, taken)):
        market.imported_order(ann, product, placed_at=now - timedelta(days=9 - day))
    for at in range(2):
        other = market.member(f"{at}@example.org")
        market.imported_order(other, *popular, placed_at=now - timedelta(days=5))
    vectors.fit(now=now)
    offered = _products(_eligible([(anchor, 1)]))
    assert len(offered) == 10
    # Six sold more, and none saves less; but the one who had the anchor took it next.
    assert taken.pk in offered


def test_more_products_than_one_query_asks_for_take_several(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(candidates, "ASKED", 2)
    monkeypatch.setattr(candidates, "STOCK", Prepared(candidates._stock))
    anchor, *others = market.coffees("9.00", "4.00", "3.00", "2.00")
    swaps, held = _eligible([(anchor, 1)])
    Product.objects.filter(pk=others[1].pk).update(stock=0)
    with django_assert_num_queries(2):
        stocked = candidates.in_stock(swaps, held)
    assert stocked.tolist() == [True, False, True]
