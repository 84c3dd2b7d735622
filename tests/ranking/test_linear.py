from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking import linear
from recommender.ranking.errors import CannotLearn
from recommender.ranking.features.schema import CONTEXT, NAMES, column
from recommender.ranking.pairs import informative, preference_pairs
from tests.ranking import lessons
from tests.ranking.shelf import ints

SAVING, POPULAR = column("price_saving"), column("popularity_half_year")
GROUPS = np.full(60, 5)


def _fit(appeal_of, **options) -> linear.LinearRanker:
    matrix = lessons.features(60, 5)
    return linear.fit(matrix, lessons.best_of(appeal_of(matrix), 5), GROUPS, **options)


def test_a_mighty_pull_leaves_the_hand_signed_weights_where_slates_vary():
    fitted = _fit(lambda m: -m[:, POPULAR], pull=1e9)
    np.testing.assert_allclose(fitted.weights, linear.hand_signed().weights, atol=1e-6)


def test_a_weak_pull_lets_the_data_turn_a_written_weight_round():
    assert linear.hand_signed().weights[POPULAR] > 0
    assert _fit(lambda m: -m[:, POPULAR], pull=0.1).weights[POPULAR] < -1


def test_the_planted_weight_is_the_largest_by_far():
    fitted = _fit(lambda m: m[:, POPULAR], prior=np.zeros(len(NAMES)))
    others = np.delete(np.abs(fitted.weights), POPULAR)
    assert fitted.weights[POPULAR] > 3 * others.max()


def test_a_saving_never_counts_against_a_swap():
    fitted = _fit(lambda m: -m[:, SAVING], pull=0.01)
    assert fitted.weights[SAVING] == 0.0


def test_each_further_dollar_saved_counts_less_than_the_one_before():
    rows = np.zeros((5, len(NAMES)))
    rows[:, SAVING] = [0.0, 1.0, 3.0, 7.0, -3.0]
    none, one, three, seven, lost = linear.hand_signed().score(rows)
    # ln(1 + saving): 0, 1, 2 and 3 times ln 2, and as much below for a loss.
    assert three - one == pytest.approx(one - none) == pytest.approx(seven - three)
    assert none - lost == pytest.approx(three - none)
    assert one > none


def test_what_does_not_vary_within_a_slate_gets_no_weight():
    fitted = _fit(lambda m: m[:, SAVING], prior=np.ones(len(NAMES)))
    assert all(fitted.weights[column(name)] == 0.0 for name in CONTEXT)


def test_an_undefined_value_counts_as_the_mean():
    ranker = linear.LinearRanker(*(np.full(len(NAMES), value) for value in (2.0, 0.5, 1.0)))
    row = np.full((1, len(NAMES)), 2.0)
    row[0, SAVING], row[0, column("bought_share")] = np.expm1(2.0), 3.0
    holes = row.copy()
    holes[0, POPULAR] = np.nan
    assert ranker.score(row).tolist() == ranker.score(holes).tolist()
    assert ranker.score(row) == pytest.approx([2.0])


def test_mean_and_scale_leave_undefined_values_out():
    matrix = lessons.features(2, 2)
    matrix[:, POPULAR] = [1.0, 3.0, np.nan, np.nan]
    fitted = linear.fit(matrix, ints(0, 1, 1, 0), ints(2, 2))
    assert (fitted.mean[POPULAR], fitted.scale[POPULAR]) == (2.0, 1.0)


def test_a_column_without_any_value_is_harmless():
    matrix = lessons.features(60, 5)
    matrix[:, POPULAR] = np.nan
    fitted = linear.fit(matrix, lessons.best_of(matrix[:, SAVING], 5), GROUPS)
    assert fitted.weights[POPULAR] == 0.0
    assert np.isfinite(fitted.score(matrix)).all()


def test_contributions_add_up_to_the_score():
    fitted, matrix = _fit(lambda m: m[:, POPULAR]), lessons.features(3, 5, seed=9)
    np.testing.assert_allclose(fitted.contributions(matrix).sum(axis=1), fitted.score(matrix))


def test_a_slate_without_weight_teaches_nothing():
    matrix = lessons.features(60, 5)
    wrong = matrix[:, SAVING].copy()
    wrong[150:] *= -1
    labels = lessons.best_of(wrong, 5)
    half = np.repeat([1.0, 0.0], 30)
    prior = np.zeros(len(NAMES))
    both = linear.fit(matrix, labels, GROUPS, prior=prior)
    first = linear.fit(matrix, labels, GROUPS, weights=half, prior=prior)
    assert first.weights[SAVING] > 2 * both.weights[SAVING]


def test_slates_with_one_label_cannot_teach_an_order():
    with pytest.raises(CannotLearn, match="no slate holds two different labels"):
        linear.fit(lessons.features(2, 2), ints(1, 1, 0, 0), ints(2, 2))


def test_a_ranker_survives_json_to_the_bit():
    fitted = _fit(lambda m: m[:, POPULAR])
    again = linear.LinearRanker.from_json(fitted.as_json())
    assert again.weights.tobytes() == fitted.weights.tobytes()
    assert (again.policy, again.fingerprint) == (fitted.policy, fitted.fingerprint)


def test_every_slate_has_the_same_say_whatever_its_length():
    better, worse, weight = preference_pairs(ints(2, 0, 1, 1, 1, 0), ints(3, 3))
    pairs = list(zip(better.tolist(), worse.tolist(), weight.tolist(), strict=True))
    third = pytest.approx(1 / 3)
    # Gains 2, 0, 1: three pairs with gaps 2, 1, 1; then 1, 1, 0: two pairs with gap 1.
    assert pairs == [
        (0, 1, pytest.approx(2 / 3)), (0, 2, third), (2, 1, third), (3, 5, 0.5), (4, 5, 0.5),
    ]  # fmt: skip


def test_a_slate_is_informative_when_its_labels_differ():
    assert informative(ints(1, 1, 0, 0, 0, 2), ints(2, 2, 2)).tolist() == [False, False, True]
