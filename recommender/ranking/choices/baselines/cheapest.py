"""What costs least."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from recommender.ranking.choices.replay import Replayed
from recommender.ranking.query import Floats


class Cheapest:
    """The lowest price per base unit; where the amount is unknown, the price stands for it."""

    name: ClassVar[str] = "cheapest per unit"
    settings: ClassVar[tuple[dict[str, Any], ...]] = ({},)

    def scores(self, replayed: Replayed, settings: Sequence[dict[str, Any]]) -> list[Floats]:
        """The price with its sign turned, shape (rows,), per setting."""
        return [np.asarray(-replayed.unit_price) for _ in settings]
