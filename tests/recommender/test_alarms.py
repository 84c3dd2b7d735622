"""Is it learning? Each alarm rings for what it is named after, and is silent otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from recommender import alarms, conf
from recommender.models import LedgerEntry, RankerVersion, ServingProcess, TrainingRun
from recommender.ranking.features.schema import NAMES, fingerprint
from tests.recommender import market
from tracking import record
from tracking.models import Counter, Session, Slate
from tracking.record import Draft

pytestmark = pytest.mark.django_db


def _facts() -> alarms.Facts:
    return alarms.read(timezone.now())


def _slate(
    *,
    scores=(2.0, 1.0),
    seen: int = 0,
    ranker: str = "",
    features: bytes = b"",
    placement: str = "cart_panel",
) -> Slate:
    caller = record.start_simulated_session(member_id=None, persona="", started_at=timezone.now())
    Session.objects.update(origin="served")
    qid = record.slate(
        caller,
        placement=placement,
        policy="linear",
        ranker_tag=ranker,
        items=[
            {"position": at, "product": at, "anchor": 9, "score": score, "propensity": 1.0}
            for at, score in enumerate(scores, start=1)
        ],
        state_key="",
        served_at=timezone.now(),
        features=features,
        fingerprint=fingerprint() if features else "",
    )
    drafts = [Draft("impression", at, qid, at) for at in range(1, seen + 1)]
    record.events(caller, drafts, server_side=False)
    return Slate.objects.get(pk=qid)


def _live(**changes) -> RankerVersion:
    version = market.put_live(market.ranker(price_saving=1.0))
    RankerVersion.objects.filter(pk=version.pk).update(**changes)
    version.refresh_from_db()
    return version


def _weights(above: bool = True, **shares: float) -> dict:
    return {
        "all_features": shares,
        "held_out": {name: {"above_noise": above} for name in shares},
    }


def test_a_new_store_rings_nothing():
    assert alarms.current() == []


def test_a_refused_training_had_no_informative_groups():
    TrainingRun.objects.create(pk=1, state="refused", message="Nothing was learned: all alike.")
    alarm = alarms.no_informative_groups(_facts())
    assert alarm is not None
    assert alarm.message == "Nothing was learned: all alike."


@pytest.mark.parametrize(("found", "rings"), [(0, True), (1, False)])
def test_a_training_without_one_informative_slate_rings(found, rings):
    _live(evaluation={"informative_slates": found})
    assert (alarms.no_informative_groups(_facts()) is not None) == rings


@pytest.mark.parametrize(("scores", "rings"), [((1.0, 1.0), True), ((1.0, 1.5), False)])
def test_a_ranker_that_scores_everything_alike_rings(scores, rings):
    tag = _live().tag
    _slate(scores=(1.0, 1.0), ranker=tag)
    _slate(scores=scores, ranker=tag)
    assert (alarms.one_distinct_score(_facts()) is not None) == rings


@pytest.mark.parametrize(("seen", "rings"), [(0, True), (1, False)])
def test_slates_that_nobody_is_told_to_have_seen_ring(settings, seen, rings):
    settings.RECOMMENDER = {**settings.RECOMMENDER, "ALARM_SLATES": 4}
    for _ in range(4):
        _slate(seen=seen)
    alarm = alarms.unseen(_facts())
    assert (alarm is not None) == rings
    if alarm:
        assert alarm.figure == 1.0
        assert alarm.message.startswith("100% of the swaps of the newest 4 slates")


@pytest.mark.parametrize(("days", "rings"), [(6, True), (8, False)])
def test_a_store_that_serves_few_slates_a_day_is_told_too(settings, days, rings):
    settings.RECOMMENDER = {**settings.RECOMMENDER, "ALARM_SLATES": 4}
    for at in range(4):
        slate = _slate()
        moment = timezone.now() - timedelta(days=days / 4 * (at + 1))
        Slate.objects.filter(pk=slate.pk).update(served_at=moment)
    assert (alarms.unseen(_facts()) is not None) == rings


def test_a_set_that_was_looked_at_as_a_whole_is_not_called_unseen(settings):
    settings.RECOMMENDER = {**settings.RECOMMENDER, "ALARM_SLATES": 4}
    for at in range(4):
        _slate(seen=2 if at == 0 else 0)
    assert alarms.unseen(_facts()) is None
    for _ in range(4):
        _slate(placement="cart_fit")
    assert alarms.unseen(_facts()) is None


@pytest.mark.parametrize(
    ("weights", "rings"),
    [
        (_weights(price_saving=91.0, recency=9.0), True),
        (_weights(price_saving=89.0, recency=11.0), False),
        (_weights(above=False, price_saving=50.0, recency=50.0), True),
    ],
)
def test_one_column_for_all_or_nothing_above_noise_rings(weights, rings):
    _live(weights=weights, weights_state="ready")
    assert (alarms.importance_collapsed(_facts()) is not None) == rings


def test_served_features_that_cannot_be_computed_again_ring():
    assert alarms.train_serve_skew(_facts()) is None
    _slate(features=np.zeros((2, len(NAMES))).tobytes())
    alarm = alarms.train_serve_skew(_facts())
    assert alarm is not None
    assert alarm.figure == 2 * len(NAMES)
    assert "check_skew" in alarm.message


@pytest.mark.parametrize(("purchases", "rings"), [(14, False), (15, True)])
def test_three_groups_of_purchases_without_a_training_ring(purchases, rings):
    Counter.objects.create(name="purchases", value=purchases)
    assert (alarms.stale_ranker(_facts()) is not None) == rings


@pytest.mark.parametrize(("days", "rings"), [(30, False), (31, True)])
def test_an_old_ranker_rings(days, rings):
    _live(trained_at=timezone.now() - timedelta(days=days, minutes=1))
    assert (alarms.stale_ranker(_facts()) is not None) == rings


@pytest.mark.parametrize(("generation", "rings"), [(0, True), (1, False)])
def test_a_process_that_did_not_follow_rings(generation, rings):
    _live()
    now = timezone.now()
    ServingProcess.objects.create(
        host="a", pid=1, role="web", generation=generation, since=now, seen_at=now
    )
    assert alarms.process_behind(_facts()) is None
    LedgerEntry.objects.update(at=now - timedelta(seconds=conf.current().alarm_lag_seconds + 1))
    assert (alarms.process_behind(_facts()) is not None) == rings


@pytest.mark.parametrize(("attempts", "rings"), [(4, False), (5, True)])
def test_a_training_that_broke_down_five_times_rings(attempts, rings):
    run = TrainingRun(pk=1, state="failed", attempts=attempts, bucket=3, message="killed")
    alarm = alarms.failed_training(replace(_facts(), run=run))
    assert (alarm is not None) == rings
    if alarm:
        assert alarm.message == "Bucket 3 broke down 5 times: killed"


def test_what_rings_is_told_in_status_metrics_on_the_page_and_in_the_admin(client, admin_client):
    Counter.objects.create(name="purchases", value=15)
    told = client.get("/api/model/status").json()["alarms"]
    assert [alarm["name"] for alarm in told] == ["stale_ranker"]
    metrics = client.get("/metrics").content.decode().splitlines()
    assert 'basketwise_alarm{name="stale_ranker"} 1' in metrics
    assert 'basketwise_alarm{name="unseen"} 0' in metrics
    assert told[0]["message"] in client.get("/model").content.decode()
    page = admin_client.get("/admin/recommender/livetag/").content.decode()
    assert told[0]["message"] in page


def test_it_is_looked_at_once_a_minute_and_asked_for_nothing(django_assert_num_queries):
    alarms.current()
    with django_assert_num_queries(0):
        alarms.current()
