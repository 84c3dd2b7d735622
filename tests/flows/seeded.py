"""A store whose log already holds what a ranker can learn; filled in a process of its own."""

from __future__ import annotations

from datetime import UTC, timedelta

import numpy as np
from django.utils import timezone

from recommender.learning import partitions
from recommender.ranking.features.schema import NAMES, column, fingerprint
from tests.recommender import market
from tracking import record
from tracking.record import Draft

SIZE = 5


def shelf() -> None:
    """Eight coffees, from nine dollars down to two."""
    market.coffees(*[f"{price}.00" for price in range(9, 1, -1)])


def slates(follows: str, days: int, number: int = 60) -> None:
    """``number`` simulated slates, served until ``days`` ago, whose looks follow these columns.

    "nothing" is a log whose looks follow nothing: no challenger that learns from it is better.
    """
    rng = np.random.default_rng(days)
    features = rng.normal(size=(number, SIZE, len(NAMES)))
    appeal = rng.normal(size=(number, SIZE))
    if follows != "nothing":
        wanted = [column(name) for name in follows.split()]
        appeal = features[:, :, wanted].sum(axis=2) + 0.1 * appeal
    labels = np.argsort(np.argsort(-appeal, axis=1), axis=1) < 2
    now = timezone.now()
    moments = [now - timedelta(days=days, hours=at) for at in range(number)]
    for at, served_at in enumerate(moments):
        _slate(features[at].tobytes(), labels[at].tolist(), served_at)
    # An earlier training may have read these days as they were.
    partitions.reopen({served_at.astimezone(UTC).date() for served_at in moments})


def _slate(features: bytes, looked_at: list[bool], served_at) -> None:
    caller = record.start_simulated_session(member_id=None, persona="", started_at=served_at)
    items = [
        {"position": at, "product": at, "anchor": 1, "propensity": 1.0} for at in range(1, SIZE + 1)
    ]
    qid = record.slate(
        caller,
        placement="cart_panel",
        policy="blend",
        items=items,
        state_key="",
        served_at=served_at,
        features=features,
        fingerprint=fingerprint(),
    )
    record.events(
        caller,
        [
            Draft("view" if looked else "impression", at, qid, at, served_at)
            for at, looked in enumerate(looked_at, start=1)
        ],
        server_side=True,
    )
