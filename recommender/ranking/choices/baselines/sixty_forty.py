"""The rule of the brief, 60 % collaborative and 40 % semantic, at its strongest."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, get_args

import numpy as np

from recommender.ranking.blend import Blend, Scaling
from recommender.ranking.choices.history import History
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.features.schema import column
from recommender.ranking.features.taste import cf_bpr_score
from recommender.ranking.query import Floats, Query, State, Swaps, Taste, Vectors

BPR: tuple[dict[str, Any], ...] = (
    {"factors": 64, "iterations": 30, "learning_rate": 0.05},
    {"factors": 64, "iterations": 60, "learning_rate": 0.02},
    {"factors": 32, "iterations": 30, "learning_rate": 0.05, "regularization": 0.05},
)
"""What the blend's BPR is tuned over; the features come from the first."""


EMPTY_CART = Query(
    served_at=datetime(1970, 1, 1, tzinfo=UTC),
    placement="history",
    cart_products=np.empty(0, dtype=np.int64),
    cart_quantities=np.empty(0, dtype=np.int64),
    total_cents=0,
    budget_cents=None,
)


class SixtyForty:
    """The blend over its scaling within the slate and over the settings of its BPR.

    ``vectors`` gives a function from week to vectors for each of ``BPR``.
    """

    name: ClassVar[str] = "60/40 blend, tuned"
    settings: ClassVar[tuple[dict[str, Any], ...]] = tuple(
        {**bpr, "scaling": scaling} for bpr in BPR for scaling in get_args(Scaling)
    )

    def __init__(self, history: History, vectors: Sequence[Callable[[int], Vectors]]) -> None:
        self._history, self._vectors = history, vectors

    def scores(self, replayed: Replayed, settings: Sequence[dict[str, Any]]) -> list[Floats]:
        """The blend's score, shape (rows,), per setting."""
        found: list[Floats] = []
        features: dict[int, Floats] = {}
        for setting in settings:
            at = next(
                n for n, bpr in enumerate(BPR) if {**bpr, "scaling": setting["scaling"]} == setting
            )
            if at not in features:
                features[at] = replayed.features.copy()
                features[at][:, column("cf_bpr_score")] = self._affinity(replayed, at)
            found.append(Blend(setting["scaling"]).score(features[at], replayed.groups))
        return found

    def _affinity(self, replayed: Replayed, at: int) -> Floats:
        """The feature cf_bpr_score as this setting of BPR gives it, shape (rows,)."""
        history, asked = self._history, replayed.asked
        parts = []
        ends = np.cumsum(replayed.groups)
        for number, (purchase, end) in enumerate(zip(asked.purchase, ends, strict=True)):
            rows = replayed.candidate[end - replayed.groups[number] : end]
            anchor = np.full(len(rows), asked.anchor[number])
            state = State(
                history.shelf,
                self._vectors[at](int(history.week[purchase])),
                Taste(int(history.household[purchase]), beta_u=0.5, intent=0.5),
            )
            parts.append(cf_bpr_score(EMPTY_CART, Swaps(anchor, rows, *[rows] * 3), state))
        return np.concatenate(parts) if parts else np.empty(0)
