"""The fewest-regret set of swaps that brings a cart back to its budget, found exactly.

The regret of a swap is its place in the ranker's order of all swaps, so that only the order counts:
that is all a ranker trained on pairs and lists promises of its scores. Every swap costs some
regret, so none is made that is not needed.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from recommender.ranking.query import Floats, Ints


def regrets(scores: Floats) -> Ints:
    """Twice the place of each score, best first; equal ones share their mean place. Shape (n,)."""
    places: Ints = (2 * rankdata(-scores, method="average")).astype(np.int64)
    return places


def fewest_regret(*, anchors: Ints, savings: Ints, regrets: Ints, need: int) -> Ints:
    """Rows of the swaps to make, ascending: at most one per anchor, saving ``need`` or more.

    Of all such sets the one with the least sum of ``regrets``, and among equals the one that saves
    most. Where no set saves ``need``: the set that saves most, with the least regret. All arrays
    have shape (n,); savings and regrets are whole and above zero. ``need`` of 0 or less: no rows.

    A multiple-choice knapsack, solved anchor by anchor: of the sets so far only those are kept
    that no other beats in both saving and regret, that can still save enough, and of those that do
    only the first. That loses no best answer.
    """
    most_saving = _most_saving(anchors, savings, regrets)
    left = int(savings[most_saving].sum())
    if 0 < left <= need:
        return most_saving
    of_each = [np.flatnonzero(anchors == anchor) for anchor in np.unique(anchors)]
    # The best bargains first: soon few sets are left that can still win.
    of_each.sort(key=lambda rows: (regrets[rows] / savings[rows]).min())
    saved, cost = np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64)
    steps: list[tuple[Ints, Ints]] = []
    for rows in of_each if need > 0 else ():
        left -= int(savings[rows].max())
        choices = np.concatenate([[-1], rows])
        all_saved = (saved[:, None] + np.concatenate([[0], savings[rows]])).ravel()
        all_cost = (cost[:, None] + np.concatenate([[0], regrets[rows]])).ravel()
        by_cost = np.lexsort((-all_saved, all_cost))
        most = np.maximum.accumulate(all_saved[by_cost])
        unbeaten = by_cost[np.concatenate([[True], most[1:] > most[:-1]])]
        # They are in the order of what they save; what comes after would only be regretted more.
        can, does = np.searchsorted(all_saved[unbeaten], [need - left, need])
        unbeaten = unbeaten[can : does + 1]
        steps.append((unbeaten // len(choices), choices[unbeaten % len(choices)]))
        saved, cost = all_saved[unbeaten], all_cost[unbeaten]
    enough = np.flatnonzero(saved >= need)
    at = int(enough[0]) if len(enough) else len(saved) - 1
    taken: list[int] = []
    for parents, chosen in reversed(steps):
        if chosen[at] >= 0:
            taken.append(int(chosen[at]))
        at = int(parents[at])
    return np.sort(np.asarray(taken, dtype=np.int64))


def _most_saving(anchors: Ints, savings: Ints, regrets: Ints) -> Ints:
    """The row of each anchor that saves most, of equal ones the least regretted; ascending."""
    best_first = np.lexsort((regrets, -savings, anchors))
    of_each = np.unique(anchors[best_first], return_index=True)[1]
    rows: Ints = np.sort(best_first[of_each])
    return rows
