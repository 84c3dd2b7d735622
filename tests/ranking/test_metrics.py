from __future__ import annotations

from math import log2

import numpy as np
import pytest

from recommender.ranking import metrics
from tests.ranking.shelf import ints

SECOND, THIRD = 1 / log2(3), 1 / log2(4)


def _ndcg(labels, scores, groups, k=5) -> list[float]:
    found = metrics.ndcg(ints(*labels), np.array(scores, float), ints(*groups), k=k)
    return found.tolist()


def test_a_perfect_order_is_worth_one_in_every_slate():
    assert _ndcg([0, 3, 1, 1, 0], [1, 9, 5, 2, 1], [3, 2]) == [1.0, 1.0]


def test_one_positive_at_position_two_of_three():
    assert _ndcg([0, 1, 0], [3, 2, 1], [3]) == pytest.approx([SECOND])


def test_graded_labels_gain_what_they_say():
    # Shown 1, 3, 0 where 3, 1, 0 is best: (1 + 3 x .631) / (3 + 1 x .631).
    found = _ndcg([3, 1, 0], [2, 3, 1], [3])
    assert found == pytest.approx([(1 + 3 * SECOND) / (3 + SECOND)])


def test_other_gains_can_be_chosen():
    found = metrics.ndcg(ints(2, 1), np.array([1.0, 2.0]), ints(2), k=5, gains=(0, 1, 3, 7))
    assert found.tolist() == pytest.approx([(1 + 3 * SECOND) / (3 + SECOND)])


def test_what_lies_behind_place_k_counts_nothing():
    assert _ndcg([0, 0, 1], [3, 2, 1], [3], k=2) == [0.0]
    assert _ndcg([1, 1, 1], [3, 2, 1], [3], k=2) == [1.0]


@pytest.mark.parametrize("labels", [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
def test_with_tied_scores_the_row_order_carries_nothing(labels):
    # Each of the three places is as likely: the mean of 1, .631 and .5.
    assert _ndcg(labels, [7, 7, 7], [3]) == pytest.approx([(1 + SECOND + THIRD) / 3])


def test_a_tie_shares_only_the_places_that_it_takes():
    # Label 1 is tied for places two and three, behind a 0 that is surely first.
    for labels in ([0, 1, 0], [0, 0, 1]):
        assert _ndcg(labels, [9, 4, 4], [3]) == pytest.approx([(SECOND + THIRD) / 2])


def test_a_slate_without_a_positive_has_no_value():
    np.testing.assert_array_equal(_ndcg([0, 0, 1], [2, 1, 1], [2, 1]), [np.nan, 1.0])


def test_a_score_equal_across_two_slates_is_no_tie():
    assert _ndcg([0, 1, 1, 0], [2, 1, 1, 0], [2, 2]) == pytest.approx([SECOND, 1.0])


def test_the_expectation_of_a_random_order_is_that_of_all_orders():
    labels = ints(2, 0, 1)
    orders = [[3, 2, 1], [3, 1, 2], [2, 3, 1], [1, 3, 2], [2, 1, 3], [1, 2, 3]]
    mean = np.mean([_ndcg(labels, order, [3])[0] for order in orders])
    assert metrics.random_ndcg(labels, ints(3), k=5).tolist() == pytest.approx([mean])


@pytest.mark.parametrize("groups", [[2], [3, 0], [4, -1], [2, 2]])
def test_group_sizes_that_do_not_fit_are_refused(groups):
    with pytest.raises(ValueError, match="add up to 3 rows"):
        _ndcg([0, 1, 0], [1, 2, 3], groups)


def test_scores_of_another_length_are_refused():
    with pytest.raises(ValueError, match="2 scores for 3 labels"):
        _ndcg([0, 1, 0], [1, 2], [3])


def _rng() -> np.random.Generator:
    return np.random.default_rng(4)


def test_the_interval_is_the_same_for_the_same_seed_and_surrounds_the_mean():
    values = np.random.default_rng(0).random(300)
    shoppers = np.arange(300)
    first, second = (metrics.bootstrap_mean(values, shoppers, rng=_rng()) for _ in range(2))
    assert first == second
    mean, low, high = first
    assert mean == pytest.approx(values.mean())
    # Uniform values: standard error .289 / sqrt 300 = .0167, so about ±.033.
    assert mean - low == pytest.approx(0.033, abs=0.006)
    assert high - mean == pytest.approx(0.033, abs=0.006)


def test_shoppers_are_resampled_whole():
    # Two shoppers of 200 slates each: resamples can only be all 0, all 1 or half and half.
    values = np.repeat([0.0, 1.0], 200)
    shoppers = np.repeat(["a", "b"], 200)
    assert metrics.bootstrap_mean(values, shoppers, rng=_rng()) == (0.5, 0.0, 1.0)
    mean, low, high = metrics.bootstrap_mean(values, np.arange(400), rng=_rng())
    assert (mean, low > 0.4, high < 0.6) == (0.5, True, True)


def test_slates_without_a_value_take_no_part():
    values = np.array([1.0, np.nan, 1.0])
    assert metrics.bootstrap_mean(values, np.array(["a", "b", "c"]), rng=_rng()) == (1.0, 1.0, 1.0)
    nothing = metrics.bootstrap_mean(np.full(3, np.nan), np.arange(3), rng=_rng())
    assert np.isnan(nothing).all()


def test_a_difference_is_paired_slate_by_slate():
    first = np.random.default_rng(1).random(50)
    found = metrics.paired_difference(first + 0.1, first, np.arange(50), rng=_rng())
    assert found == pytest.approx((0.1, 0.1, 0.1))


def test_a_one_sided_bound_lies_nearer_to_the_mean():
    first = np.random.default_rng(1).normal(size=200)
    args = (first, np.zeros(200), np.arange(200))
    mean, low, high = metrics.paired_difference(*args, rng=_rng())
    same, nearer_low, nearer_high = metrics.paired_difference(*args, rng=_rng(), one_sided=True)
    assert same == mean
    assert low < nearer_low < mean < nearer_high < high
    # 1.645 against 1.960 standard errors.
    assert (mean - nearer_low) / (mean - low) == pytest.approx(1.645 / 1.960, abs=0.06)


def test_luck_is_the_tail_of_the_t_distribution_over_whole_shoppers():
    """Means 1, 2 and 3: mean 2, standard error 1/sqrt(3), so t = 3.464 with 2 degrees: 3.7 %."""
    shoppers = np.array(["a", "b", "c", "c"])
    assert metrics.luck(np.array([1.0, 2.0, 3.0, np.nan]), shoppers) == pytest.approx(
        0.0371, abs=1e-4
    )
    assert metrics.luck(-np.array([1.0, 2.0, 3.0, np.nan]), shoppers) == 1.0
    # Four slates of two shoppers are two pieces of evidence, not four.
    of_two = metrics.luck(np.array([1.0, 1.0, 3.0, 3.0]), np.array(["a", "a", "b", "b"]))
    assert of_two == pytest.approx(metrics.luck(np.array([1.0, 3.0]), np.array(["a", "b"])))
    assert metrics.luck(np.array([1.0]), np.array(["a"])) == 1.0


def test_several_columns_share_their_draws_and_get_what_each_gets_alone():
    values = np.array([[1.0, 0.0, np.nan, 0.5], [0.2, 0.9, np.nan, 0.1]])
    shoppers = np.array(["a", "b", "b", "c"])
    together = metrics.bootstrap_means(list(values), shoppers, rng=_rng())
    alone = [metrics.bootstrap_mean(column, shoppers, rng=_rng()) for column in values]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


def test_columns_that_are_not_known_in_the_same_places_are_refused():
    with pytest.raises(ValueError, match="not NaN in the same places"):
        metrics.bootstrap_means(
            [np.array([1.0, np.nan]), np.array([np.nan, 1.0])], np.arange(2), rng=_rng()
        )


def test_how_many_are_drawn_at_once_changes_nothing(monkeypatch):
    values, shoppers = np.random.default_rng(2).random(40), np.arange(40)
    whole = metrics.bootstrap_mean(values, shoppers, rng=_rng())
    monkeypatch.setattr(metrics, "AT_ONCE", 7)
    np.testing.assert_allclose(
        metrics.bootstrap_mean(values, shoppers, rng=_rng()), whole, rtol=1e-12
    )
