from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from recommender import explain, steering
from recommender.models import RankerVersion, TrainingRun
from recommender.serving import weights_line
from tests.recommender import market
from tracking.models import Counter

pytestmark = pytest.mark.django_db

SHARES = {
    "cf_bpr_score": 10.3,
    "semantic_sim": 7.3,
    "price_saving": 8.5,
    "budget_pressure": 0.0,
    "recency": 73.9,
}
ABOVE = {name: {"above_noise": name == "price_saving"} for name in SHARES}
WEIGHTS = {"all_features": SHARES, "held_out": ABOVE, "families": {}, "gain": {}}


def _line(**changed) -> str:
    facts = {
        "policy": "ltr",
        "weights_state": "ready",
        "weights": WEIGHTS,
        "training_info": {"sessions": 12, "session_origins": {"served": 12}},
        **changed,
    }
    return weights_line.sentence(**facts)


def test_without_a_ranker_the_fallbacks_weights_and_the_reason_are_told():
    assert explain.importance() == {
        "model_available": False,
        "reason": "No ranker has been trained yet.",
        "fallback_weights": {"cf": 60, "semantic": 40},
    }


def test_the_reason_for_no_ranker_is_how_the_last_training_ended():
    TrainingRun.objects.create(pk=1, state="refused", message="Nothing was learned: so it was.")
    assert explain.importance()["reason"] == "Nothing was learned: so it was."


def test_after_a_roll_back_to_the_blend_the_reason_is_not_that_the_ranker_is_live():
    live = market.put_live(market.ranker(price_saving=1.0))
    ended = timezone.now()
    TrainingRun.objects.update_or_create(
        pk=1, defaults={"message": f"{live.tag} is live.", "ended_at": ended}
    )
    steering.roll_back(live, by="ann", why="it sold less", now=ended + timedelta(hours=1))
    assert explain.importance()["reason"] == f"{live.tag} was taken back: it sold less"
    TrainingRun.objects.update(message="The gate kept it.", ended_at=ended + timedelta(hours=2))
    assert explain.importance()["reason"] == "The gate kept it."


def test_a_ranker_of_other_features_serves_nowhere_and_claims_no_weights(client):
    live = market.put_live(market.ranker(price_saving=1.0))
    RankerVersion.objects.update(fingerprint="of an earlier release", weights_state="ready")
    body = explain.importance()
    assert (body["model_available"], set(body)) == (
        False,
        {"model_available", "reason", "fallback_weights"},
    )
    assert f"{live.tag} was trained on other features" in body["reason"]
    assert explain.status()["policy"] == "blend"
    page = client.get("/model").content.decode()
    assert "was trained on other features" in page
    assert "Learned weights" not in page


def test_the_body_names_every_weight_with_its_ranker():
    version = market.put_live(market.ranker(price_saving=1.0))
    RankerVersion.objects.update(
        weights=WEIGHTS,
        weights_state="ready",
        evaluation={"slates": 40},
        training_info={"samples": 1000, "sessions": 200, "origins": {"simulated": 200}},
    )
    body = explain.importance()
    assert body["key_weights"] == {
        "cf_score": 10.3,
        "semantic_similarity": 7.3,
        "price_saving": 8.5,
        "budget_pressure": 0.0,
    }
    assert (body["ranker"], body["policy"], body["weights"]) == (version.tag, "linear", "ready")
    assert body["basis"] == "held_out"
    assert body["origins"] == {"simulated": 200}
    assert body["evaluation"] == {"slates": 40}
    assert body["training_info"]["samples"] == 1000
    assert body["training_info"]["bucket"] == 0
    assert body["training_info"]["trained_at"] == version.trained_at.isoformat()


def test_until_they_are_measured_the_weights_are_computing():
    market.put_live(market.ranker(price_saving=1.0))
    body = explain.importance()
    assert (body["weights"], body["key_weights"]) == ("computing", {})


def test_the_line_has_the_same_numbers_and_leaves_zeros_out():
    assert _line() == "ML-Optimized Weights: CF 10%, Semantic 7%, Price 9% from 12 sessions"


@pytest.mark.parametrize(
    ("changed", "line"),
    [
        ({"policy": "blend"}, "Combining 60% CF + 40% semantic similarity for best results"),
        (
            {"weights_state": "computing"},
            "LightGBM ML Model Active — Ready to learn from user behavior",
        ),
        (
            {"weights_state": "computing", "policy": "linear"},
            "LightGBM ML Model Active — Ready to learn from user behavior",
        ),
        (
            {"weights": {**WEIGHTS, "held_out": {}}},
            "LightGBM ML Model Active — Ready to learn from user behavior",
        ),
    ],
)
def test_no_figure_is_claimed_that_is_not_there(changed, line):
    assert _line(**changed) == line


@pytest.mark.parametrize(
    ("origins", "words"),
    [
        ({"served": 1}, "1 session"),
        ({"simulated": 200}, "200 simulated sessions"),
        ({"served": 12, "simulated": 200}, "212 sessions (200 simulated)"),
    ],
)
def test_simulated_sessions_are_called_simulated(origins, words):
    info = {"sessions": sum(origins.values()), "session_origins": origins}
    assert weights_line.sessions(info) == words


def test_status_counts_down_to_the_next_training():
    Counter.objects.create(name="purchases", value=7)
    status = explain.status()
    assert (status["purchases"], status["purchases_until_training"]) == (7, 3)
    assert (status["live_tag"], status["policy"], status["generation"]) == ("", "blend", 0)
    assert status["training"]["state"] == "idle"


def test_the_status_answers_304_until_something_changes(client):
    first = client.get("/api/model/status")
    same = client.get("/api/model/status", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, same.status_code, same.content) == (200, 304, b"")
    Counter.objects.create(name="purchases", value=1)
    other = client.get("/api/model/status", headers={"If-None-Match": first.headers["ETag"]})
    assert (other.status_code, other.json()["purchases"]) == (200, 1)


def test_the_api_says_what_the_functions_say(client):
    market.put_live(market.ranker(price_saving=1.0))
    assert client.get("/api/model/feature-importance").json() == explain.importance()
    assert client.get("/api/model/status").json() == explain.status()


def test_health_tells_a_ranker_that_cannot_be_loaded(client, tmp_path):
    assert client.get("/health/live").json() == {"live": True}
    market.put_live(market.ranker(price_saving=1.0))
    assert client.get("/health/ready").json()["ranker"]["generation"] == 1
    version = market.put_live(market.ranker(price_saving=2.0))
    (tmp_path / "rankers" / f"{version.sha256}.txt").write_text("damaged")
    body = client.get("/health/ready").json()
    assert body["ready"] is True
    assert (body["ranker"]["generation"], body["ranker"]["wanted_generation"]) == (1, 2)
    assert "could not be loaded" in body["ranker"]["problem"]


def test_metrics_are_gauges(client):
    Counter.objects.create(name="purchases", value=5)
    lines = client.get("/metrics").content.decode().splitlines()
    assert "basketwise_purchases 5" in lines
    assert "basketwise_bucket_due 1" in lines
