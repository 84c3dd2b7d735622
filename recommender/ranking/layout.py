"""Rows that lie slate by slate, and their order within each slate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.ranking.query import Floats, Ints


@dataclass(frozen=True)
class Layout:
    """For each length that slates have, the rows of those slates, shape (slates, length)."""

    tables: tuple[Ints, ...]
    rows: int

    @classmethod
    def of(cls, groups: Ints) -> Layout:
        """Of adjacent groups of these sizes."""
        groups = np.asarray(groups)
        start = np.cumsum(groups) - groups
        tables = [start[groups == length, None] + np.arange(length) for length in np.unique(groups)]
        return cls(tuple(tables), int(groups.sum()))

    def sorted_by(self, key: Floats) -> Ints:
        """Row numbers, each slate's sorted by ``key`` (rows,); of equals the earlier row first."""
        order = np.empty(self.rows, dtype=np.int64)
        for table in self.tables:
            # Many short sorts are far cheaper than one of all rows.
            own = np.argsort(key[table], axis=1, kind="stable")
            order[table] = np.take_along_axis(table, own, axis=1)
        return order


def check_groups(rows: int, groups: Ints) -> None:
    """Raises ValueError unless the group sizes are positive and add up to ``rows``."""
    if np.any(np.asarray(groups) <= 0) or int(np.sum(groups)) != rows:
        raise ValueError(f"group sizes must be positive and add up to {rows} rows")
