"""What a training of many slates does otherwise (ADR 17), shown on few by a lower bar."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking import evaluation, importance, metrics, ranker, rungs
from recommender.ranking.evaluation import Block
from recommender.ranking.features.schema import NAMES, column
from recommender.ranking.linear import LinearRanker
from recommender.ranking.training_set import TrainingSet
from tests.ranking import lessons

ZEROS = np.zeros(len(NAMES))


def _saving() -> LinearRanker:
    weights = ZEROS.copy()
    weights[column("price_saving")] = 1.0
    return LinearRanker(ZEROS, ZEROS + 1.0, weights)


def test_each_block_is_as_long_as_all_before_it():
    parts = lessons.training(16).doubling(4)
    assert [len(part) for part in parts] == [2, 2, 4, 8]
    assert [part.first_rows["qid"].iloc[0] for part in parts] == [
        "q00000", "q00002", "q00004", "q00008",
    ]  # fmt: skip
    assert [len(part) for part in lessons.training(101).doubling(5)] == [6, 6, 13, 25, 51]


@pytest.mark.parametrize(("bar", "lengths"), [(80, [5, 10, 20, 40]), (81, [16, 16, 16, 16])])
def test_the_blocks_grow_from_many_slates_on(bar, lengths, monkeypatch):
    monkeypatch.setattr(evaluation, "MANY_SLATES", bar)
    chain = evaluation.forward_chain(lessons.training(80))
    assert [len(block.slates) for block in chain.blocks] == lengths
    assert set(chain.rounds) == ({"ltr", "ltr_on_linear"} if bar == 80 else set())


def test_a_block_says_how_many_trees_come_after_it_and_the_last_one_nothing(monkeypatch):
    asked, honest = [], ranker.fit_and_ask

    def told(train, *, later, base, **options):
        asked.append((len(train[2]), len(later[2]), base is not None))
        return honest(train, later=later, base=base, **options)[0], 10 + len(asked)

    monkeypatch.setattr(evaluation, "MANY_SLATES", 80)
    monkeypatch.setattr(ranker, "fit_and_ask", told)
    chain = evaluation.forward_chain(lessons.training(80), blocks=4)
    assert asked == [
        (10, 10, False), (10, 10, True), (20, 20, False), (20, 20, True),
    ]  # fmt: skip
    trees = [block.rankers["ltr"].booster.num_trees() for block in chain.blocks]
    assert trees[1:] == [11, 13]
    stacked = chain.blocks[-1].rankers["ltr_on_linear"]
    assert stacked.trees.booster.num_trees() == 14
    assert chain.rounds == {"ltr": 13, "ltr_on_linear": 14}


@pytest.mark.parametrize("rounds", [12, 299])
@pytest.mark.parametrize("policy", ["ltr", "ltr_on_linear"])
def test_a_ranker_is_the_same_whether_later_slates_are_asked_beside_it_or_not(policy, rounds):
    earlier, later = lessons.training(60), lessons.training(40, seed=5)
    below = rungs.fit_linear(earlier)
    fitted, asked = rungs.fit_and_ask(policy, earlier, later, below=below, rounds=rounds)
    alone = rungs.fit(policy, earlier, rounds={policy: rounds})
    np.testing.assert_array_equal(fitted.score(later.features), alone.score(later.features))
    assert fitted.gain().tolist() == alone.gain().tolist()
    # By early stopping on the later slates, as it was without the ranker.
    base = (below.score(earlier.features), below.score(later.features))
    probe = ranker.fit(
        (earlier.features, earlier.labels, earlier.groups),
        later=(later.features, later.labels, later.groups),
        weights=earlier.row_weights(),
        base=None if policy == "ltr" else base,
    )
    assert asked == max(rungs.FEWEST_ROUNDS, probe.booster.num_trees()) < 200


def test_the_last_block_reaches_neither_its_rankers_nor_the_number_of_trees(monkeypatch):
    monkeypatch.setattr(evaluation, "MANY_SLATES", 64)
    whole = lessons.training(64)
    rows = whole.rows.copy()
    last = rows["qid"] >= "q00032"
    rows.loc[last, "label"] = 1 - rows.loc[last, "label"]
    first, second = (
        evaluation.forward_chain(TrainingSet.from_rows(own), blocks=4) for own in (whole.rows, rows)
    )
    assert first.rounds == second.rounds
    for one, other in zip(first.blocks, second.blocks, strict=True):
        for policy in ("linear", "ltr", "ltr_on_linear"):
            features = one.slates.features
            np.testing.assert_array_equal(
                one.rankers[policy].score(features), other.rankers[policy].score(features)
            )


@pytest.mark.parametrize(
    ("orders", "slates", "repeats"), [(900, 80, 10), (800, 80, 10), (400, 80, 5), (100, 80, 1)]
)
def test_the_repeats_go_before_the_slates(orders, slates, repeats, monkeypatch):
    monkeypatch.setattr(importance, "ORDERS", orders)
    blocks = [Block(lessons.training(40, seed=seed), {}) for seed in (0, 1)]
    kept, often = importance._affordable(blocks, np.random.default_rng(0))
    assert (sum(len(block.slates) for block in kept), often) == (slates, repeats)


def test_of_too_many_slates_some_are_drawn_at_random_from_all_blocks(monkeypatch):
    monkeypatch.setattr(importance, "ORDERS", 30)
    blocks = [Block(lessons.training(40, seed=seed), {}) for seed in (0, 1)]
    kept, often = importance._affordable(blocks, np.random.default_rng(0))
    lengths = [len(block.slates) for block in kept]
    assert (sum(lengths), often) == (30, 1)
    assert min(lengths) > 5
    again, _ = importance._affordable(blocks, np.random.default_rng(0))
    other, _ = importance._affordable(blocks, np.random.default_rng(1))
    qids = [[b.slates.first_rows["qid"].tolist() for b in own] for own in (kept, again, other)]
    assert qids[0] == qids[1] != qids[2]


def test_slates_that_tell_nothing_cost_nothing_and_keep_their_share_of_a_sample(monkeypatch):
    monkeypatch.setattr(importance, "ORDERS", 100)
    rows = lessons.training(200).rows
    # Positive throughout: ranked as well whatever the order, which counts as no loss.
    rows.loc[rows["qid"] >= "q00150", "label"] = 1
    kept, often = importance._affordable(
        [Block(TrainingSet.from_rows(rows), {})], np.random.default_rng(0)
    )
    assert often == 1
    assert len(kept[0].slates) == 133  # 200 x 100 / 150
    monkeypatch.setattr(importance, "ORDERS", 150)
    kept, often = importance._affordable(
        [Block(TrainingSet.from_rows(rows), {})], np.random.default_rng(0)
    )
    assert (len(kept[0].slates), often) == (200, 1)


def test_fewer_orders_tell_the_same_loss_within_their_wider_interval(monkeypatch):
    blocks = [Block(lessons.training(400, noise=1.0), {"linear": _saving()})]
    every = importance.held_out(blocks, "linear")["held_out"]["price_saving"]
    monkeypatch.setattr(importance, "ORDERS", 150)
    few = importance.held_out(blocks, "linear")["held_out"]["price_saving"]
    assert few["low"] < every["drop"] < few["high"]
    assert few["high"] - few["low"] > 1.3 * (every["high"] - every["low"])
    assert few["above_noise"]


@pytest.mark.parametrize("seed", range(4))
def test_with_few_orders_no_feature_of_a_ranker_trained_on_noise_stands_above_it(seed, monkeypatch):
    monkeypatch.setattr(evaluation, "MANY_SLATES", 100)
    monkeypatch.setattr(importance, "ORDERS", 70)
    matrix = lessons.features(120, 5, seed=seed)
    luck = np.random.default_rng(100 + seed).normal(size=len(matrix))
    slates = TrainingSet.from_rows(lessons.frame(matrix, lessons.best_of(luck, 5)))
    chain = evaluation.forward_chain(slates)
    for policy in ("linear", "ltr"):
        found = importance.held_out(chain.blocks, policy, seed=seed)
        assert [n for n, figure in found["held_out"].items() if figure["above_noise"]] == []


def test_the_bounds_of_many_shoppers_are_those_of_resampling(monkeypatch):
    rng = np.random.default_rng(0)
    count = rng.integers(1, 6, size=3_000).astype(float)
    # As skewed as losses are: mostly nothing, now and then much.
    lost = np.where(rng.random((3_000, 3)) < 0.15, rng.random((3_000, 3)), 0.0)
    totals = lost * count[:, None] * [0.01, 0.1, 1.0]
    given = {"tails": (0.05, 0.975), "rng": rng, "resamples": 8_000}
    law = metrics.bounds(totals, count, **given)
    monkeypatch.setattr(metrics, "MANY_SHOPPERS", 3_001)
    drawn = metrics.bounds(totals, count, **given)
    width = drawn[1] - drawn[0]
    np.testing.assert_allclose((law[0] - drawn[0]) / width, 0.0, atol=0.02)
    np.testing.assert_allclose((law[1] - drawn[1]) / width, 0.0, atol=0.02)


def test_the_bounds_by_the_law_in_numbers(monkeypatch):
    # Two shoppers with one value each, 0 and 2: mean 1, standard error 1.
    monkeypatch.setattr(metrics, "MANY_SHOPPERS", 2)
    low, high = metrics.bounds(
        np.array([[0.0], [2.0]]),
        np.ones(2),
        tails=(0.025, 0.975),
        rng=np.random.default_rng(0),
        resamples=1,
    )
    assert (low[0], high[0]) == pytest.approx((1 - 1.959964, 1 + 1.959964))
