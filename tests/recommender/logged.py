"""Slates in the log at moments of the test's own choosing, and what was done with them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import numpy as np

from recommender.ranking.features.schema import NAMES, fingerprint
from tracking import record
from tracking.record import Draft
from tracking.visitor import Caller


def slate(
    caller: Caller,
    served_at: datetime,
    *,
    size: int = 3,
    viewed: tuple[int, ...] = (1,),
    bought: bool = True,
) -> UUID:
    """A slate of ``size`` products 11, 12, …, all of them seen; an order makes it mature.

    The feature at row r, column c is 100 r + c.
    """
    values = np.arange(size)[:, None] * 100.0 + np.arange(len(NAMES))
    places = range(1, size + 1)
    qid = record.slate(
        caller,
        placement="cart_panel",
        policy="blend",
        items=[
            {"position": at, "product": 10 + at, "anchor": 1, "propensity": 1.0} for at in places
        ],
        state_key="",
        served_at=served_at,
        features=values.tobytes(),
        fingerprint=fingerprint(),
    )
    seen = [Draft("impression", 10 + at, qid, at, served_at) for at in places]
    looks = [Draft("view", 10 + at, qid, at, served_at) for at in viewed]
    orders = [Draft("purchase", 1, occurred_at=served_at)] if bought else []
    record.events(caller, seen + looks, server_side=False)
    record.events(caller, orders, server_side=True)
    return qid
