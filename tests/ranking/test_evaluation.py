from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking import evaluation
from recommender.ranking.blend import Blend
from recommender.ranking.errors import CannotLearn
from recommender.ranking.features.schema import NAMES, column
from recommender.ranking.linear import LinearRanker, hand_signed
from recommender.ranking.training_set import TrainingSet
from tests.ranking import lessons


@pytest.fixture(scope="module")
def chain() -> evaluation.Chain:
    return evaluation.forward_chain(lessons.training(80))


def test_every_block_but_the_first_is_judged_by_what_lay_before_it(monkeypatch):
    training, fitted_on = lessons.training(20), []
    linear = evaluation.fit_linear

    def watched(earlier):
        fitted_on.append(earlier.first_rows["qid"].tolist())
        return linear(earlier)

    monkeypatch.setattr(evaluation, "fit_linear", watched)
    chain = evaluation.forward_chain(training, blocks=4)
    qids = training.first_rows["qid"].tolist()
    assert fitted_on == [qids[:5], qids[:10], qids[:15]]
    assert [b.slates.first_rows["qid"].tolist() for b in chain.blocks] == [
        qids[5:10], qids[10:15], qids[15:],
    ]  # fmt: skip


def test_the_future_does_not_reach_back():
    # The last block's labels turned round change no ranker that judges it or came before.
    whole = lessons.training(40)
    rows = whole.rows.copy()
    last = rows["qid"] >= "q00032"
    rows.loc[last, "label"] = 1 - rows.loc[last, "label"]
    first = evaluation.forward_chain(whole)
    second = evaluation.forward_chain(TrainingSet.from_rows(rows))
    for one, other in zip(first.blocks, second.blocks, strict=True):
        for policy in ("linear", "ltr"):
            features = one.slates.features
            np.testing.assert_array_equal(
                one.rankers[policy].score(features), other.rankers[policy].score(features)
            )


def test_policies_stand_between_random_and_oracle(chain):
    means = {policy: mean for policy, (mean, _, _) in chain.means().items()}
    assert means["oracle"] == 1.0
    assert means["random"] < means["linear"] > means["blend"]
    assert means["random"] < means["ltr"] < means["oracle"]
    assert set(means) == {
        "random", "blend", "tuned_blend", "linear", "ltr", "ltr_on_linear", "hand_signed",
        "oracle",
    }  # fmt: skip


def test_all_values_are_of_the_64_later_slates(chain):
    assert {len(values) for values in chain.ndcg.values()} == {64}
    assert chain.shoppers.tolist() == [f"v:{at}" for at in range(16, 80)]
    assert chain.informative == 64


def test_slates_without_a_positive_and_slates_of_positives_only_are_not_informative():
    training = lessons.training(20)
    rows = training.rows.copy()
    rows.loc[rows["qid"] == "q00010", "label"] = 0
    rows.loc[rows["qid"] == "q00011", "label"] = 2
    chain = evaluation.forward_chain(TrainingSet.from_rows(rows))
    assert chain.informative == 14
    assert np.isnan(chain.ndcg["oracle"]).sum() == 1


def test_the_linear_ranker_stands_in_where_trees_cannot_learn(monkeypatch):
    def refuse(training, **options):
        raise CannotLearn("too little")

    monkeypatch.setattr(evaluation, "fit_ltr", refuse)
    monkeypatch.setattr(evaluation, "fit_stacked", refuse)
    chain = evaluation.forward_chain(lessons.training(20))
    for policy in ("ltr", "ltr_on_linear"):
        np.testing.assert_array_equal(chain.ndcg[policy], chain.ndcg["linear"])


def test_plain_trees_stand_in_where_those_on_the_linear_score_cannot_learn(monkeypatch):
    def refuse(training, **options):
        raise CannotLearn("too little")

    monkeypatch.setattr(evaluation, "fit_stacked", refuse)
    chain = evaluation.forward_chain(lessons.training(60))
    np.testing.assert_array_equal(chain.ndcg["ltr_on_linear"], chain.ndcg["ltr"])
    assert (chain.ndcg["ltr"] != chain.ndcg["linear"]).any()


def test_blocks_before_which_nothing_can_be_learned_are_skipped_and_counted():
    rows = lessons.training(50).rows
    rows.loc[rows["qid"] < "q00012", "label"] = 0
    chain = evaluation.forward_chain(TrainingSet.from_rows(rows))
    assert (chain.skipped, len(chain.shoppers), len(chain.blocks)) == (10, 30, 3)


def test_when_no_block_is_left_the_reason_is_told():
    rows = lessons.training(50).rows
    rows.loc[rows["qid"] < "q00045", "label"] = 0
    with pytest.raises(CannotLearn, match=r"^50 slates are too few .*; all 200 samples are not"):
        evaluation.forward_chain(TrainingSet.from_rows(rows))


def _half_simulated(served: int) -> evaluation.Chain:
    rows = lessons.training(80).rows
    rows.loc[rows["qid"] < f"q{80 - served:05d}", "origin"] = "simulated"
    return evaluation.forward_chain(TrainingSet.from_rows(rows))


def test_simulated_slates_are_no_evidence_once_real_ones_are_enough():
    found = _half_simulated(30).evidence(enough=30)
    assert found.shoppers.tolist() == [f"v:{at}" for at in range(50, 80)]
    assert {len(values) for values in found.ndcg.values()} == {30}
    assert [len(block.slates) for block in found.blocks] == [14, 16]


def test_until_then_all_slates_are_evidence():
    assert len(_half_simulated(29).evidence(enough=30).shoppers) == 64


def test_one_slate_is_too_few_to_hold_later_ones_back():
    with pytest.raises(CannotLearn):
        evaluation.forward_chain(lessons.training(1))


def test_comparing_is_ndcg_of_each_policy():
    # One slate; the saving puts the positive second, the blend puts it first.
    matrix = np.full((2, len(NAMES)), np.nan)
    matrix[:, column("price_saving")] = [2.0, 1.0]
    matrix[:, column("cf_bpr_score")] = [0.1, 0.9]
    slates = TrainingSet.from_rows(lessons.frame(matrix, np.array([0, 1]), size=2))
    zeros, weights = np.zeros(len(NAMES)), np.zeros(len(NAMES))
    weights[column("price_saving")] = 1.0
    saving = LinearRanker(zeros, zeros + 1.0, weights)
    found = evaluation.compare(slates, {"saving": saving}, tuned=Blend("rank"))
    second = 1 / np.log2(3)
    assert {policy: values.tolist() for policy, values in found.items()} == {
        "random": [pytest.approx((1 + second) / 2)],
        "blend": [1.0],
        "tuned_blend": [1.0],
        "saving": [pytest.approx(second)],
        "oracle": [1.0],
        "worst": [pytest.approx(second)],
    }


def test_hand_signed_needs_no_data():
    assert hand_signed().policy == "hand_signed"
    assert np.isfinite(hand_signed().score(np.full((1, len(NAMES)), np.nan))).all()
