"""What this household buys most often, and among the rest what all do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np

from recommender.ranking.choices.asked_rows import AskedRows
from recommender.ranking.choices.baselines.popularity import Popularity
from recommender.ranking.choices.history import History
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.choices.tally import Tally
from recommender.ranking.query import Floats

WEEK = 7 * 86_400.0
LASTING = (None, 26, 13, 6)
MIXED = (0.1, 0.3, 1.0, 3.0, 10.0)
POPULAR: dict[str, Any] = {"weeks": 8, "chain": 0.1}


class Frequency:
    """Own purchases of the product over the whole history + ``popular`` x its share of all's.

    A setting has ``half_life``, the weeks after which a purchase counts half (None: always one),
    and ``popular``, how many own purchases the whole of the candidates' popularity is worth.
    """

    name: ClassVar[str] = "household frequency + popularity"
    settings: ClassVar[tuple[dict[str, Any], ...]] = tuple(
        {"half_life": half_life, "popular": popular} for half_life in LASTING for popular in MIXED
    )

    def __init__(self, history: History, popularity: Popularity) -> None:
        self._history = history
        self._popularity = popularity
        self._products = len(history.shelf.product_id)

    def scores(self, replayed: Replayed, settings: Sequence[dict[str, Any]]) -> list[Floats]:
        """Decayed purchases and their share of popularity, shape (rows,), per setting."""
        rows = AskedRows.of(self._history, replayed)
        now = np.repeat(self._history.time[replayed.asked.purchase], replayed.groups)
        units = self._popularity.scores(replayed, [POPULAR])[0] + 1.0
        share = units / np.bincount(rows.group, weights=units)[rows.group]
        own = {
            lasting: self._own(rows, now, lasting) for lasting in {s["half_life"] for s in settings}
        }
        return [np.asarray(own[s["half_life"]] + s["popular"] * share) for s in settings]

    def _own(self, rows: AskedRows, now: Floats, half_life: float | None) -> Floats:
        key = self._history.household * self._products + self._history.product
        tally = Tally(key, self._growth(self._history.time, half_life))
        so_far = tally.before(rows.known, rows.household * self._products + rows.candidate)
        return np.asarray(so_far / self._growth(now, half_life))

    def _growth(self, time: Floats, half_life: float | None) -> Floats:
        """What a purchase counts grows with its time; divided by the growth until now it decays."""
        if half_life is None:
            return np.ones(len(time))
        return np.asarray(np.exp2((time - self._history.time[0]) / (half_life * WEEK)))
