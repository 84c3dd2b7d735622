"""A store whose log already holds what a ranker can learn; filled in a process of its own."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from recommender.ranking.features.schema import NAMES, fingerprint
from tests.recommender import market
from tracking import record
from tracking.record import Draft

SLATES, SIZE = 60, 5


def fill() -> None:
    """Eight coffees, and 60 simulated slates whose looks follow the saving."""
    market.coffees(*[f"{price}.00" for price in range(9, 1, -1)])
    judged = market.judged(SLATES, noise=0.1)
    features = judged.rows[list(NAMES)].to_numpy().reshape(SLATES, SIZE, -1)
    labels = judged.labels.reshape(SLATES, SIZE)
    now = timezone.now()
    for at in range(SLATES):
        _slate(features[at].tobytes(), labels[at].tolist(), now - timedelta(days=20, hours=at))


def _slate(features: bytes, labels: list[int], served_at) -> None:
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
            Draft("view" if label else "impression", at, qid, at, served_at)
            for at, label in enumerate(labels, start=1)
        ],
        server_side=True,
    )
