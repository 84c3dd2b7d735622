"""The goals of the learning curve, on figures made up so that every verdict is known."""

from __future__ import annotations

from recommender.proof import goals


def _figures(size: int, **means: float) -> dict:
    given = {"blend": 0.7, "tuned_blend": 0.71, "knows_shares": 0.83, "knows_utility": 0.89} | means
    found = {policy: (mean, mean - 0.01, mean + 0.01) for policy, mean in given.items()}
    return {str(size): {"whole_list": found}}


def _verdicts(figures: dict) -> list[str]:
    return [row.split(" | ")[-1].removesuffix(" |") for row in goals.table(figures)[2:]]


def test_what_is_met_is_met_and_what_is_missed_is_called_missed():
    assert _verdicts(_figures(5, served_shipped=0.70)) == ["met"]
    assert _verdicts(_figures(5, served_shipped=0.699)) == ["**missed**"]


def test_a_goal_above_a_ceiling_is_missed_and_says_so():
    assert _verdicts(_figures(500, served_shipped=0.84)) == [
        "**missed**; above what knowing the kinds of shopper, not who is which, gives (0.830)"
    ]
    assert _verdicts(_figures(5000, served_shipped=0.88)) == [
        "**missed**; above what knowing every utility gives (0.890)"
    ]
    assert _verdicts(_figures(500, served_shipped=0.86)) == ["met"]


def test_a_wrong_prior_may_be_below_the_blend_by_no_more_than_its_interval():
    assert _verdicts(_figures(50, served_wrong_prior=0.69)) == ["met"]
    assert _verdicts(_figures(50, served_wrong_prior=0.689)) == ["**missed**"]
    assert _verdicts(_figures(5, served_wrong_prior=0.5)) == []


def test_trees_have_to_leave_the_tuned_blend_behind_with_their_whole_interval():
    assert _verdicts(_figures(2000, ltr=0.74)) == ["met"]
    assert _verdicts(_figures(2000, ltr=0.72)) == ["**missed**"]
    assert _verdicts(_figures(500, ltr=0.6)) == []


def test_without_a_size_that_a_goal_names_there_is_no_table():
    assert goals.table(_figures(20)) == []
