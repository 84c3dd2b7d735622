"""The ledger's writing side: first the artifact's file, then the row that names it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from recommender import files
from recommender.models import RankerVersion


@dataclass(frozen=True)
class Trained:
    """What a training run hands over; ``artifact`` is the file as it will be loaded."""

    policy: str
    artifact: bytes
    fingerprint: str
    golden: dict[str, Any]
    training_info: dict[str, Any]
    evaluation: dict[str, Any]
    verdict: dict[str, Any]
    manifest: dict[str, Any]


def register(trained: Trained, *, bucket: int, fence: int, now: datetime) -> RankerVersion:
    """Write the artifact as ``<sha256>.txt``, then its row as a challenger.

    A crash in between leaves a file without a row, which nothing ever loads.
    """
    digest = hashlib.sha256(trained.artifact).hexdigest()
    files.write("rankers", f"{digest}.txt", trained.artifact)
    return RankerVersion.objects.create(
        tag=f"{trained.policy}-{now:%Y%m%d-%H%M%S}-{fence}-{digest[:8]}",
        policy=trained.policy,
        fingerprint=trained.fingerprint,
        sha256=digest,
        size=len(trained.artifact),
        golden=trained.golden,
        bucket=bucket,
        fence=fence,
        manifest=trained.manifest,
        training_info=trained.training_info,
        evaluation=trained.evaluation,
        verdict=trained.verdict,
        trained_at=now,
    )
