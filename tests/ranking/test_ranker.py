from __future__ import annotations

import lightgbm
import numpy as np
import pytest

from recommender.ranking import ranker
from recommender.ranking.errors import CannotLearn
from recommender.ranking.features.schema import CONTEXT, column
from recommender.ranking.metrics import ndcg
from tests.ranking import lessons
from tests.ranking.shelf import ints

SAVING, POPULAR = column("price_saving"), column("popularity")


def _slates(slates: int, *, size: int = 5, seed: int = 0, at: int = POPULAR) -> ranker.Slates:
    matrix = lessons.features(slates, size, seed=seed)
    return matrix, lessons.best_of(matrix[:, at], size), np.full(slates, size)


def test_five_slates_of_six_rows_are_enough_to_split():
    # Thirty rows: in one draw of them another column may say as much by luck, in the mean none.
    fitted = [ranker.fit(_slates(5, size=6, seed=seed), rounds=20) for seed in range(8)]
    shares = np.mean([own.gain() / own.gain().mean() for own in fitted], axis=0)
    assert shares[POPULAR] > 10
    assert np.sort(shares)[-2] < 5
    assert all(len(np.unique(own.score(lessons.features(5, 6)))) > 1 for own in fitted)


def test_leaves_hold_fifteen_rows_with_data_enough_and_fewer_with_little():
    leaves = [
        ranker.parameters(rows=r, seed=0, threads=1)["min_data_in_leaf"] for r in (9, 30, 900)
    ]
    assert leaves == [2, 3, 15]


def test_289_samples_that_are_all_positive_are_refused_in_a_sentence():
    features, groups = lessons.features(289, 1), ints(*[5] * 57, 4)
    with pytest.raises(CannotLearn) as refused:
        ranker.fit((features, np.ones(289, dtype=np.int64), groups))
    assert str(refused.value) == (
        "all 289 samples are positive (label 1): "
        "without variation in the labels there is nothing to learn from"
    )


def test_slates_that_agree_within_themselves_are_refused():
    with pytest.raises(CannotLearn, match="none of the 2 slates holds two different labels"):
        ranker.fit((lessons.features(2, 2), ints(1, 1, 0, 0), ints(2, 2)))


def test_no_samples_are_refused():
    with pytest.raises(CannotLearn, match="there are no samples"):
        ranker.fit((lessons.features(0, 5), ints(), ints()))


def test_features_that_say_nothing_are_refused():
    features, labels, groups = _slates(20)
    with pytest.raises(CannotLearn, match="20 slates with 100 samples gave one and the same score"):
        ranker.fit((np.zeros_like(features), labels, groups), rounds=5)


def test_the_same_data_and_seed_give_the_same_bytes_and_another_seed_does_not():
    texts = [ranker.fit(_slates(60), rounds=20, seed=seed).text() for seed in (3, 3, 4)]
    assert texts[0] == texts[1] != texts[2]


def test_a_larger_saving_never_lowers_a_score():
    # Taught the wrong way round, so that without the constraint the saving would count against.
    features, labels, groups = _slates(100)
    labels = lessons.best_of(features[:, POPULAR] - features[:, SAVING], 5)
    fitted = ranker.fit((features, labels, groups), rounds=60)
    rows = np.random.default_rng(8).normal(size=(300, features.shape[1]))
    ladder = [rows.copy() for _ in range(9)]
    for step, rung in zip(np.linspace(-3, 3, 9), ladder, strict=True):
        rung[:, SAVING] = step
    scores = np.array([fitted.score(rung) for rung in ladder])
    assert (np.diff(scores, axis=0) >= 0).all()
    assert len(np.unique(scores)) > 100


def test_early_stopping_looks_at_later_slates():
    def taught(seed: int, sign: float) -> ranker.Slates:
        matrix = lessons.features(80, 5, seed=seed)
        return matrix, lessons.best_of(sign * matrix[:, :8].sum(axis=1), 5), np.full(80, 5)

    agreeing = ranker.fit(taught(0, 1.0), later=taught(5, 1.0), early_stopping=15)
    opposed = ranker.fit(taught(0, 1.0), later=taught(5, -1.0), early_stopping=15)
    assert opposed.booster.num_trees() < 10 < agreeing.booster.num_trees() < ranker.ROUNDS


def test_later_slates_that_tell_nothing_do_not_stop_anything():
    features, labels, groups = _slates(20, seed=5)
    fitted = ranker.fit(_slates(20), later=(features, 0 * labels, groups), rounds=12)
    assert fitted.booster.num_trees() == 12


def test_a_row_without_weight_teaches_nothing():
    features, labels, groups = _slates(60)
    labels[150:] = lessons.best_of(-features[150:, POPULAR], 5)
    fresh, right, sizes = _slates(60, seed=7)
    quality = []
    for weights in (None, np.repeat([1.0, 0.0], 150)):
        fitted = ranker.fit((features, labels, groups), weights=weights, rounds=40)
        quality.append(np.mean(ndcg(right, fitted.score(fresh), sizes, k=5)))
    both, first_half = quality
    assert first_half > both + 0.1


@pytest.mark.parametrize(("slates", "used"), [(999, False), (1_000, True)])
def test_shown_positions_are_used_from_a_thousand_slates_on(slates, used, monkeypatch):
    given = []
    dataset = lightgbm.Dataset
    monkeypatch.setattr(
        lightgbm, "Dataset", lambda *a, **k: given.append(k["position"]) or dataset(*a, **k)
    )
    positions = np.tile([1, 2], slates)
    fitted = ranker.fit(_slates(slates, size=2), positions=positions, rounds=3)
    assert (given[0] is not None) is used
    assert fitted.gain()[POPULAR] > 0


def test_tree_shares_add_up_to_the_score_but_for_a_constant():
    fitted = ranker.fit(_slates(40), rounds=20)
    rows = lessons.features(2, 5, seed=3)
    rest = fitted.score(rows) - fitted.contributions(rows).sum(axis=1)
    np.testing.assert_allclose(rest, rest[0])


@pytest.mark.parametrize("name", CONTEXT)
def test_each_context_feature_can_turn_an_order_round(name):
    # Where it is high the popular product is wanted, where it is low the unpopular one.
    features = lessons.features(300, 4)
    context = column(name)
    appeal = np.sign(features[:, context]) * features[:, POPULAR]
    fitted = ranker.fit((features, lessons.best_of(appeal, 4), np.full(300, 4)), rounds=60)
    fresh = lessons.features(20, 4, seed=1)
    orders = []
    for value in (-1.5, 1.5):
        fresh[:, context] = value
        orders.append(np.argsort(-fitted.score(fresh).reshape(20, 4), axis=1))
    turned = (orders[0][:, 0] != orders[1][:, 0]).sum()
    assert turned >= 15


@pytest.mark.parametrize(("per_thread", "used"), [(201, 1), (200, 2), (10, 4)])
def test_a_further_thread_works_only_where_it_gets_rows_enough(monkeypatch, per_thread, used):
    monkeypatch.setattr(ranker, "ROWS_PER_THREAD", per_thread)
    slates = lessons.training(40)
    fitted = ranker.fit((slates.features, slates.labels, slates.groups), rounds=2, threads=4)
    assert f"[num_threads: {used}]" in fitted.text()
