"""The part of a score that some columns can change, of every ranker."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking import rungs
from recommender.ranking.artifact import Ranker
from recommender.ranking.features.schema import NAMES, column
from recommender.ranking.linear import LinearRanker
from recommender.ranking.ranker import LtrRanker
from recommender.ranking.stacked import StackedRanker
from recommender.ranking.training_set import TrainingSet
from tests.ranking import lessons

TRAINING = TrainingSet.from_rows(lessons.training(150).rows.assign(hour=0.0))
LTR = rungs.fit_ltr(TRAINING, rounds=12)
STACKED = rungs.fit_stacked(TRAINING, rounds=12)
CROSSED = LinearRanker(
    np.zeros(len(NAMES)),
    np.ones(len(NAMES)),
    np.linspace(-0.5, 1.0, len(NAMES)),
    (("budget_pressure", "price_saving"), ("beta_u", "price_saving"), ("beta_u", "semantic_sim")),
    np.array([0.8, -0.6, 0.3]),
    np.array([[-1.0, 1.0]] * 3),
)


@pytest.mark.parametrize("ranker", [LTR, STACKED, CROSSED], ids=lambda ranker: ranker.policy)
@pytest.mark.parametrize(
    "names", [("price_saving",), ("budget_pressure",), ("beta_u", "hour"), ("recency", "dow")]
)
def test_what_the_part_leaves_out_stays_as_it_is_when_the_columns_change(
    ranker: Ranker, names: tuple[str, ...]
):
    columns = [column(name) for name in names]
    other = TRAINING.features.copy()
    other[:, columns] = np.random.default_rng(1).normal(size=(len(other), len(columns)))
    part = ranker.part(columns)
    parts = (
        [np.zeros(1)] * 2 if part is None else [part.score(f) for f in (TRAINING.features, other)]
    )
    rest = ranker.score(TRAINING.features) - parts[0]
    np.testing.assert_allclose(rest + parts[1], ranker.score(other), rtol=0, atol=1e-12)
    if part is not None:
        assert np.abs(parts[1] - parts[0]).max() > 1e-3


def test_a_column_that_no_tree_splits_on_and_no_weight_counts_has_no_part():
    unused = column("hour")
    assert LTR.part([unused]) is None
    silent = LinearRanker(CROSSED.mean, CROSSED.scale, np.zeros(len(NAMES)))
    assert silent.part(range(len(NAMES))) is None
    assert isinstance(
        StackedRanker(silent, LTR, (0.0, 1.0)).part([column("price_saving")]), LtrRanker
    )
    assert StackedRanker(silent, LTR, (0.0, 1.0)).part([unused]) is None


def test_a_part_of_most_trees_is_the_whole():
    assert LTR.part([column("price_saving")]) is LTR
    weak = min(
        (at for at in range(len(NAMES)) if LTR.part([at]) not in (None, LTR)),
        key=lambda at: LTR.part([at]).booster.num_trees(),  # type: ignore[union-attr]
    )
    assert 1 <= LTR.part([weak]).booster.num_trees() <= 6  # type: ignore[union-attr]
