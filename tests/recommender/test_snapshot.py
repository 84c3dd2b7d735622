from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from django.utils import timezone

from recommender import files
from recommender.models import ColumnsFile
from recommender.serving import columns, snapshot, vectors
from shop.models import Brand, CatalogueVersion, Product
from tests.recommender import market
from tests.recommender.conftest import start_afresh
from tests.shop import shelf

pytestmark = pytest.mark.django_db


def test_a_product_becomes_whole_numbers():
    own = Brand.objects.create(name="Store's own", own_brand=True)
    tea = shelf.product_type("Tea")
    shelf.product(
        "Tea",
        "3.29",
        regular_price=Decimal("3.99"),
        amount=Decimal("113.398"),
        base_unit="g",
        category=tea,
        diet_tags=["vegan"],
        quality_tags=["organic"],
    )
    shelf.product("Loose tea", "2.00", amount=None, category=tea, quality_tags=["premium"])
    Product.objects.filter(name="Tea").update(brand=own)
    built = snapshot.build(as_of=timezone.now())
    assert built.price_cents.tolist() == [329, 200]
    assert built.regular_cents.tolist() == [399, 200]
    assert built.amount_milli.tolist() == [113398, 0]
    assert built.base_unit.tolist() == [1, 0]
    assert built.own_brand.tolist() == [True, False]
    assert built.type_id.tolist() == [tea.pk, tea.pk]
    assert built.aisle_id.tolist() == [tea.parent_id, tea.parent_id]
    assert built.quality_share.tolist() == [0.5, 0.5]
    assert (built.diet_tags, built.diet_bits.tolist()) == (("vegan",), [1, 0])


def test_half_a_year_counts_each_week_alike():
    _, second = market.coffees("5.00", "4.00")
    now = timezone.now()
    for days in (0, 100, 170, 200):
        ann = market.member(f"{days}@example.org")
        market.imported_order(ann, second, placed_at=now - timedelta(days=days))
    built = snapshot.build(as_of=now)
    # Three of the four packs lie in the last 26 weeks; one pack each is given in advance.
    assert built.popularity_half_year.tolist() == [1 / 5, 4 / 5]


def test_the_usual_price_is_the_products_own_and_unknown_without_one():
    known, other = market.coffees("5.00", "4.00")
    Product.objects.filter(pk=known.pk).update(usual_price="6.49")
    Product.objects.filter(pk=other.pk).update(usual_price=None)
    assert snapshot.build(as_of=timezone.now()).usual_cents.tolist() == [649, 0]


def test_what_is_shown_is_one_nought_or_unknown():
    one, other, _ = market.coffees("5.00", "4.00", "3.00")
    Product.objects.filter(pk=one.pk).update(in_leaflet=True, on_display=False)
    Product.objects.filter(pk=other.pk).update(in_leaflet=False)
    built = snapshot.build(as_of=timezone.now())
    np.testing.assert_array_equal(built.in_leaflet, [1, 0, np.nan])
    np.testing.assert_array_equal(built.on_display, [0, np.nan, np.nan])


def test_products_no_longer_sold_are_left_out():
    kept, gone = market.coffees("5.00", "4.00")
    Product.objects.filter(pk=gone.pk).update(is_active=False)
    assert snapshot.build(as_of=timezone.now()).product_id.tolist() == [kept.pk]


def test_popularity_is_the_share_of_the_types_sales():
    first, second = market.coffees("5.00", "4.00")
    now = timezone.now()
    for _ in range(3):
        market.imported_order(market.member(f"{_}@example.org"), first, placed_at=now)
    built = snapshot.build(as_of=now)
    # Three packs half a week ago weigh 3 x 2^(-3.5 / 28); one pack each is given in advance.
    weight = 3 * 2 ** (-3.5 / 28)
    assert built.popularity.tolist() == pytest.approx(
        [(weight + 1) / (weight + 2), 1 / (weight + 2)]
    )
    assert built.rows_of(built.product_id).tolist() == [0, 1]
    assert built.product_id.tolist() == [first.pk, second.pk]


def test_a_price_change_makes_a_new_snapshot_and_nothing_else_does():
    (product,) = market.coffees("5.00")
    first = snapshot.current()
    Product.objects.filter(pk=product.pk).update(stock=1)
    assert snapshot.current() is first
    product.price = Decimal("4.00")
    product.save()
    second = snapshot.current()
    assert second.price_cents.tolist() == [400]
    assert ColumnsFile.objects.count() == 2
    assert columns.snapshot(first.tag).price_cents.tolist() == [500]


def test_a_second_process_reads_the_stored_snapshot():
    market.coffees("5.00")
    first = snapshot.current()
    snapshot.forget()
    assert snapshot.current().tag == first.tag
    assert ColumnsFile.objects.count() == 1


def test_within_a_second_nothing_is_asked(settings, django_assert_num_queries):
    settings.RECOMMENDER = {"CHECK_SECONDS": 1.0}
    market.coffees("5.00")
    snapshot.current()
    CatalogueVersion.grow()
    with django_assert_num_queries(0):
        snapshot.current()


def test_an_empty_store_has_an_empty_snapshot():
    assert len(snapshot.build(as_of=timezone.now()).product_id) == 0


def test_a_damaged_snapshot_is_made_again():
    (product,) = market.coffees("5.00")
    first = snapshot.current()
    files.write("training", f"snapshot-{first.tag}.columns", b"damaged")
    start_afresh()
    assert snapshot.current().product_id.tolist() == [product.pk]


def test_of_damaged_vectors_the_last_good_ones_stay():
    market.coffees("5.00", "4.00")
    good = vectors.fit(now=timezone.now())
    assert vectors.current().tag == good.tag
    market.coffees("3.00")
    bad = vectors.fit(now=timezone.now())
    files.write("training", f"vectors-{bad.tag}.columns", b"damaged")
    assert vectors.current().tag == good.tag


def test_without_good_ones_unreadable_vectors_are_none_and_fail_nothing():
    market.coffees("5.00", "4.00")
    only = vectors.fit(now=timezone.now())
    files.write("training", f"vectors-{only.tag}.columns", b"of another release")
    start_afresh()
    assert vectors.current() is vectors.NONE


def test_without_vectors_every_text_feature_is_undefined():
    assert vectors.current() is vectors.NONE
