from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.utils import timezone

from shop import catalogue, usual_prices
from shop.models import CatalogueVersion, PriceChange, Product
from tests.shop.pages import words
from tests.shop.shelf import product

pytestmark = pytest.mark.django_db
NOW = datetime(2030, 6, 1, tzinfo=UTC)


def priced(name, *steps, now=NOW):
    """A product at $4 with a regular price of $6, and its prices since so many days."""
    made = product(name, "4.00", regular_price=Decimal("6.00"))
    for days, price in steps:
        PriceChange.objects.create(
            product=made,
            price=Decimal(price),
            regular_price=Decimal("6.00"),
            since=now - timedelta(days=days),
        )
    return made


def usual(made):
    made.refresh_from_db()
    return made.usual_price


def test_the_price_that_held_longer_is_usual_however_long_ago_it_began():
    made = priced("Tea", (7, "4.00"), (300, "5.00"))
    assert usual_prices.refresh(now=NOW) == 1
    assert usual(made) == 5
    assert made.cut == 1
    assert made.on_promotion


def test_a_rise_before_a_discount_makes_it_none():
    made = priced("Tea", (7, "4.00"), (21, "6.00"), (300, "4.00"))
    usual_prices.refresh(now=NOW)
    assert usual(made) == 4
    assert made.cut is None
    assert not made.on_promotion


@pytest.mark.parametrize(("price", "told"), [("4.75", True), ("4.76", False)])
def test_less_than_a_twentieth_off_is_no_promotion(price, told):
    made = product("Tea", price, usual_price=Decimal("5.00"))
    assert made.on_promotion == told
    assert bool(catalogue.matching(promotion=True)) == told


def test_nothing_is_claimed_of_a_product_known_for_less_than_two_weeks():
    made = priced("Tea", (3, "4.00"), (13, "5.00"))
    usual_prices.refresh(now=NOW)
    assert usual(made) is None
    assert made.cut is None


def test_what_is_usual_moves_with_time_alone():
    made = priced("Tea", (7, "4.00"), (300, "5.00"))
    usual_prices.refresh(now=NOW)
    assert usual(made) == 5
    assert usual_prices.refresh(now=NOW + timedelta(days=21)) == 1
    assert usual(made) == 4


def test_only_the_named_products_are_looked_at():
    one, other = (priced(name, (300, "5.00")) for name in ("One", "Other"))
    assert usual_prices.refresh([one.pk], now=NOW) == 1
    assert (usual(one), usual(other)) == (5, None)


def test_a_price_of_the_future_counts_not_yet():
    made = priced("Tea", (-1, "9.00"), (300, "5.00"))
    usual_prices.refresh(now=NOW)
    assert usual(made) == 5


def test_once_a_day_and_by_one_worker(monkeypatch):
    priced("Tea", (300, "5.00"))
    asked = []
    monkeypatch.setattr(usual_prices, "refresh", lambda **how: asked.append(how["now"]))
    hours = [0, 0, 1, 19, 20, 21, 41]
    done = [usual_prices.refresh_if_due(now=NOW + timedelta(hours=hour)) for hour in hours]
    assert done == [True, False, False, False, True, False, True]
    assert len(asked) == 3
    assert CatalogueVersion.objects.get().usual_prices_at == NOW + timedelta(hours=41)


@pytest.mark.parametrize("count", [1, 40])
def test_a_batch_costs_3_queries_and_2_updates_where_something_moved(
    count, django_assert_num_queries
):
    for number in range(count):
        priced(f"Tea {number}", (7, "4.00"), (300, "5.00"))
    with django_assert_num_queries(5):
        usual_prices.refresh(now=NOW)
    with django_assert_num_queries(3):
        usual_prices.refresh(now=NOW)


def test_what_moved_is_a_new_version_of_the_catalogue_and_nothing_moved_is_none():
    priced("Tea", (300, "5.00"))
    before = CatalogueVersion.current()
    assert usual_prices.refresh_if_due(now=NOW)
    usual_prices.refresh(now=NOW)
    assert CatalogueVersion.current() == before + 1


def test_the_command_says_how_many_moved(capsys):
    priced("Tea", (300, "5.00"), now=timezone.now())
    call_command("refresh_usual_prices")
    assert "1 usual price moved." in capsys.readouterr().out


def shown():
    """The honest discount, the made-up one, and one hardly worth telling."""
    now = timezone.now()
    priced("Honest tea", (300, "5.00"), (7, "4.00"), now=now)
    priced("Puffed tea", (300, "4.00"), (21, "6.00"), (7, "4.00"), now=now)
    priced("Hardly cheaper", (300, "4.40"), (7, "4.00"), now=now)
    usual_prices.refresh(now=now)


def test_the_home_page_tells_a_real_discount_and_leaves_out_a_made_up_one(client):
    shown()
    text = words(client.get("/"))
    assert text.count("$1.00 below usual") == 1
    assert "Honest tea" in text
    assert "Puffed tea" not in text
    assert "Hardly cheaper" not in text


def test_cards_and_the_promotion_facet_say_the_same_as_the_home_page(client):
    shown()
    text = words(client.get("/search?search=tea"))
    assert text.count("below usual") == 1
    assert text.count("usual price $5.00") == 1
    assert "Save" not in text
    assert "On promotion only 1" in text
    found = client.get("/search?search=tea&promotion=1").context["products"]
    assert [one.name for one in found] == ["Honest tea"]


def test_the_product_page_draws_the_prices_and_marks_only_a_real_discount(client):
    shown()
    honest, puffed = (Product.objects.get(name=name) for name in ("Honest tea", "Puffed tea"))
    text = words(client.get(honest.get_absolute_url()))
    assert "$1.00 below usual" in text
    assert "Between $4.00 and $5.00 in the last year" in text
    assert "Usual price of the last 8 weeks: $5.00." in text
    assert "below usual" not in words(client.get(puffed.get_absolute_url()))
