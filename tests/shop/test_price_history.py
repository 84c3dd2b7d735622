from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shop import price_history
from shop.models import PriceChange

NOW = datetime(2030, 6, 1, tzinfo=UTC)


def changes(*steps):
    """Newest first, from (days ago, price)."""
    return [
        PriceChange(
            price=Decimal(price), regular_price=Decimal(price), since=NOW - timedelta(days=days)
        )
        for days, price in steps
    ]


def test_a_rise_of_two_weeks_before_a_discount_does_not_move_what_is_usual():
    steps = changes((7, "4.00"), (21, "6.00"), (300, "4.00"))
    assert price_history.usual_price(steps, now=NOW) == Decimal("4.00")


def test_what_is_on_offer_for_half_of_eight_weeks_is_usual():
    assert price_history.usual_price(changes((28, "4.00"), (300, "5.00")), now=NOW) == 4
    assert price_history.usual_price(changes((27, "4.00"), (300, "5.00")), now=NOW) == 5


def test_prices_known_for_less_than_two_weeks_make_no_usual_price():
    assert price_history.usual_price(changes((3, "4.00"), (13, "5.00")), now=NOW) is None
    assert price_history.usual_price(changes((3, "4.00"), (14, "5.00")), now=NOW) == 5
    assert price_history.usual_price([], now=NOW) is None


def test_the_drawing_steps_from_the_old_price_down_to_the_new_one():
    # 182 of 364 days ago is the middle: x 160 of 320; the highest price is at the top margin.
    found = price_history.drawing(
        changes((182, "4.00"), (400, "5.00")), usual=Decimal("4.00"), now=NOW
    )
    assert found is not None
    assert found.line == "M0.0 6.0H160.0V74.0H320"
    assert found.words == (
        "Between $4.00 and $5.00 in the last year, now $4.00."
        " Usual price of the last 8 weeks: $4.00."
    )


def test_one_price_all_year_is_not_drawn():
    assert price_history.drawing(changes((10, "4.00"), (400, "4.00")), usual=None, now=NOW) is None
    # What changed before the year began is not in it.
    assert price_history.drawing(changes((390, "4.00"), (400, "5.00")), usual=None, now=NOW) is None
