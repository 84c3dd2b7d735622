"""What the loop says about itself: learned weights and status. All computed."""

from __future__ import annotations

from typing import Any

from recommender import alarms, conf, history
from recommender.models import LedgerEntry, LiveTag, RankerVersion, TrainingRun
from recommender.ranking.features.schema import fingerprint
from recommender.serving import processes, weights_line
from tracking import log

FALLBACK_WEIGHTS = {"cf": 60, "semantic": 40}


def importance() -> dict[str, Any]:
    """The body of ``/api/model/feature-importance``, with a live ranker and without (DESIGN §6)."""
    live = LiveTag.objects.select_related("version").filter(pk=1).first()
    if live is None or live.version is None:
        return _without_ranker(_why_no_ranker())
    version = live.version
    if not _fits(version):
        return _without_ranker(
            f"{version.tag} was trained on other features than this store computes now. "
            "The blend serves until a ranker that was trained on them passes the gate."
        )
    info = dict(version.training_info)
    origins = info.pop("origins", {})
    weights = version.weights
    return {
        "model_available": True,
        "ranker": version.tag,
        "policy": version.policy,
        "key_weights": weights_line.key_weights(weights),
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


def status() -> dict[str, Any]:
    """The body of ``/api/model/status``: what serves, and what a training is doing."""
    live = LiveTag.objects.select_related("version").filter(pk=1).first()
    run = TrainingRun.objects.filter(pk=1).first() or TrainingRun()
    version = live.version if live else None
    purchases = log.purchases()
    every = conf.current().retrain_every
    return {
        "live_tag": version.tag if version else "",
        "policy": version.policy if version and _fits(version) else "blend",
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
            "given_up": run.given_up,
        },
    }


def _fits(version: RankerVersion) -> bool:
    """False after a release with other features: every process refuses to load it."""
    return version.fingerprint == fingerprint()


def _without_ranker(reason: str) -> dict[str, Any]:
    return {"model_available": False, "reason": reason, "fallback_weights": FALLBACK_WEIGHTS}


def _why_no_ranker() -> str:
    """How the newest training ended, or that the last ranker was taken back since."""
    run = TrainingRun.objects.filter(pk=1).first()
    back = LedgerEntry.objects.filter(action=LedgerEntry.Action.ROLLED_BACK).first()
    if back is not None and not (run and run.message and run.ended_at and run.ended_at > back.at):
        return back.why
    if run is not None and run.message:
        return run.message
    return "No ranker has been trained yet."
