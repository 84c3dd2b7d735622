from __future__ import annotations

import json
import re
from dataclasses import replace

import numpy as np
import pytest

from recommender.ranking import gate
from recommender.ranking.evaluation import Block, Chain
from recommender.ranking.features.schema import NAMES, column
from recommender.ranking.linear import LinearRanker
from recommender.ranking.training_set import TrainingSet
from tests.ranking import lessons

RULES = gate.GateRules()
SAMPLE = lessons.features(20, 5)


def _chain(slates: int = 60, *, shoppers: int = 60, **quality: float) -> Chain:
    """Later slates with these mean NDCG@5 and a little spread, the same for every policy."""
    spread = 0.02 * np.random.default_rng(0).normal(size=slates)
    means = {"random": 0.55, "blend": 0.6, "hand_signed": 0.7, "linear": 0.8}
    means |= {"ltr": 0.8, "ltr_on_linear": 0.7} | quality
    values = {policy: mean + spread for policy, mean in means.items()}
    values |= {"oracle": np.ones(slates), "worst": np.full(slates, 0.3)}
    return Chain([], values, np.array([f"v:{at % shoppers}" for at in range(slates)]))


def _ranker(**weights: float) -> LinearRanker:
    own = np.zeros(len(NAMES))
    for name, weight in weights.items():
        own[column(name)] = weight
    return LinearRanker(np.zeros(len(NAMES)), np.ones(len(NAMES)), own)


GOOD = _ranker(price_saving=1.0)


def _judge(chain: Chain, challenger: LinearRanker = GOOD, *, policy: str = "ltr") -> gate.Verdict:
    return gate.judge(chain, policy, challenger, SAMPLE, rules=RULES)


def test_who_fulfils_every_rule_passes_with_its_figures():
    verdict = _judge(_chain())
    assert verdict.passed
    assert verdict.reasons == [
        "60 informative later slates (at least 40)",
        "60 later shoppers (at least 5)",
        "NDCG@5 +0.200 against the 60/40 blend, with 95 % confidence at least +0.200 "
        "(must be above +0.000)",
        "NDCG@5 +0.250 against random order, which luck gives with a likelihood of 0 "
        "(must be below 0.001)",
        "100 distinct scores (more than one)",
        "0 of 100 swaps fall when their saving grows (0)",
    ]
    assert verdict.figures["over_blend"]["difference"] == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("chain", "challenger", "reason"),
    [
        (_chain(39), GOOD, "39 informative later slates (at least 40)"),
        (_chain(shoppers=4), GOOD, "4 later shoppers (at least 5)"),
        (_chain(ltr=0.6), GOOD, "NDCG@5 +0.000 against the 60/40 blend, with 95 % confidence at "
         "least +0.000 (must be above +0.000)"),
        (_chain(live=0.85), GOOD, "NDCG@5 -0.050 against the live policy, with 95 % confidence at "
         "least -0.050 (must be above -0.020)"),
        (_chain(random=0.8), GOOD, "NDCG@5 +0.000 against random order, which luck gives with a "
         "likelihood of 1 (must be below 0.001)"),
        (_chain(), _ranker(), "1 distinct scores (more than one)"),
        (_chain(), _ranker(price_saving=-1.0), "100 of 100 swaps fall when their saving grows (0)"),
    ],
)  # fmt: skip
def test_each_rule_that_fails_alone_keeps_the_challenger_out_and_comes_first(
    chain, challenger, reason
):
    verdict = _judge(chain, challenger)
    assert not verdict.passed
    assert verdict.reasons[0] == reason
    rest = _judge(_chain(live=0.8)).reasons
    same = [_words(text) for text in rest if _words(text) != _words(reason)]
    if "live" not in chain.ndcg:
        same = [words for words in same if "live" not in words]
    # The other rules held: their sentences are those of a challenger that passes.
    assert [_words(text) for text in verdict.reasons[1:]] == same


def _words(reason: str) -> str:
    return re.sub(r"[-+]?[0-9.]+", "#", reason)


def test_slates_that_no_order_can_change_are_not_evidence():
    chain = _chain()
    worst = chain.ndcg["worst"].copy()
    worst[:21] = 1.0
    verdict = _judge(replace(chain, ndcg={**chain.ndcg, "worst": worst}))
    assert verdict.reasons[0] == "39 informative later slates (at least 40)"


def test_a_first_promotion_must_beat_the_blend_and_a_later_one_may_equal_it():
    assert not _judge(_chain(ltr=0.6)).passed
    assert _judge(_chain(ltr=0.6, live=0.6)).passed
    assert _judge(_chain(ltr=0.591, live=0.6)).passed
    assert not _judge(_chain(ltr=0.589, live=0.6)).passed


def test_a_little_below_the_live_policy_is_let_pass_and_more_is_not():
    assert _judge(_chain(ltr=0.8, live=0.819)).passed
    assert not _judge(_chain(ltr=0.8, live=0.821)).passed


def test_a_mean_above_the_blend_that_may_be_luck_is_not_enough():
    chain = _chain(ltr=0.61)
    luck = 0.2 * np.random.default_rng(5).normal(size=60)
    noisy = {**chain.ndcg, "ltr": chain.ndcg["blend"] + 0.01 + luck - luck.mean()}
    verdict = _judge(replace(chain, ndcg=noisy))
    assert verdict.figures["over_blend"]["difference"] == pytest.approx(0.01)
    assert not verdict.passed


def test_without_any_later_positive_nothing_passes():
    chain = _chain()
    nothing = {policy: np.full(60, np.nan) for policy in chain.ndcg}
    assert not _judge(replace(chain, ndcg=nothing)).passed


def test_the_chosen_policy_is_the_one_that_is_judged():
    chain = _chain(ltr=0.5, linear=0.8)
    assert _judge(chain, policy="linear").passed
    assert not _judge(chain, policy="ltr").passed


def test_the_linear_rung_is_chosen_unless_trees_are_better_by_more_than_chance():
    assert gate.choose_rung(_chain(ltr=0.80, linear=0.80)) == "linear"
    assert gate.choose_rung(_chain(ltr=0.85, linear=0.80)) == "ltr"
    assert gate.choose_rung(_chain(ltr=0.75, linear=0.80)) == "linear"
    assert gate.choose_rung(_chain(ltr=0.85, ltr_on_linear=0.86, linear=0.80)) == "ltr_on_linear"
    assert gate.choose_rung(_chain(ltr=0.75, linear=0.80, hand_signed=0.81)) == "hand_signed"
    chain = _chain()
    luck = 0.2 * np.random.default_rng(5).normal(size=60)
    noisy = {**chain.ndcg, "ltr": chain.ndcg["linear"] + 0.01 + luck - luck.mean()}
    assert gate.choose_rung(replace(chain, ndcg=noisy)) == "linear"


def test_a_verdict_is_plain_json():
    verdict = _judge(_chain())
    assert json.loads(json.dumps(verdict.as_json()))["passed"] is True


def _falls_short(chain: Chain) -> str:
    return gate.below_blend(chain, rules=RULES)


def test_a_live_policy_that_is_surely_below_the_blend_gives_way():
    assert _falls_short(_chain(live=0.55)) == (
        "the live policy has NDCG@5 -0.050 against the 60/40 blend on 60 informative later "
        "slates, with 95 % confidence at most -0.050"
    )


@pytest.mark.parametrize(
    "chain",
    [
        _chain(),
        _chain(live=0.6),
        _chain(live=0.65),
        _chain(39, live=0.55),
        _chain(shoppers=4, live=0.55),
    ],
    ids=["nothing live", "as good", "better", "too few slates", "too few shoppers"],
)
def test_otherwise_it_stays(chain):
    assert _falls_short(chain) == ""


def test_a_lead_of_the_blend_that_may_be_luck_moves_nothing():
    chain = _chain(live=0.6)
    noise = np.random.default_rng(3).normal(scale=0.3, size=60)
    noise += -0.02 - noise.mean()
    unsure = replace(chain, ndcg={**chain.ndcg, "live": chain.ndcg["live"] + noise})
    assert _falls_short(unsure) == ""


def test_simulated_shoppers_do_not_take_a_live_ranker_back():
    rows = lessons.training(12).rows.assign(origin="simulated")
    simulated = Block(TrainingSet.from_rows(rows), {})
    assert _falls_short(replace(_chain(live=0.55), blocks=[simulated])) == ""
