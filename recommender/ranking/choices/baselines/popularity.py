"""What was bought most of late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from recommender.ranking.choices.asked_rows import AskedRows
from recommender.ranking.choices.history import History
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.choices.tally import Tally
from recommender.ranking.query import Floats


class Popularity:
    """Purchases of the last weeks in the household's store, and a part of the whole chain's.

    A setting has ``weeks`` and ``chain``, what a purchase elsewhere counts; 1 makes all stores one.
    """

    name: ClassVar[str] = "popularity"
    settings: ClassVar[tuple[dict[str, Any], ...]] = tuple(
        {"weeks": weeks, "chain": chain} for weeks in (4, 8, 26) for chain in (0.0, 0.02, 0.1, 1.0)
    )

    def __init__(self, history: History) -> None:
        self._history = history
        self._products = len(history.shelf.product_id)
        self._chain = Tally(history.product)
        self._store = Tally(history.store * self._products + history.product)

    def scores(self, replayed: Replayed, settings: Sequence[dict[str, Any]]) -> list[Floats]:
        """Weighted purchases of each candidate, shape (rows,), per setting."""
        rows = AskedRows.of(self._history, replayed)
        return [self._score(rows, setting) for setting in settings]

    def _score(self, rows: AskedRows, setting: dict[str, Any]) -> Floats:
        end = np.searchsorted(self._history.week, rows.week)
        begin = np.searchsorted(self._history.week, rows.week - setting["weeks"])
        own = rows.store * self._products + rows.candidate
        here = self._store.before(end, own) - self._store.before(begin, own)
        all_stores = self._chain.before(end, rows.candidate)
        all_stores -= self._chain.before(begin, rows.candidate)
        return np.asarray(here + setting["chain"] * (all_stores - here))
