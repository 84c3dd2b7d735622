from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from recommender import files
from recommender.learning import lease, manifest, training
from recommender.models import LedgerEntry, LiveTag, Partition, RankerVersion, TrainingRun
from recommender.ranking import rungs
from recommender.ranking.errors import CannotLearn
from recommender.ranking.features.schema import NAMES, column
from recommender.ranking.training_set import TrainingSet, to_parquet
from recommender.serving import live_ranker
from recommender.serving.provider import RankedSwaps
from tests.recommender import market

pytestmark = pytest.mark.django_db


def _train(given) -> training.Outcome:
    fence = lease.take(0, now=timezone.now(), by_hand=True)
    assert fence is not None
    return training.run(bucket=0, fence=fence, training=given)


def test_a_ranker_that_earned_it_goes_live():
    outcome = _train(market.judged(100))
    run, live = TrainingRun.objects.get(), LiveTag.objects.get()
    assert outcome.state == run.state == "promoted"
    assert live.generation == 1
    assert live.version == outcome.version
    assert live_ranker.current().tag == outcome.version.tag
    assert run.message.startswith(f"The new {_words(outcome)} is live: 80 informative later")
    assert outcome.version.training_info["samples"] == 500
    assert outcome.version.evaluation["ndcg_at_5"]["oracle"] == 1.0


def test_the_weights_are_measured_when_the_ranker_serves_and_the_lease_is_free(monkeypatch):
    found = []

    def watched(version, chain, **_) -> None:
        run = TrainingRun.objects.get()
        found.append((LiveTag.objects.get().version, version.weights_state, run.state, chain))

    monkeypatch.setattr(training, "weigh", watched)
    fence = lease.take(0, now=timezone.now(), by_hand=True)
    assert fence is not None
    outcome = training.held(bucket=0, fence=fence, training=market.judged(100))
    assert found == [(outcome.version, "computing", "promoted", outcome.chain)]


def test_a_lease_that_is_lost_at_the_very_end_leaves_the_live_tag_where_it_was(monkeypatch):
    monkeypatch.setattr(lease, "finish", lambda *_, **__: False)
    with pytest.raises(training.LeaseLost):
        _train(market.judged(100))
    assert not LiveTag.objects.exists()
    assert [version.status for version in RankerVersion.objects.all()] == ["challenger"]


def _words(outcome) -> str:
    return {
        "linear": "linear ranker",
        "ltr": "LambdaMART ranker",
        "ltr_on_linear": "LambdaMART ranker on top of the linear one",
    }[outcome.version.policy]


def test_a_first_time_without_any_positive_does_not_refuse_the_training():
    whole = market.judged(300)
    labels = whole.labels.copy()
    labels[: 60 * 5] = 0
    outcome = _train(market.training_set(whole.features, labels))
    assert outcome.state == "promoted"
    assert outcome.message.endswith(
        "60 later slates were left out, because nothing could be learned from what came before "
        "them."
    )
    assert outcome.version.evaluation["skipped"] == 60
    assert outcome.version.evaluation["slates"] == 180


def _prior_and_real(*, simulated: int, real: int):
    """Simulated shoppers who like what is dear, then real ones who like to save."""
    wrong, right = market.judged(simulated, seed=1, noise=0.0), market.judged(real, seed=2)
    rows = market.training_set(
        np.vstack([wrong.features, right.features]),
        np.concatenate([1 - wrong.labels, right.labels]),
    ).rows
    rows.loc[simulated * 5 :, ["origin", "persona"]] = ["served", ""]
    return TrainingSet.from_rows(rows)


def test_a_wrong_prior_is_judged_by_real_slates_and_outgrown():
    outcome = _train(_prior_and_real(simulated=200, real=300))
    assert outcome.state == "promoted"
    assert outcome.version.evaluation["origins"] == {"served": outcome.version.evaluation["slates"]}
    assert outcome.version.training_info["prior_weight"] == 6.2
    found = live_ranker.current().scorer
    assert _of_saving(found, 1.0) > _of_saving(found, -1.0)


def _of_saving(scorer, value: float) -> float:
    row = np.zeros((1, len(NAMES)))
    row[0, column("price_saving")] = value
    return float(scorer.score(row)[0])


def test_a_prior_is_left_out_once_real_shoppers_said_enough():
    outcome = _train(_prior_and_real(simulated=50, real=440))
    assert outcome.version.training_info["origins"] == {
        "served": 440, "simulated": 0, "imported": 0
    }  # fmt: skip


def test_trees_on_the_linear_score_that_cannot_be_fitted_on_all_slates_refuse_nothing(monkeypatch):
    def too_little(*_, **__):
        raise CannotLearn("one and the same score for all")

    monkeypatch.setattr(training.gate, "choose_rung", lambda *_, **__: "ltr_on_linear")
    monkeypatch.setattr(rungs, "fit_stacked", too_little)
    outcome = _train(market.judged(100))
    assert (outcome.state, outcome.version.policy) == ("promoted", "ltr")
    monkeypatch.setattr(rungs, "fit_ltr", too_little)
    assert _train(market.judged(100)).version.policy == "linear"


def test_shuffled_labels_do_not_pass_the_gate_and_the_reason_is_kept():
    rng = np.random.default_rng(3)
    noise = market.judged(100)
    shuffled = market.training_set(noise.features, rng.permutation(noise.labels))
    outcome = _train(shuffled)
    assert outcome.state == TrainingRun.objects.get().state == "kept"
    assert "was not put live: NDCG@5" in outcome.message
    assert "against the 60/40 blend" in outcome.message
    assert RankerVersion.objects.get().status == "rejected"
    assert RankerVersion.objects.get().verdict["passed"] is False
    assert not LiveTag.objects.exists()


def test_too_few_later_slates_do_not_pass_the_gate():
    outcome = _train(market.judged(40))
    assert outcome.state == "kept"
    assert "32 informative later slates (at least 40)" in outcome.message


def test_a_worse_challenger_leaves_the_live_ranker_alone():
    good = market.put_live(market.ranker(price_saving=1.0))
    RankerVersion.objects.update(trained_at=timezone.now() - timedelta(days=365))
    features = market.judged(100).features
    # All of it taught the wrong way round, then a store that is as it always was.
    now = market.judged(100, noise=0.0)
    labels = np.concatenate([1 - now.labels[:400], now.labels[400:]])
    outcome = _train(market.training_set(features, labels))
    good.refresh_from_db()
    assert outcome.state == "kept"
    assert good.status == "live"
    assert live_ranker.current().tag == good.tag


def _outlived_by_its_shoppers() -> TrainingSet:
    """A live ranker from a year ago that shuns the saving, which everybody wants now, as does the
    blend."""
    market.put_live(market.ranker(price_saving=-1.0))
    RankerVersion.objects.update(trained_at=timezone.now() - timedelta(days=365))
    now = market.judged(100, noise=0.0)
    features = now.features.copy()
    features[:, column("cf_bpr_score")] = features[:, column("price_saving")]
    rows = market.training_set(features, now.labels).rows.assign(origin="served")
    return TrainingSet.from_rows(rows)


def test_a_live_ranker_that_is_surely_below_the_blend_gives_way_to_it(monkeypatch):
    _nobody_passes(monkeypatch)
    outcome = _train(_outlived_by_its_shoppers())
    assert outcome.state == TrainingRun.objects.get().state == "kept"
    assert "The blend serves again: the live policy has NDCG@5 -" in outcome.message
    assert LiveTag.objects.get().version is None
    assert LiveTag.objects.get().generation == 2
    assert live_ranker.look_now().policy == "blend"
    step = LedgerEntry.objects.first()
    assert step is not None
    assert (step.action, step.version, step.by) == ("rolled_back", None, "")
    assert step.why.startswith("the live policy has NDCG@5 -")
    assert set(RankerVersion.objects.values_list("status", flat=True)) == {"rejected"}


def test_a_pinned_ranker_stays_even_below_the_blend(monkeypatch):
    _nobody_passes(monkeypatch)
    slates = _outlived_by_its_shoppers()
    LiveTag.objects.update(pinned=True)
    outcome = _train(slates)
    assert outcome.state == "kept"
    assert "The blend serves again" not in outcome.message
    assert LiveTag.objects.get().generation == 1


def _nobody_passes(monkeypatch) -> None:
    honest = training.gate.judge

    def judge(*args, **kwargs):
        return replace(honest(*args, **kwargs), passed=False)

    monkeypatch.setattr(training.gate, "judge", judge)


def test_the_live_ranker_is_judged_on_slates_that_it_has_not_learned_from():
    market.put_live(market.ranker(price_saving=1.0))
    outcome = _train(market.judged(100))
    # Every slate is older than the live ranker, so its recipe stands for it.
    assert outcome.chain is not None
    assert outcome.chain.ndcg["live"].tolist() == outcome.chain.ndcg["linear"].tolist()


def test_289_positive_samples_are_refused_and_the_blend_keeps_serving():
    features = np.random.default_rng(0).normal(size=(289, len(NAMES)))
    outcome = _train(market.training_set(features, np.ones(289, dtype=int)))
    assert outcome.state == TrainingRun.objects.get().state == "refused"
    assert outcome.message == (
        "Nothing was learned: all 289 samples are positive (label 1): without variation in the "
        "labels there is nothing to learn from. The live policy stays."
    )
    anchor, *_ = market.coffees("5.00", "4.00")
    assert RankedSwaps().rank(market.query([(anchor, 1)])).policy == "blend"
    assert not RankerVersion.objects.exists()
    assert not Partition.objects.exists()


def test_the_command_refuses_with_code_3_and_a_sentence(tmp_path, capsys):
    features = np.random.default_rng(0).normal(size=(289, len(NAMES)))
    before = market.training_set(features, np.ones(289, dtype=int))
    (tmp_path / "before.parquet").write_bytes(to_parquet(before))
    with pytest.raises(SystemExit) as ended:
        call_command("train_ranker", "--data", str(tmp_path / "before.parquet"))
    assert ended.value.code == 3
    assert "all 289 samples are positive" in capsys.readouterr().err


def test_a_store_without_slates_is_refused():
    outcome = _train(None)
    assert outcome.state == "refused"
    assert "there are no samples" in outcome.message


def test_a_file_that_is_no_training_file_is_named(tmp_path):
    (tmp_path / "x.parquet").write_text("not parquet")
    with pytest.raises(CommandError, match=r"x\.parquet is no training file"):
        call_command("train_ranker", "--data", str(tmp_path / "x.parquet"))


def test_bucket_and_fence_go_together():
    with pytest.raises(CommandError, match="go together"):
        call_command("train_ranker", "--bucket", "1")


def test_while_another_training_runs_the_command_says_so():
    lease.take(1, now=timezone.now())
    with pytest.raises(CommandError, match="Another training runs"):
        call_command("train_ranker")


def test_an_overtaken_training_publishes_nothing():
    fence = lease.take(1, now=timezone.now() - timedelta(minutes=5))
    other = lease.take(1, now=timezone.now())
    with pytest.raises(training.LeaseLost):
        training.run(bucket=1, fence=fence, training=market.judged(60))
    assert not LiveTag.objects.exists()
    assert RankerVersion.objects.get().status == "rejected"
    assert lease.holds(other)


def test_a_breakdown_gives_the_lease_back(monkeypatch):
    def broken(*_, **__):
        raise MemoryError("no more")

    monkeypatch.setattr(training.evaluation, "forward_chain", broken)
    fence = lease.take(0, now=timezone.now(), by_hand=True)
    with pytest.raises(MemoryError):
        training.held(bucket=0, fence=fence, training=market.judged(10))
    run = TrainingRun.objects.get()
    assert (run.state, run.message) == ("failed", "MemoryError: no more")


def test_weights_measured_again_from_the_stored_set_are_the_same():
    outcome = _train(market.judged(60))
    training.weigh(outcome.version, outcome.chain)
    outcome.version.refresh_from_db()
    first = outcome.version.weights
    assert outcome.version.weights_state == "ready"
    RankerVersion.objects.update(weights={}, weights_state="computing")
    training.weigh(RankerVersion.objects.get())
    assert RankerVersion.objects.get().weights == first
    shares = first["all_features"]
    assert max(shares, key=shares.get) == "price_saving"
    assert sum(shares.values()) == pytest.approx(100, abs=1)


def test_weights_that_cannot_be_measured_are_said_to_be_so():
    outcome = _train(market.judged(60))
    files.write("training", outcome.version.manifest["partitions"][0]["name"], b"damaged")
    with pytest.raises(manifest.CannotRebuild, match="not those it was trained on"):
        training.weigh(outcome.version)
    assert RankerVersion.objects.get().weights_state == "failed"


def test_json_never_holds_what_is_no_json():
    assert training.plain({"a": [np.float64("nan"), np.int64(2), (1.5,)]}) == {
        "a": [None, 2, [1.5]]
    }
