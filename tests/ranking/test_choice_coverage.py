from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommender.ranking.choices import coverage
from recommender.ranking.choices.history import History
from recommender.ranking.choices.questions import Questions
from recommender.ranking.choices.replacements import Replacements
from tests.ranking import choice_history, shelf
from tests.ranking.shelf import ints


@pytest.fixture
def history() -> History:
    """Twelve products of two types of one aisle; 0 to 9 sell in the weeks 40 to 47 in store 2, and
    household 1, which goes to store 1, switches in week 50 to 3, 10 and 11."""
    rows = [(9, 100 * week + at, at, week) for week in range(40, 48) for at in range(10)]
    rows = [(1, 1, 10, 2), *rows, *[(1, 9_000 + at, at, 50) for at in (3, 10, 11)]]
    store = np.where(np.array(rows)[:, 0] == 1, 1, 2)
    history = choice_history.history(*rows, store=store)
    kinds = shelf.snapshot(12, type_id=np.r_[np.ones(11), 2])
    return replace(history, shelf=kinds)


def test_each_source_adds_to_those_before_what_it_holds(history):
    last = len(history.week) - 3
    asked = Questions(ints(last, last + 1), ints(1, 1), np.array([True, False]))
    found = coverage.run(history, np.ones((12, 2), np.float32), asked)["same_type"]
    # Product 3 sells in the chain; 10 does not, but the household had bought it.
    assert found == dict(zip(coverage.SAME_TYPE, [0.5, 0.5, 1.0, 1.0, 1.0], strict=True))


def test_what_is_no_switch_of_the_test_weeks_is_not_asked(history):
    last = len(history.week) - 3
    asked = Questions(ints(last, 0), ints(3, 1), np.array([True, True]))
    found = coverage.run(history, np.ones((12, 2), np.float32), asked)["same_type"]
    assert all(np.isnan(share) for share in found.values())


def test_the_likeliest_types_are_those_that_were_seen_in_its_place_then_the_unusual_ones():
    kinds = shelf.snapshot(5, type_id=np.arange(5), aisle_id=[0, 0, 0, 0, 1])
    history = replace(choice_history.history((1, 1, 0, 20)), shelf=kinds)
    unusual = ints(*[1] * 30, *[2] * 10, 4)
    seen = Replacements(ints(*[20] * 12), ints(*[0] * 12), ints(*[2] * 12))
    nothing = Replacements(*[ints()] * 3)
    # Expected of 20: 15 for type 1 and 5 for type 2, to which 12 are added where they were seen.
    assert coverage._likely(history, unusual, nothing)[0] == (1, 2, 3)
    assert coverage._likely(history, unusual, seen)[0] == (2, 1, 3)
    assert coverage._likely(history, unusual, seen)[4] == ()


def test_covered_is_what_stands_among_the_first_types():
    asked = Replacements(ints(50, 50), ints(0, 0), ints(1, 2))
    assert coverage._covered(asked, {0: (1, 2)}, 1) == 0.5
    assert coverage._covered(asked, {0: (1, 2)}, 2) == 1.0
    assert np.isnan(coverage._covered(Replacements(*[ints()] * 3), {0: (1,)}, 1))


def test_the_table_tells_sources_and_control(history):
    asked = Questions(ints(len(history.week) - 3), ints(1), np.array([True]))
    found = coverage.run(history, np.ones((12, 2), np.float32), asked)
    lines = coverage.markdown(
        found | {"other_types": {"a source": {"1": (0.5, 0.25)} | dict.fromkeys("23", (1.0, 1.0))}}
    ).splitlines()
    assert lines[2] == f"| {coverage.SAME_TYPE[0]} | 100.0% |"
    assert "| a source | 50.0% (25.0%) | 100.0% (100.0%) | 100.0% (100.0%) |" in lines
