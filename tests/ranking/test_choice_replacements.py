from __future__ import annotations

from dataclasses import replace

import numpy as np

from recommender.ranking.choices import replacements
from recommender.ranking.choices.history import History
from tests.ranking import choice_history, shelf

HABIT = [(1, 5 + week, 0, 5 + week) for week in range(0, 12, 3)]
"""One household buys type 0 in the weeks 5, 8, 11 and 14: every three weeks."""


def _history(*rows: tuple[int, int, int, int]) -> History:
    """Ten products, each a type of its own; the first six share an aisle."""
    history = choice_history.history(*rows, products=10)
    types = np.arange(10)
    return replace(history, shelf=shelf.snapshot(10, type_id=types, aisle_id=types // 6))


def _found(*rows: tuple[int, int, int, int]) -> tuple[list[tuple[int, ...]], ...]:
    """(replacements, control), each as (week, usual type, taken type); rows in any order."""
    whole = sorted([*HABIT, *rows], key=lambda row: row[3])
    parts = replacements.find(_history(*whole))
    return tuple(
        list(zip(part.week.tolist(), part.usual.tolist(), part.taken.tolist(), strict=True))
        for part in parts
    )


def test_an_unusual_type_of_the_aisle_in_place_of_one_that_is_due_is_a_replacement():
    assert _found((1, 20, 1, 17)) == ([(17, 0, 1)], [])


def test_beside_one_that_was_bought_as_usual_it_is_a_control():
    assert _found((1, 20, 0, 17), (1, 20, 1, 17)) == ([], [(17, 0, 1)])


def test_before_the_usual_interval_is_over_and_after_three_of_them_nothing_is_due():
    early = [(1, 17, 0, 16), (1, 20, 1, 17)]
    assert _found(*early) == ([], [])
    # Week 14 and three intervals of three weeks: 23.
    assert _found((1, 24, 1, 24)) == ([], [])


def test_a_type_bought_twice_before_is_not_out_of_the_ordinary():
    known = [(1, 4, 1, 3), (1, 20, 1, 17)]
    assert _found(*known) == ([(17, 0, 1)], [])
    known = [(1, 3, 1, 2), *known]
    assert _found(*known) == ([], [])


def test_of_two_unusual_types_of_the_aisle_none_is_known_to_replace_it():
    assert _found((1, 20, 1, 17), (1, 20, 2, 17)) == ([], [])


def test_what_lies_in_another_aisle_replaces_nothing():
    assert _found((1, 20, 7, 17)) == ([], [])


def test_the_weeks_before_17_and_other_households_do_not_count():
    assert _found((1, 20, 0, 15), (2, 21, 1, 17)) == ([], [])
    assert _found((1, 16, 1, 16)) == ([], [])
