from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from recommender.ranking.budget_fit import fewest_regret, regrets
from tests.ranking.shelf import ints


def fit(anchors, savings, costs, need):
    return fewest_regret(
        anchors=ints(*anchors), savings=ints(*savings), regrets=ints(*costs), need=need
    ).tolist()


def test_the_regret_is_the_place_in_the_order_and_equals_share_theirs():
    assert regrets(np.array([0.5, 9.0, 0.5, -1.0])).tolist() == [5, 2, 5, 8]


def test_one_big_swap_is_taken_before_two_liked_ones_that_cost_more_together():
    assert fit((1, 2, 3), (300, 300, 600), (4, 5, 8), 600) == [2]
    assert fit((1, 2, 3), (300, 300, 600), (4, 5, 10), 600) == [0, 1]


def test_an_anchor_is_swapped_once():
    assert fit((1, 1, 2), (300, 310, 100), (1, 2, 9), 400) == [0, 2]


def test_of_equal_regret_the_set_that_saves_more_is_taken():
    assert fit((1, 1), (300, 350), (2, 2), 300) == [1]


def test_what_cannot_be_reached_is_brought_as_near_as_can_be():
    assert fit((1, 1, 2), (100, 300, 200), (1, 6, 4), 900) == [1, 2]


@pytest.mark.parametrize("need", [0, -5])
def test_nothing_is_swapped_where_nothing_is_needed(need):
    assert fit((1,), (100,), (1,), need) == []


def test_without_swaps_there_is_nothing_to_choose():
    assert fit((), (), (), 100) == []


@pytest.mark.parametrize("seed", range(60))
def test_the_answer_is_the_best_of_all_sets(seed):
    rng = np.random.default_rng(seed)
    anchors = rng.integers(1, 5, 9)
    savings, costs = rng.integers(1, 60, 9), rng.integers(1, 12, 9)
    need = int(rng.integers(1, 170))
    taken = fewest_regret(anchors=anchors, savings=savings, regrets=costs, need=need)
    assert len(set(anchors[taken])) == len(taken)
    groups = [[-1, *np.flatnonzero(anchors == anchor)] for anchor in np.unique(anchors)]
    sets = [[row for row in chosen if row >= 0] for chosen in product(*groups)]
    sums = [(int(costs[rows].sum()), -int(savings[rows].sum())) for rows in sets]
    enough = [found for found in sums if -found[1] >= need]
    best = min(enough) if enough else min(sums, key=lambda found: (found[1], found[0]))
    assert (int(costs[taken].sum()), -int(savings[taken].sum())) == best


def test_a_cart_of_fifty_lines_is_solved_too():
    rng = np.random.default_rng(1)
    anchors = np.repeat(np.arange(50), 5)[:240]
    savings = rng.integers(1, 900, 240)
    costs = 2 * (1 + rng.permutation(240))
    taken = fewest_regret(anchors=anchors, savings=savings, regrets=costs, need=9000)
    assert savings[taken].sum() >= 9000
