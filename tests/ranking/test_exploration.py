from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from recommender.ranking import slate
from recommender.ranking.exploration import draw
from tests.ranking.shelf import ints

SCORES = np.array([5.0, 4.0, 3.0, 2.0, 1.0])
PRODUCTS, ANCHORS = ints(1, 2, 3, 4, 5), ints(1, 1, 1, 2, 3)


def _draw(share: float, *, seed: int = 0, **options):
    rng = options.pop("rng", None) or np.random.default_rng(seed)
    return draw(SCORES, PRODUCTS, ANCHORS, share=share, rng=rng, **options)


def test_without_exploration_the_slate_is_the_rankers_and_certain():
    shown, propensities = _draw(0.0)
    assert shown.tolist() == slate.order(SCORES, PRODUCTS, ANCHORS).tolist() == [0, 1, 3, 4]
    assert propensities.tolist() == [1.0] * 4


def test_without_exploration_random_slates_are_the_rankers_too():
    rng = np.random.default_rng(1)
    for _ in range(50):
        scores = rng.integers(0, 4, size=40).astype(float)
        products, anchors = rng.integers(0, 15, size=40), rng.integers(0, 6, size=40)
        shown, _ = draw(scores, products, anchors, share=0.0, rng=rng)
        assert shown.tolist() == slate.order(scores, products, anchors).tolist()


def test_full_exploration_is_uniform_over_what_the_cap_admits():
    # Every draw: 1/5 first; what is admissible afterwards depends on the anchors used.
    for seed in range(30):
        shown, propensities = _draw(1.0, seed=seed)
        open_rows = set(range(5))
        for row, propensity in zip(shown.tolist(), propensities.tolist(), strict=True):
            assert propensity == 1 / len(open_rows)
            open_rows -= {row}
            if sum(1 for other in shown[: shown.tolist().index(row) + 1] if other < 3) == 2:
                open_rows -= {0, 1, 2}


def test_propensities_are_worked_by_hand_for_a_fifth_of_exploration():
    # First place, five admissible: .2 / 5 = .04 for each, and .8 more for the best-scored.
    for seed in range(40):
        shown, propensities = _draw(0.2, seed=seed, size=1)
        assert propensities.tolist() == pytest.approx([0.84 if shown[0] == 0 else 0.04])


def test_twenty_thousand_draws_come_as_often_as_their_propensities_say():
    rng = np.random.default_rng(2)
    draws: Counter[tuple[int, ...]] = Counter()
    claimed: dict[tuple[int, ...], float] = {}
    for _ in range(20_000):
        shown, propensities = _draw(0.4, rng=rng, size=3)
        key = tuple(shown.tolist())
        draws[key] += 1
        claimed[key] = float(np.prod(propensities))
    for key, probability in claimed.items():
        error = np.sqrt(probability * (1 - probability) / 20_000)
        assert abs(draws[key] / 20_000 - probability) < 4.5 * error, key
    # Every slate that can be shown was: their probabilities add up to one.
    assert sum(claimed.values()) == pytest.approx(1.0)


def test_propensities_lie_above_zero_and_never_above_one():
    rng = np.random.default_rng(3)
    for share in (0.0, 1e-17, 0.1, 1 / 3, 0.7, 1.0):
        for _ in range(40):
            _, propensities = _draw(share, rng=rng)
            assert ((propensities > 0) & (propensities <= 1)).all()


def test_a_product_is_shown_once_and_no_anchor_more_than_twice():
    rng = np.random.default_rng(4)
    products, anchors = rng.integers(0, 9, size=40), rng.integers(0, 5, size=40)
    for _ in range(100):
        shown, _ = draw(rng.random(40), products, anchors, share=0.5, rng=rng)
        assert len(set(products[shown].tolist())) == len(shown)
        assert max(Counter(anchors[shown].tolist()).values()) <= 2


@pytest.mark.parametrize("share", [-0.1, 1.01, float("nan")])
def test_a_share_that_is_no_probability_is_refused(share):
    with pytest.raises(ValueError, match="not between 0 and 1"):
        _draw(share)
