"""Pairs of rows of one slate that a label tells apart."""

from __future__ import annotations

import numpy as np

from recommender.ranking.layout import check_groups
from recommender.ranking.metrics import GAINS
from recommender.ranking.query import Floats, Ints


def informative(labels: Ints, groups: Ints) -> np.ndarray:
    """Which groups hold at least two different labels, shape (groups,)."""
    check_groups(len(labels), groups)
    start = np.cumsum(groups) - groups
    highest = np.maximum.reduceat(labels, start)
    return np.asarray(highest > np.minimum.reduceat(labels, start))


def preference_pairs(labels: Ints, groups: Ints) -> tuple[Ints, Ints, Floats]:
    """(better row, worse row, weight) of every pair within a group whose labels differ.

    The weight is the gap of gains divided by the group's number of pairs, so that every slate has
    the same say whatever its length.
    """
    check_groups(len(labels), groups)
    gain = np.asarray(GAINS, dtype=np.float64)[labels]
    better, worse, weight = [], [], []
    start = 0
    for size in np.asarray(groups).tolist():
        own = gain[start : start + size]
        high, low = np.nonzero(own[:, None] > own[None, :])
        if len(high):
            better.append(high + start)
            worse.append(low + start)
            weight.append((own[high] - own[low]) / len(high))
        start += size
    if not better:
        empty = np.empty(0, dtype=np.int64)
        return empty, empty, np.empty(0)
    return np.concatenate(better), np.concatenate(worse), np.concatenate(weight)
