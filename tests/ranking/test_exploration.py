from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from recommender.ranking import random_slate, slate
from recommender.ranking.exploration import draw
from tests.ranking import choice_tree
from tests.ranking.shelf import ints

SCORES = np.array([5.0, 4.0, 3.0, 2.0, 1.0])
PRODUCTS, ANCHORS = ints(1, 2, 3, 4, 5), ints(1, 1, 1, 2, 3)


def _draw(share: float, *, seed: int = 0, **options):
    return draw(SCORES, PRODUCTS, ANCHORS, share=share, rng=np.random.default_rng(seed), **options)


def _many(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 4, size=20).astype(float)
    return scores, rng.integers(0, 15, size=20), rng.integers(0, 1 + seed % 5, size=20)


def test_without_exploration_the_slate_is_the_rankers_and_certain():
    shown, propensities = _draw(0.0)
    assert shown.tolist() == slate.order(SCORES, PRODUCTS, ANCHORS).tolist() == [0, 1, 3, 4]
    assert propensities.tolist() == [1.0] * 4


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
@pytest.mark.parametrize("seed", range(6))
def test_a_propensity_is_the_probability_of_the_swap_at_its_place(seed, share):
    def once(rng):
        return draw(*_many(seed), share=share, rng=rng)

    choice_tree.assert_exact(list(choice_tree.outcomes(once, share=share)))


def test_propensities_are_worked_by_hand_for_two_places_and_one_in_reserve():
    # A tenth explores, half of it at each place; the other swap and the reserve are as likely.
    def once(rng):
        return draw(SCORES[:3], PRODUCTS[:3], ANCHORS[:3], share=0.1, rng=rng, size=2)

    found = {tuple(s.tolist()): p.tolist() for _, (s, p) in choice_tree.outcomes(once, share=0.1)}
    assert found == {
        (0, 1): pytest.approx([0.925, 0.925]),
        (1, 0): pytest.approx([0.05, 0.05]),
        (2, 1): pytest.approx([0.025, 0.925]),
        (0, 2): pytest.approx([0.925, 0.025]),
    }


@pytest.mark.parametrize("seed", range(6))
def test_at_most_the_share_of_the_slates_is_touched_and_then_one_place_or_two(seed):
    best = slate.order(*_many(seed)).tolist()
    changed = 0.0
    found = choice_tree.outcomes(lambda rng: draw(*_many(seed), share=0.1, rng=rng), share=0.1)
    for likely, (shown, _) in found:
        moved = sum(one != other for one, other in zip(shown.tolist(), best, strict=True))
        assert moved <= 2
        changed += likely * (moved > 0)
    assert changed == pytest.approx(0.1)


@pytest.mark.parametrize("seed", range(6))
def test_a_product_is_shown_once_and_the_cap_per_anchor_holds(seed):
    scores, products, anchors = _many(seed)
    cap = slate.most_per_anchor(anchors)

    def once(rng):
        return draw(scores, products, anchors, share=0.5, rng=rng)

    for _, (shown, _) in choice_tree.outcomes(once, share=0.5):
        assert len(set(products[shown].tolist())) == len(shown)
        assert max(Counter(anchors[shown].tolist()).values()) <= cap


def test_nothing_to_show_is_an_empty_slate():
    empty = np.empty(0, dtype=np.int64)
    shown, propensities = draw(np.empty(0), empty, empty, share=0.5, rng=np.random.default_rng(0))
    assert (len(shown), len(propensities)) == (0, 0)


@pytest.mark.parametrize("share", [-0.1, 1.01, float("nan")])
def test_a_share_that_is_no_probability_is_refused(share):
    with pytest.raises(ValueError, match="not between 0 and 1"):
        _draw(share)


@pytest.mark.parametrize(
    "anchors", [ints(1, 1, 1, 2, 3, 3), ints(1, 1, 1, 1, 1, 2), ints(1, 2, 3, 4, 5, 5)]
)
def test_a_random_slate_says_how_probable_each_swap_was_at_its_place(anchors):
    products = ints(1, 2, 3, 4, 5, 4)

    def once(rng):
        return random_slate.draw(products, anchors, rng=rng, size=4)

    found = list(choice_tree.outcomes(once))
    assert len(found) == 120
    choice_tree.assert_exact(found)


def test_a_random_slate_without_the_cap_is_uniform():
    shown, propensities = random_slate.draw(
        PRODUCTS, ints(1, 1, 1, 2, 2), rng=np.random.default_rng(0), size=3
    )
    assert len(shown) == 3
    assert propensities.tolist() == pytest.approx([0.2] * 3)
