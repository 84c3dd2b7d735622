from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking import ranker, rungs
from recommender.ranking.features.schema import column
from recommender.ranking.linear import LinearRanker
from recommender.ranking.training_set import TrainingSet
from tests.ranking import lessons

SAVING, QUALITY = column("price_saving"), column("quality_tags_score")


def _curved(slates: int, *, seed: int) -> TrainingSet:
    """The saving counts straight on, a quality far from the middle is disliked."""
    matrix = lessons.features(slates, 5, seed=seed)
    appeal = matrix[:, SAVING] - 2.0 * np.abs(matrix[:, QUALITY])
    return TrainingSet.from_rows(lessons.frame(matrix, lessons.best_of(appeal, 5, positives=2)))


@pytest.fixture(scope="module")
def fitted():
    return rungs.fit_stacked(_curved(150, seed=0))


def test_the_score_is_the_linear_one_plus_the_trees(fitted):
    fresh = lessons.features(10, 5, seed=7)
    assert (
        fitted.score(fresh).tolist()
        == (fitted.linear.score(fresh) + fitted.trees.booster.predict(fresh)).tolist()
    )
    np.testing.assert_allclose(
        fitted.contributions(fresh).sum(axis=1) - fitted.score(fresh),
        (fitted.contributions(fresh).sum(axis=1) - fitted.score(fresh))[0],
        atol=1e-9,
    )


def test_the_trees_learn_what_the_linear_score_leaves_over(fitted):
    plain = rungs.fit_ltr(_curved(150, seed=0))
    # Quality is what no line can follow; without the linear score the trees spend on the saving.
    beyond, alone = fitted.trees.gain(), plain.gain()
    assert beyond[QUALITY] / beyond.sum() > alone[QUALITY] / alone.sum()
    assert beyond[SAVING] / beyond.sum() < alone[SAVING] / alone.sum()


def test_the_trees_start_from_the_score_of_the_linear_ranker(monkeypatch):
    seen = []
    whole = ranker.fit

    def watched(train, **options):
        seen.append((train, options.get("later"), options["base"]))
        return whole(train, **options)

    monkeypatch.setattr(ranker, "fit", watched)
    training = _curved(50, seed=1)
    rungs.fit_stacked(training)
    (_, later, (probe, probe_later)), (_, _, (refit, none)) = seen
    cut = rungs.fit_linear(training.slates(np.arange(50) < 40))
    np.testing.assert_allclose(probe, cut.score(training.features[:200]))
    np.testing.assert_allclose(probe_later, cut.score(later[0]))
    np.testing.assert_allclose(refit, rungs.fit_linear(training).score(training.features))
    assert none is None


def test_gain_is_the_shares_of_both_parts_by_how_far_they_spread_the_scores(fitted):
    linear, trees = fitted.linear.gain(), fitted.trees.gain()
    one, other = fitted.spread
    expected = one * linear / linear.sum() + other * trees / trees.sum()
    np.testing.assert_allclose(fitted.gain(), expected)
    assert isinstance(fitted.linear, LinearRanker)
