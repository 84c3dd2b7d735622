from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from recommender.ranking import ranker
from recommender.ranking.features.schema import column
from recommender.ranking.ranker import LtrRanker
from recommender.ranking.trees import Trees
from tests.ranking import lessons

ROWS = lessons.features(40, 5, seed=9)


@pytest.fixture(scope="module")
def fitted() -> LtrRanker:
    training = lessons.training(120)
    return ranker.fit((training.features, training.labels, training.groups), rounds=25)


def _scores(text: str) -> np.ndarray:
    return np.asarray(lightgbm.Booster(model_str=text).predict(ROWS))


def test_all_trees_are_the_text_that_they_were_taken_from(fitted):
    trees = Trees.of(fitted.text())
    assert len(trees.trees) == 25
    assert trees.only(range(25)) == fitted.text()


def test_every_third_tree_and_the_others_add_up_to_the_score(fitted):
    trees = Trees.of(fitted.text())
    third, others = range(0, 25, 3), [at for at in range(25) if at % 3]
    both = _scores(trees.only(third)) + _scores(trees.only(others))
    np.testing.assert_allclose(both, fitted.score(ROWS), rtol=0, atol=1e-14)
    assert np.abs(_scores(trees.only(third))).max() > 0


def test_a_tree_is_found_by_the_columns_that_it_splits_on(fitted):
    trees, dump = Trees.of(fitted.text()), fitted.booster.trees_to_dataframe()
    saving, popular = column("price_saving"), column("popularity")
    named = dump[dump["split_feature"].isin(["price_saving", "popularity"])]
    assert trees.splitting_on([saving, popular]) == sorted(set(named["tree_index"]))
    assert trees.splitting_on([]) == []
