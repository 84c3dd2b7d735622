"""What the loop says about itself: learned weights, status, the panel's sentence. All computed."""

from __future__ import annotations

from typing import Any

from recommender import alarms, conf, history, processes
from recommender.models import LiveTag, RankerVersion, TrainingRun
from tracking import log

FALLBACK_WEIGHTS = {"cf": 60, "semantic": 40}

KEY_FEATURES = {
    "cf_score": "cf_bpr_score",
    "semantic_similarity": "semantic_sim",
    "price_saving": "price_saving",
    "budget_pressure": "budget_pressure",
}
"""The four weights that the panel names, and the features they are the weights of."""

KEY_WORDS = {
    "cf_score": "CF",
    "semantic_similarity": "Semantic",
    "price_saving": "Price",
    "budget_pressure": "Budget",
}

WITHOUT_RANKER = "Combining 60% CF + 40% semantic similarity for best results"
WRITTEN_WEIGHTS = "Ordered by weights written by hand — what shoppers choose will replace them"
WITHOUT_FIGURES = "LightGBM ML Model Active — Ready to learn from user behavior"


def importance() -> dict[str, Any]:
    """The body of ``/api/model/feature-importance``, with a live ranker and without (DESIGN §6)."""
    live = LiveTag.objects.select_related("version").filter(pk=1).first()
    if live is None or live.version is None:
        return {
            "model_available": False,
            "reason": _why_no_ranker(),
            "fallback_weights": FALLBACK_WEIGHTS,
        }
    version = live.version
    info = dict(version.training_info)
    origins = info.pop("origins", {})
    weights = version.weights
    return {
        "model_available": True,
        "ranker": version.tag,
        "policy": version.policy,
        "key_weights": key_weights(weights),
        "basis": "held_out",
        "all_features": weights.get("all_features", {}),
        "held_out": weights.get("held_out", {}),
        "families": weights.get("families", {}),
        "gain": weights.get("gain", {}),
        "weights": version.weights_state,
        "origins": origins,
        "evaluation": version.evaluation,
        "training_info": {
            **info,
            "bucket": version.bucket,
            "trained_at": version.trained_at.isoformat(),
        },
    }


def key_weights(weights: dict[str, Any]) -> dict[str, float]:
    """The four weights of the panel's sentence, in percent; empty while there are no figures."""
    shares = weights.get("all_features")
    return {key: shares[name] for key, name in KEY_FEATURES.items()} if shares else {}


def weights_line(
    *,
    policy: str,
    weights_state: str,
    weights: dict[str, Any],
    training_info: dict[str, Any],
) -> str:
    """The sentence under the panel's title (DESIGN §5); empty when the cheapest come first.

    A weight of zero is left out, and no figures are claimed unless at least one of the four can be
    told from noise. Sessions that were not real visits are called what they were.
    """
    if policy == "cheapest":
        return "Ordered by price per unit"
    if policy == "blend":
        return WITHOUT_RANKER
    if policy == "hand_signed":
        return WRITTEN_WEIGHTS
    if weights_state != RankerVersion.Weights.READY:
        return WITHOUT_FIGURES
    held_out = weights.get("held_out", {})
    if not any(held_out.get(name, {}).get("above_noise") for name in KEY_FEATURES.values()):
        return WITHOUT_FIGURES
    # Half up, as people round: 8.5 is 9 %.
    percent = {key: int(weight + 0.5) for key, weight in key_weights(weights).items()}
    shown = [f"{KEY_WORDS[key]} {share}%" for key, share in percent.items() if share > 0]
    return f"ML-Optimized Weights: {', '.join(shown)} from {sessions(training_info)}"


def sessions(training_info: dict[str, Any]) -> str:
    """ "12 sessions", "200 simulated sessions" or "212 sessions (200 simulated)"."""
    count = int(training_info.get("sessions", 0))
    noun = "session" if count == 1 else "sessions"
    others = {
        origin: number
        for origin, number in training_info.get("session_origins", {}).items()
        if origin != "served" and number
    }
    if not others:
        return f"{count} {noun}"
    if sum(others.values()) == count and len(others) == 1:
        return f"{count} {next(iter(others))} {noun}"
    told = ", ".join(f"{number} {origin}" for origin, number in others.items())
    return f"{count} {noun} ({told})"


def status() -> dict[str, Any]:
    """The body of ``/api/model/status``: what serves, and what a training is doing."""
    live = LiveTag.objects.select_related("version").filter(pk=1).first()
    run = TrainingRun.objects.filter(pk=1).first() or TrainingRun()
    version = live.version if live else None
    purchases = log.purchases()
    every = conf.current().retrain_every
    return {
        "live_tag": version.tag if version else "",
        "policy": version.policy if version else "blend",
        "generation": live.generation if live else 0,
        "pinned": bool(live and live.pinned),
        "processes": processes.told(),
        "alarms": [{"name": a.name, "message": a.message} for a in alarms.current()],
        "weights": version.weights_state if version else "",
        "moved": history.moved(version.tag) if version else "",
        "purchases": purchases,
        "purchases_until_training": every - purchases % every,
        "training": {
            "state": run.state,
            "message": run.message,
            "bucket": run.bucket,
            "started_at": run.started_at.isoformat() if run.started_at else None,
            "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        },
    }


def _why_no_ranker() -> str:
    run = TrainingRun.objects.filter(pk=1).first()
    if run is not None and run.message:
        return run.message
    return "No ranker has been trained yet."
