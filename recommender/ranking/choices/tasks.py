"""Three questions about the same choice, and which candidates can be an answer to each.

switch  what does a household take instead of the anchor?   the anchor is no candidate
all     what does it take of this type?                     every candidate
novel   which product does it take for the first time?      what it bought before is no candidate
"""

from __future__ import annotations

import numpy as np

from recommender.ranking.choices.history import History
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.features.schema import column

TASKS = ("switch", "all", "novel")


def view(replayed: Replayed, history: History, task: str) -> Replayed:
    """The queries of ``task`` with the candidates that can answer it, two at least."""
    asked = replayed.asked
    group = np.repeat(np.arange(len(asked)), replayed.groups)
    if task == "switch":
        chosen = history.product[asked.purchase] != asked.anchor
        rows = replayed.candidate != asked.anchor[group]
    elif task == "novel":
        chosen = asked.novel
        rows = np.isnan(replayed.features[:, column("recency")])
    elif task == "all":
        chosen = np.ones(len(asked), dtype=bool)
        rows = np.ones(len(group), dtype=bool)
    else:
        raise ValueError(f"{task!r} is no task; known are {', '.join(TASKS)}")
    choice = np.bincount(group[rows], minlength=len(asked)) >= 2
    return replayed.take(chosen & choice, rows)
