from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from shop import price_history
from shop.models import PriceChange
from tests.shop.pages import words
from tests.shop.shelf import product

NOW = datetime(2030, 6, 1, tzinfo=UTC)


def changes(*steps):
    """Newest first, from (days ago, price)."""
    return [
        PriceChange(
            price=Decimal(price), regular_price=Decimal(price), since=NOW - timedelta(days=days)
        )
        for days, price in steps
    ]


def test_a_real_discount_counts_against_the_price_that_held_longer():
    assert price_history.cut(
        Decimal("4.00"), changes((7, "4.00"), (300, "5.00")), now=NOW
    ) == Decimal("1.00")


def test_a_rise_of_two_weeks_before_a_discount_makes_it_none():
    steps = changes((7, "4.00"), (21, "6.00"), (300, "4.00"))
    assert price_history.usual_price(steps, now=NOW) == Decimal("4.00")
    assert price_history.cut(Decimal("4.00"), steps, now=NOW) is None


def test_what_is_on_offer_for_half_of_eight_weeks_is_usual():
    assert price_history.cut(Decimal("4.00"), changes((28, "4.00"), (300, "5.00")), now=NOW) is None
    assert price_history.cut(Decimal("4.00"), changes((27, "4.00"), (300, "5.00")), now=NOW) == 1


def test_prices_known_for_less_than_two_weeks_make_no_usual_price():
    assert price_history.usual_price(changes((3, "4.00"), (13, "5.00")), now=NOW) is None
    assert price_history.usual_price(changes((3, "4.00"), (14, "5.00")), now=NOW) == 5
    assert price_history.usual_price([], now=NOW) is None


def test_the_drawing_steps_from_the_old_price_down_to_the_new_one():
    # 182 of 364 days ago is the middle: x 160 of 320; the highest price is at the top margin.
    found = price_history.drawing(changes((182, "4.00"), (400, "5.00")), now=NOW)
    assert found is not None
    assert found.line == "M0.0 6.0H160.0V74.0H320"
    assert found.words == (
        "Between $4.00 and $5.00 in the last year, now $4.00."
        " Usual price of the last 8 weeks: $4.00."
    )


def test_one_price_all_year_is_not_drawn():
    assert price_history.drawing(changes((10, "4.00"), (400, "4.00")), now=NOW) is None
    # What changed before the year began is not in it.
    assert price_history.drawing(changes((390, "4.00"), (400, "5.00")), now=NOW) is None


def priced(name, *steps):
    """A product at $4 with a regular price of $6, and its prices since so many days."""
    made = product(name, "4.00", regular_price=Decimal("6.00"))
    for days, price in steps:
        PriceChange.objects.create(
            product=made,
            price=Decimal(price),
            regular_price=Decimal("6.00"),
            since=timezone.now() - timedelta(days=days),
        )
    return made


@pytest.mark.django_db
def test_the_home_page_tells_a_real_discount_and_leaves_out_a_made_up_one(client):
    priced("Honest tea", (300, "5.00"), (7, "4.00"))
    priced("Puffed tea", (300, "4.00"), (21, "6.00"), (7, "4.00"))
    priced("Hardly cheaper", (300, "4.40"), (7, "4.00"))
    text = words(client.get("/"))
    assert text.count("$1.00 below usual") == 1
    assert "Honest tea" in text
    assert "Puffed tea" not in text
    assert "Hardly cheaper" not in text


@pytest.mark.django_db
def test_the_product_page_draws_the_prices_and_marks_only_a_real_discount(client):
    honest = client.get(priced("Tea", (300, "5.00"), (7, "4.00")).get_absolute_url())
    assert "$1.00 below usual" in words(honest)
    assert "Between $4.00 and $5.00 in the last year" in words(honest)
    puffed = priced("Tea", (300, "4.00"), (21, "6.00"), (7, "4.00"))
    assert "below usual" not in words(client.get(puffed.get_absolute_url()))
