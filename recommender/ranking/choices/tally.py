"""How often something was bought before a row of the history, for many questions at once."""

from __future__ import annotations

import numpy as np

from recommender.ranking.query import Floats, Ints


class Tally:
    """Sums over purchases by key, as of any row of the history.

    ``key`` (purchases,) says what is counted together; ``weight`` (purchases,) what a purchase
    counts, 1 unless given.
    """

    def __init__(self, key: Ints, weight: Floats | None = None) -> None:
        self._keys, code = np.unique(key, return_inverse=True)
        self._rows = len(key) + 1
        order = np.argsort(code, kind="stable")
        self._sorted = code[order] * self._rows + order
        counts = np.ones(len(key)) if weight is None else weight
        self._sum = np.concatenate([[0.0], np.cumsum(counts[order])])

    def before(self, row: Ints, key: Ints) -> Floats:
        """What purchases of ``key`` in rows earlier than ``row`` add up to; parallel arrays."""
        code = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
        first = np.searchsorted(self._sorted, code * self._rows)
        end = np.searchsorted(self._sorted, code * self._rows + row)
        return np.where(self._keys[code] == key, self._sum[end] - self._sum[first], 0.0)
