"""Every control of the proof fails when the defence that it looks at is taken away."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from recommender.models import ColumnsFile, RankerVersion
from recommender.proof import brief, half_time, lesson, luck, noise, personas, steps, world
from recommender.proof.finding import Finding
from recommender.proof.slates import judged
from recommender.ranking import importance
from recommender.ranking.features.schema import column
from recommender.ranking.gate import Verdict
from recommender.ranking.linear import LinearRanker
from recommender.ranking.personas import Persona
from recommender.ranking.rungs import fit_linear
from recommender.serving import vectors
from shop.models import Member, Product
from tests.recommender import market
from tests.shop import shelf
from tracking.models import Event, Slate

pytestmark = pytest.mark.django_db


@pytest.fixture
def small() -> world.World:
    """Eight types of ten products, and one household with a history."""
    rng = np.random.default_rng(5)
    for name in ("Tea", "Coffee", "Cocoa", "Jam", "Honey", "Rice", "Pasta", "Oats"):
        prices = [f"{price:.2f}" for price in rng.uniform(2, 9, size=10)]
        market.coffees(*prices, kind=shelf.product_type(name, aisle=f"Aisle of {name}"))
    household = market.member("household@example.org")
    Member.objects.filter(pk=household.pk).update(household_id=1)
    products = list(Product.objects.order_by("pk"))
    now = timezone.now()
    market.imported_order(household, *products[::3], placed_at=now - timedelta(days=100))
    market.imported_order(household, products[0], placed_at=now)
    vectors.fit(now=now)
    return world.read()


@pytest.fixture
def scenes(small):
    return small.scenes(100, seed=1)


def _passes(monkeypatch) -> None:
    """The gate lets everything through."""
    honest = lesson.gate.judge

    def judge(*args, **kwargs) -> Verdict:
        return replace(honest(*args, **kwargs), passed=True)

    monkeypatch.setattr(lesson.gate, "judge", judge)


def test_the_same_seed_gives_the_same_slates_and_another_seed_others(small):
    first, again, other = (judged(small.scenes(8, seed=s), seed=s) for s in (1, 1, 2))
    assert first.rows.equals(again.rows)
    assert not first.rows.equals(other.rows)
    assert first.groups.tolist() == [5] * 8


def test_without_a_ranker_slates_are_random_and_with_one_they_are_its_order(small):
    visits = small.scenes(60, seed=4)
    drawn = judged(visits, seed=4).rows.sort_values(["served_at", "qid", "position"])
    first = drawn.groupby("qid", sort=False)["product_id"].first().tolist()
    assert sum(f == min(s.products) for f, s in zip(first, visits, strict=True)) < 20
    ranked = judged(visits, seed=4, shown_by=market.ranker(price_saving=1.0)).rows
    savings = ranked.sort_values(["served_at", "qid", "position"])["price_saving"].to_numpy()
    assert (np.diff(savings.reshape(-1, 5), axis=1) <= 0).all()


def test_nothing_is_written(small, scenes):
    judged(scenes, seed=1)
    assert (Event.objects.count(), Slate.objects.count()) == (0, 0)
    assert ColumnsFile.objects.filter(kind=ColumnsFile.Kind.SNAPSHOT).count() == 0
    assert RankerVersion.objects.count() == 0


def test_the_place_is_looked_at_with_one_in_its_number(small):
    """Of the fifth place four fifths go unseen: far fewer looks than where all is examined."""
    visits = small.scenes(300, seed=3)
    fifth = [judged(visits, seed=3, examined=biased).rows for biased in (False, True)]
    looks = [float((rows["label"][rows["position"] == 5] > 0).mean()) for rows in fifth]
    first = [float((rows["label"][rows["position"] == 1] > 0).mean()) for rows in fifth]
    assert first[0] == pytest.approx(first[1], abs=0.1)
    assert looks[1] == pytest.approx(looks[0] / 5, abs=0.06)


def test_all_positive_samples_are_refused_unless_nobody_refuses(scenes, monkeypatch):
    before = brief.findings(scenes, seed=1)[0]
    assert before.passed
    assert before.figure.startswith("refused: all 289 samples are positive")
    monkeypatch.setattr(lesson, "refuse_unlearnable", lambda *_: None)
    monkeypatch.setattr(lesson.evaluation, "forward_chain", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        brief.findings(scenes, seed=1)


def test_a_training_on_all_positive_samples_would_be_told_as_a_failure(scenes, monkeypatch):
    honest = lesson.learn
    taught = honest(judged(scenes, seed=1))
    monkeypatch.setattr(lesson, "learn", lambda *_, **__: taught)
    found = brief.findings(scenes, seed=1)[0]
    assert not found.passed
    assert "a ranker was trained" in found.figure


def test_shuffled_labels_go_live_when_the_gate_is_open(scenes, monkeypatch):
    assert luck.shuffled_labels(scenes, runs=2, seed=1).passed
    _passes(monkeypatch)
    found = luck.shuffled_labels(scenes, runs=2, seed=1)
    assert not found.passed
    assert found.figure.startswith("2 of 2 trainings passed the gate")


def test_noise_is_called_a_weight_when_gain_is_taken_for_one(scenes, monkeypatch):
    assert luck.noise_columns(scenes, runs=1, seed=1).passed
    honest = importance.held_out

    def by_gain(blocks, policy, **given):
        weights = honest(blocks, policy, **given)
        gain = importance.gain_shares(blocks[-1].rankers[policy])
        for name, figure in weights["held_out"].items():
            figure["above_noise"] = gain[name] > 1.0
        return weights

    monkeypatch.setattr(luck.importance, "held_out", by_gain)
    assert not luck.noise_columns(scenes, runs=1, seed=1).passed


def test_noise_takes_six_columns_that_nobody_wants_and_leaves_the_others(scenes):
    training = judged(scenes, seed=1)
    noisy = noise.plant(training, np.random.default_rng(0))
    places = noise.places()
    assert len(places) == len(set(places.values())) == 6
    changed = [
        at
        for at in range(training.features.shape[1])
        if not np.array_equal(training.features[:, at], noisy.features[:, at], equal_nan=True)
    ]
    assert sorted(changed) == sorted(column(name) for name in places.values())
    per_query = noisy.features[:, column(places["per query"])].reshape(-1, 5)
    assert (per_query == per_query[:, :1]).all()


def test_a_ranker_without_interactions_does_not_reorder(small, scenes, monkeypatch):
    lists = small.scenes(40, seed=9)
    linear = fit_linear(judged(scenes, seed=1))
    found = personas._reordered([(linear, linear)], lists, 200)
    assert not found.passed
    assert "the first swap changes in 0 % of the lists" in found.figure


class _Turned(LinearRanker):
    """Wants the saving under pressure and shuns it without."""

    def score(self, features, groups=None):
        return (features[:, column("budget_pressure")] - 0.5) * features[:, column("price_saving")]


def test_an_order_that_turns_for_those_who_do_not_care_is_told_as_a_failure(small):
    lists = small.scenes(40, seed=9)
    still = market.ranker(quality_tags_score=1.0)
    turned = _Turned(still.mean, still.scale, still.weights)
    assert personas._reordered([(turned, still)], lists, 200).passed
    found = personas._reordered([(turned, turned)], lists, 200)
    assert not found.passed
    assert "panels for quality seekers 40 change" in found.figure


def test_four_stores_taught_alike_do_not_differ_as_their_utilities_say(small, scenes):
    one = fit_linear(judged(scenes, seed=1))
    found = personas._differ(dict.fromkeys(Persona, one), small.scenes(40, seed=9))
    assert not found.passed
    assert found.figure.startswith("the four differ in 0 %")


def _curve(*drops: float) -> half_time.Curve:
    return half_time.Curve([100 * d for d in drops], list(drops), [d > 0.02 for d in drops])


def test_a_weight_that_follows_is_told_from_one_that_stays():
    still, follows = _curve(0.1, 0.1, 0.11, 0.1), _curve(0.1, 0.15, 0.2, 0.3)
    assert half_time.finding({"raised": [follows], "unchanged": [still]}).passed
    assert not half_time.finding({"raised": [still], "unchanged": [still]}).passed
    # It rose, but as far where nothing was changed: luck.
    assert not half_time.finding({"raised": [follows], "unchanged": [follows]}).passed
    too_late = _curve(0.1, 0.1, 0.1, 0.5)
    assert not half_time.finding({"raised": [too_late], "unchanged": [still]}).passed
    # In one store of two.
    both = {"raised": [follows, still], "unchanged": [still, still]}
    assert not half_time.finding(both).passed


def test_the_command_prints_every_finding_and_fails_when_one_does_not_hold(
    monkeypatch, settings, tmp_path, capsys
):
    settings.DATA_DIR = tmp_path
    found = [Finding("A holds", "1 of 1", True), Finding("B holds", "0 of 1", False)]
    monkeypatch.setattr(world, "read", lambda: None)
    monkeypatch.setattr(steps, "findings", lambda *_, **__: iter(found))
    with pytest.raises(CommandError, match="1 of 2 claims do not hold"):
        call_command("prove_learning")
    assert "PASS  A holds\n      1 of 1\nFAIL  B holds\n" in capsys.readouterr().out
    told = json.loads((tmp_path / "reports" / "prove_learning.json").read_text())
    assert [finding["passed"] for finding in told["findings"]] == [True, False]
    monkeypatch.setattr(steps, "findings", lambda *_, **__: iter(found[:1]))
    call_command("prove_learning")
    assert "All 1 claims hold" in capsys.readouterr().out


def test_one_step_runs_alone_and_leaves_the_report_of_all_as_it_was(
    small, monkeypatch, settings, tmp_path, capsys
):
    settings.DATA_DIR = tmp_path
    sizes = steps.Sizes(pool=60)
    monkeypatch.setattr(steps, "Sizes", lambda **_: sizes)
    monkeypatch.setattr(luck, "shuffled_labels", lambda *_, **__: Finding("C holds", "3", True))
    call_command("prove_learning", "--only", "shuffled")
    assert capsys.readouterr().out.startswith("PASS  C holds\n      3\nAll 1 claims hold")
    assert not (tmp_path / "reports" / "prove_learning.json").exists()
    with pytest.raises(CommandError, match="invalid choice: 'luck'"):
        call_command("prove_learning", "--only", "luck")


def test_an_empty_store_is_said_to_be_empty():
    assert django_settings.DATA_DIR
    with pytest.raises(CommandError, match="no products yet"):
        call_command("prove_learning")
