from __future__ import annotations

from math import log

import numpy as np
import pytest

from recommender.ranking import ranker
from recommender.ranking.features.schema import column
from recommender.ranking.metrics import ndcg
from recommender.ranking.places import EVERY, PlacesAside
from tests.ranking import lessons
from tests.ranking.shelf import ints

SHOWN_BY, WANTED = column("popularity"), column("bought_share")
THREE_OF_FOUR = -(0.75 * log(0.75) + 0.25 * log(0.25))
"""Loss of a pair when nothing tells more than that the first place wins three times in four."""

FOUR = PlacesAside(ints(1, 0, 1, 0, 1, 0, 0, 1), ints(2, 2, 2, 2), ints(1, 2, 1, 2, 1, 2, 1, 2))


def test_what_the_places_explain_no_score_need_explain():
    assert FOUR.loss(np.zeros(8)) == pytest.approx(THREE_OF_FOUR, abs=1e-6)


def test_scores_that_repeat_the_shown_order_add_nothing():
    assert FOUR.loss(np.tile([1.0, 0.0], 4)) == pytest.approx(THREE_OF_FOUR, abs=1e-6)


def test_scores_that_know_where_the_places_are_wrong_do():
    assert FOUR.loss(np.array([0.0, 0, 0, 0, 0, 0, 0, 1])) < THREE_OF_FOUR - 0.1


def test_scores_the_wrong_way_round_are_worth_nothing_and_not_turned():
    wrong = np.array([0.0, 0, 0, 0, 0, 0, 1, 0])
    assert FOUR.loss(wrong) == pytest.approx(THREE_OF_FOUR, abs=1e-6)


def test_where_all_stand_at_one_place_only_the_scale_is_free():
    same = PlacesAside(ints(1, 0, 0, 1), ints(2, 2), ints(1, 1, 1, 1))
    assert same.loss(np.zeros(4)) == pytest.approx(log(2))


def test_between_two_looks_the_last_loss_stands():
    judge = PlacesAside(ints(1, 0, 1, 0), ints(2, 2), ints(1, 2, 2, 1))
    losses = [judge(np.array([at, 0.0, 0.0, 0.0]), None)[1] for at in range(EVERY + 1)]
    assert losses[:EVERY] == [losses[0]] * EVERY
    assert losses[EVERY] < losses[0]


def test_trees_that_see_through_the_places_are_not_stopped_by_what_the_places_show():
    """Shown by one feature, wanted by another; place p is looked at with probability 1/p."""
    train, later = _shown(1_400, seed=1), _shown(350, seed=2)
    fresh = lessons.features(300, 5, seed=3)
    sizes = np.full(300, 5)
    best = lessons.best_of(fresh[:, WANTED], 5)
    quality, trees = [], []
    for places in (None, later[3]):
        fitted = ranker.fit(train[:3], later=later[:3], positions=train[3], later_positions=places)
        trees.append(fitted.booster.num_trees())
        quality.append(float(np.nanmean(ndcg(best, fitted.score(fresh), sizes, k=5))))
    assert trees[1] > trees[0]
    assert quality[1] > quality[0] + 0.01


def _shown(slates: int, *, seed: int) -> tuple[np.ndarray, ...]:
    rng = np.random.default_rng(seed)
    matrix = lessons.features(slates, 5, seed=seed)
    order = np.argsort(np.argsort(-matrix[:, SHOWN_BY].reshape(-1, 5), axis=1), axis=1)
    positions = (order + 1).ravel()
    seen = rng.random(len(positions)) < 1.0 / positions
    wanted = matrix[:, WANTED] + rng.logistic(scale=0.5, size=len(positions)) > 0
    return matrix, (seen & wanted).astype(np.int64), np.full(slates, 5), positions
