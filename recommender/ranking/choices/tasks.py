"""Three questions about the same choice, and which candidates can be an answer to each.

switch  what does a household take instead of the anchor?   the anchor is no candidate
all     what does it take of this type?                     every candidate
novel   which product does it take for the first time?      what it bought before is no candidate
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.ranking.choices.history import History
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.features.schema import column
from recommender.ranking.query import Flags, Floats, Ints

TASKS = ("switch", "all", "novel")


@dataclass(frozen=True)
class Task:
    """Which ``queries`` (groups,) of a ``Replayed`` are asked, and which ``rows`` can answer."""

    queries: Flags
    rows: Flags
    labels: Ints
    groups: Ints

    def of(self, scores: Floats) -> Floats:
        """The scores of those rows, out of those of all."""
        return scores[self.rows]


def task(replayed: Replayed, history: History, name: str) -> Task:
    """The queries of the task with the candidates that can answer it, two at least."""
    asked = replayed.asked
    group = np.repeat(np.arange(len(asked)), replayed.groups)
    if name == "switch":
        chosen = history.product[asked.purchase] != asked.anchor
        rows = replayed.candidate != asked.anchor[group]
    elif name == "novel":
        chosen = asked.novel
        rows = np.isnan(replayed.features[:, column("recency")])
    elif name == "all":
        chosen = np.ones(len(asked), dtype=bool)
        rows = np.ones(len(group), dtype=bool)
    else:
        raise ValueError(f"{name!r} is no task; known are {', '.join(TASKS)}")
    queries = chosen & (np.bincount(group[rows], minlength=len(asked)) >= 2)
    rows = rows & queries[group]
    groups = np.bincount(group[rows], minlength=len(asked))[queries]
    return Task(queries, rows, replayed.labels[rows], groups)
