from decimal import Decimal

import pytest

from shop.budget import Standing


def standing(total: str, budget: str | None) -> Standing:
    return Standing(Decimal(total), None if budget is None else Decimal(budget))


def test_without_a_budget_nothing_is_judged():
    none = standing("12.00", None)
    assert (none.over_by, none.left, none.share, none.percent) == (None, None, None, None)
    assert not none.over
    assert not none.nearing
    assert none.words == "No budget is set."


@pytest.mark.parametrize(
    ("total", "nearing", "over"),
    [
        ("31.99", False, False),
        ("32.00", True, False),
        ("40.00", True, False),
        ("40.01", False, True),
    ],
)
def test_nearing_starts_at_four_fifths_and_ends_at_the_budget(total, nearing, over):
    found = standing(total, "40.00")
    assert (found.nearing, found.over) == (nearing, over)


def test_over_by_and_left_are_to_the_cent_and_never_negative():
    assert standing("42.10", "40.00").over_by == Decimal("2.10")
    assert standing("42.10", "40.00").left == Decimal("0.00")
    assert standing("37.90", "40.00").over_by == Decimal("0.00")
    assert standing("37.90", "40.00").left == Decimal("2.10")


def test_a_whole_budget_is_said_only_when_it_is_reached():
    assert standing("39.99", "40.00").percent == 99
    assert standing("40.00", "40.00").percent == 100


@pytest.mark.parametrize(
    ("total", "words"),
    [
        ("42.10", "$2.10 over your budget of $40.00."),
        ("10.00", "$30.00 left of your budget of $40.00."),
        ("36.00", "90 % of your budget is used: $4.00 left of your budget of $40.00."),
    ],
)
def test_the_words_say_what_the_figures_say(total, words):
    assert standing(total, "40.00").words == words
