from __future__ import annotations

import pytest

from recommender.ranking.bought import NEVER, Bought, once_more

DAY = 86_400.0
START = 1_700_000_000.0


def test_a_purchase_of_a_quarter_ago_counts_half():
    first = once_more(NEVER, START)
    assert first == Bought(1, START, 1.0)
    assert once_more(first, START + 91 * DAY) == Bought(2, START + 91 * DAY, 1.5)


def test_an_older_purchase_that_arrives_late_counts_as_what_it_is():
    late = once_more(once_more(NEVER, START + 91 * DAY), START)
    assert late == Bought(2, START + 91 * DAY, 1.5)


def test_two_of_one_moment_are_two():
    assert once_more(once_more(NEVER, START), START) == Bought(2, START, 2.0)


def test_the_sum_keeps_six_digits():
    found = once_more(once_more(NEVER, START), START + DAY)
    assert found.lately == pytest.approx(1 + 0.5 ** (1 / 91), abs=5e-7)
    assert found.lately == round(found.lately, 6)
