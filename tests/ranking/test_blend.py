from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking.blend import Blend, tune
from recommender.ranking.features.schema import NAMES, column
from tests.ranking.shelf import ints


def _features(cf: list[float], semantic: list[float]) -> np.ndarray:
    matrix = np.full((len(cf), len(NAMES)), np.nan)
    matrix[:, column("cf_bpr_score")] = cf
    matrix[:, column("semantic_sim")] = semantic
    return matrix


def test_sixty_percent_collaborative_and_forty_percent_semantic():
    scores = Blend().score(_features([1.0, 0.5, 0.0], [0.0, 0.25, 1.0]))
    assert scores.tolist() == pytest.approx([0.6, 0.4, 0.4], abs=1e-15)


CF, SEMANTIC = [1.0, 2.0, 3.0, 10.0, 10.0], [4.0, 2.0, 0.0, 1.0, 3.0]
GROUPS = ints(3, 2)
WIDE = np.sqrt(2 / 3)  # standard deviation of 1, 2, 3


@pytest.mark.parametrize(
    ("scaling", "cf", "semantic"),
    [
        ("raw", CF, SEMANTIC),
        ("zscore", [-1 / WIDE, 0, 1 / WIDE, 0, 0], [1 / WIDE, 0, -1 / WIDE, -1, 1]),
        ("minmax", [0, 0.5, 1, 0.5, 0.5], [1, 0.5, 0, 0, 1]),
        ("rank", [0, 0.5, 1, 0.5, 0.5], [1, 0.5, 0, 0, 1]),
    ],
)
def test_each_scaling_is_made_within_the_slate(scaling, cf, semantic):
    expected = 0.6 * np.array(cf) + 0.4 * np.array(semantic)
    scores = Blend(scaling).score(_features(CF, SEMANTIC), GROUPS)
    assert scores.tolist() == pytest.approx(expected.tolist())


def test_ranks_share_ties_and_do_not_see_distances():
    scores = Blend("rank").score(_features([1, 1, 100, 2], [0, 0, 0, 0]))
    # Ranks 0.5, 0.5, 3, 2 of 3; the constant semantic part is the middle rank, 1.5 of 3.
    assert scores.tolist() == pytest.approx([0.3, 0.3, 0.8, 0.6])


def test_an_unknown_value_counts_as_the_mean_of_its_slate():
    scores = Blend().score(_features([0.2, np.nan, 0.4, np.nan], [0.0] * 4), ints(3, 1))
    # The last slate knows no affinity at all: the middle.
    assert scores.tolist() == pytest.approx([0.12, 0.18, 0.24, 0.30])


def test_a_slate_of_one_and_a_slate_of_none_are_scored():
    for scaling in ("raw", "zscore", "minmax", "rank"):
        assert Blend(scaling).score(_features([0.5], [0.5])).shape == (1,)
        assert Blend(scaling).score(_features([], [])).shape == (0,)


def test_tuning_finds_the_scaling_that_orders_best():
    # Affinity hardly moves and is right, similarity moves widely and is wrong: raw follows the
    # wrong one, and any scaling within the slate lets the 60 % win.
    rng = np.random.default_rng(0)
    rank = np.argsort(rng.random((40, 5)), axis=1)
    labels = (rank == 4).astype(np.int64).ravel()
    features = _features((0.01 * rank).ravel().tolist(), (-1.0 * rank).ravel().tolist())
    groups = np.full(40, 5)
    assert tune(features, labels, groups).scaling == "zscore"
    assert tune(features, (rank == 0).astype(np.int64).ravel(), groups).scaling == "raw"


def test_tuning_picks_ranks_where_an_outlier_presses_the_others_together():
    # Affinity is right, similarity says the opposite, and one affinity of 100 leaves the other
    # three without a distance to tell unless only their order counts.
    features = _features([0.0, 0.1, 0.2, 100.0] * 3, [3.0, 2.0, 1.0, 0.0] * 3)
    assert tune(features, ints(*[0, 1, 2, 3] * 3), ints(4, 4, 4)).scaling == "rank"
