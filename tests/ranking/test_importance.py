from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking import importance, permuted
from recommender.ranking.evaluation import Block, forward_chain
from recommender.ranking.features.schema import FAMILIES, NAMES, column
from recommender.ranking.layout import Layout
from recommender.ranking.linear import LinearRanker
from recommender.ranking.training_set import TrainingSet
from tests.ranking import lessons

ZEROS = np.zeros(len(NAMES))


def _ranker(**weights: float) -> LinearRanker:
    own = ZEROS.copy()
    for name, weight in weights.items():
        own[column(name)] = weight
    return LinearRanker(ZEROS, ZEROS + 1.0, own)


def _weigh(slates: TrainingSet, ranker: LinearRanker, seed: int = 0) -> dict:
    return importance.held_out([Block(slates, {"linear": ranker})], "linear", seed=seed)


@pytest.fixture(scope="module")
def planted() -> dict:
    """Slates that follow the saving, ranked by the saving and a little by the popularity."""
    return _weigh(lessons.training(80), _ranker(price_saving=1.0, popularity=0.2))


def test_the_planted_feature_stands_above_noise_and_the_unused_ones_lose_nothing(planted):
    figures = planted["held_out"]
    assert figures["price_saving"]["above_noise"]
    assert 0 < figures["price_saving"]["low"] < figures["price_saving"]["drop"]
    assert figures["price_saving"]["drop"] < figures["price_saving"]["high"]
    assert figures["hour"] == {"drop": 0.0, "low": 0.0, "high": 0.0, "above_noise": False}
    assert [name for name, figure in figures.items() if figure["above_noise"]] == ["price_saving"]


def test_the_shares_are_percent_of_the_positive_losses(planted):
    losses = {name: max(0.0, figure["drop"]) for name, figure in planted["held_out"].items()}
    whole = sum(losses.values())
    expected = {name: round(100 * loss / whole, 1) for name, loss in losses.items()}
    assert planted["all_features"] == expected
    assert sum(expected.values()) == pytest.approx(100.0, abs=0.3)


def test_a_family_is_permuted_together(planted):
    families = planted["families"]
    assert list(families) == list(FAMILIES)
    assert families["price"]["above_noise"]
    assert families["price"]["drop"] == pytest.approx(
        planted["held_out"]["price_saving"]["drop"], abs=0.03
    )
    assert families["visit"]["drop"] == 0.0


def test_a_context_feature_that_turns_the_order_is_found():
    matrix = lessons.features(100, 5)
    appeal = np.sign(matrix[:, column("budget_pressure")]) * matrix[:, column("price_saving")]
    slates = TrainingSet.from_rows(lessons.frame(matrix, lessons.best_of(appeal, 5)))

    class Pressed(LinearRanker):
        def score(self, features, groups=None):
            pressed = np.sign(features[:, column("budget_pressure")])
            return pressed * features[:, column("price_saving")]

        def part(self, columns):
            return self

    figures = _weigh(slates, Pressed(ZEROS, ZEROS + 1.0, ZEROS))["held_out"]
    assert figures["budget_pressure"]["above_noise"]
    assert figures["price_saving"]["above_noise"]
    assert not figures["beta_u"]["above_noise"]


@pytest.mark.parametrize("seed", range(6))
def test_no_feature_of_a_ranker_trained_on_noise_stands_above_it(seed):
    matrix = lessons.features(60, 5, seed=seed)
    luck = np.random.default_rng(100 + seed).normal(size=len(matrix))
    slates = TrainingSet.from_rows(lessons.frame(matrix, lessons.best_of(luck, 5)))
    chain = forward_chain(slates, blocks=3)
    for policy in ("linear", "ltr"):
        found = importance.held_out(chain.blocks, policy, seed=seed)
        assert [n for n, figure in found["held_out"].items() if figure["above_noise"]] == []


def test_one_shopper_alone_proves_nothing():
    alone = lessons.training(60).rows.assign(shopper="v:1")
    figures = _weigh(TrainingSet.from_rows(alone), _ranker(price_saving=1.0))["held_out"]
    assert figures["price_saving"]["drop"] > 0.1
    assert not figures["price_saving"]["above_noise"]


def test_without_a_later_positive_there_are_no_figures_and_no_claims():
    rows = lessons.training(4).rows.assign(label=0)
    found = _weigh(TrainingSet.from_rows(rows), _ranker(price_saving=1.0))
    assert np.isnan(found["held_out"]["price_saving"]["drop"])
    assert not any(figure["above_noise"] for figure in found["held_out"].values())
    assert set(found["all_features"].values()) == {0.0}


def test_the_same_seed_gives_the_same_figures():
    slates = lessons.training(20)
    ranker = _ranker(price_saving=1.0)
    assert _weigh(slates, ranker, seed=3) == _weigh(slates, ranker, seed=3)


def test_items_are_permuted_within_their_slate_and_contexts_between_slates():
    groups, rng = np.array([3, 2, 4]), np.random.default_rng(0)
    slate = np.repeat(np.arange(3), groups)
    moved = 0
    for _ in range(20):
        within = permuted.within(Layout.of(groups), rng.random(9))
        assert sorted(within.tolist()) == list(range(9))
        assert slate[within].tolist() == slate.tolist()
        moved += int((within != np.arange(9)).any())
        between = slate[permuted.between(groups, rng.permutation(3))]
        pieces = np.split(between, [3, 5])
        assert [len(set(piece.tolist())) for piece in pieces] == [1, 1, 1]
        assert sorted(int(piece[0]) for piece in pieces) == [0, 1, 2]
    assert moved > 15


def _calls(trainings: int) -> int:
    """How many of so many trainings call a feature above noise where none is worth anything."""
    rng = np.random.default_rng(0)
    shoppers = np.arange(60)
    called = 0
    for _ in range(trainings):
        drops = {name: rng.normal(size=60) for name in NAMES}
        figures = importance._figures(drops, shoppers, rng)
        called += any(figure["above_noise"] for figure in figures.values())
    return called


def test_of_hundreds_of_trainings_on_noise_hardly_one_calls_it_a_weight(monkeypatch):
    monkeypatch.setattr(importance, "RESAMPLES", 20)
    assert _calls(400) <= 2
    # Corrected over the features of one training alone, one in twenty would.
    monkeypatch.setattr(importance, "TRAININGS", 1)
    assert 10 <= _calls(400) <= 30


def test_holms_steps_are_worked_by_hand():
    assert importance.ALPHA / importance.TRAININGS == 0.0025
    # The bars are .25 % over 4, 3, 2 and 1: .000625, .000833, .00125 and .0025.
    assert importance._holm({"a": 0.001, "b": 0.0001, "c": 0.0008, "d": 0.0011}) == {
        "b": True, "c": True, "a": True, "d": True,
    }  # fmt: skip
    # .0015 misses its bar of .00125, so .002 is not asked any more.
    assert importance._holm({"a": 0.0015, "b": 0.0001, "c": 0.0008, "d": 0.002}) == {
        "b": True, "c": True, "a": False, "d": False,
    }  # fmt: skip
    assert importance._holm({"a": 0.0012, "b": 0.0012}) == {"a": True, "b": True}
    assert importance._holm({"a": 0.0013, "b": 0.0013}) == {"a": False, "b": False}


def test_gain_shares_are_percent_and_nothing_of_nothing():
    shares = importance.gain_shares(_ranker(price_saving=3.0, popularity=-1.0))
    assert (shares["price_saving"], shares["popularity"], shares["hour"]) == (75.0, 25.0, 0.0)
    assert set(importance.gain_shares(_ranker()).values()) == {0.0}


def test_luck_is_a_t_test_over_shoppers_and_never_less_than_all_of_them_on_one_side():
    def luck(*totals: float, count: float = 1.0) -> float:
        return importance._luck(np.array(totals), np.full(len(totals), count))

    # Two shoppers lose 3 and -1: mean 1, standard error 2, t = 1/2 with one degree of freedom.
    assert luck(3, -1) == pytest.approx(0.5 - np.arctan(0.5) / np.pi)
    assert luck(6, -2, count=2.0) == pytest.approx(luck(3, -1))
    # Three that lose the same are all on one side by luck in one of eight.
    assert luck(1, 1, 1) == luck(1.0, 1.01, 0.99) == 1 / 8
    assert luck(-1, -1, -1) == luck(1) == 1.0
