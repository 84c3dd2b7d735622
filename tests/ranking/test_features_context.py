from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from recommender.ranking.features import context
from tests.ranking import shelf

STATE = shelf.state(shelf.snapshot(2))
SWAPS = shelf.swaps([0, 0], [0, 1])


@pytest.mark.parametrize(
    ("lines", "cents", "mission"),
    [
        (5, 2_500, context.TOP_UP),
        (6, 2_500, context.REGULAR),
        (5, 2_501, context.REGULAR),
        (14, 9_999, context.REGULAR),
        (15, 100, context.STOCK_UP),
        (1, 10_000, context.STOCK_UP),
        (0, 0, context.TOP_UP),
    ],
)
def test_lines_and_dollars_make_the_mission(lines, cents, mission):
    query = shelf.query(cart=tuple(range(lines)), total_cents=cents)
    assert context.mission_type_id(query, SWAPS, STATE).tolist() == [mission, mission]


def test_the_cart_is_worth_its_dollars_and_as_large_as_its_packs():
    query = replace(shelf.query(cart=(10, 20), total_cents=1_234), cart_quantities=shelf.ints(3, 2))
    assert context.cart_value(query, SWAPS, STATE).tolist() == [12.34, 12.34]
    assert context.cart_size(query, SWAPS, STATE).tolist() == [5.0, 5.0]


def test_day_and_hour_are_the_stores_own():
    # 18:30 on Monday in the store is 23:30 UTC; two hours later it is Tuesday in UTC only.
    later = shelf.query(served_at=shelf.MONDAY_EVENING + timedelta(hours=2))
    assert context.dow(later, SWAPS, STATE).tolist() == [0.0, 0.0]
    assert context.hour(later, SWAPS, STATE).tolist() == [20.0, 20.0]


def test_sunday_is_six():
    sunday = shelf.query(served_at=datetime(2026, 3, 8, 9, tzinfo=shelf.MONDAY_EVENING.tzinfo))
    assert context.dow(sunday, SWAPS, STATE).tolist() == [6.0, 6.0]
