"""Which setting of a baseline does best at a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from recommender.ranking.choices.replay import Replayed
from recommender.ranking.choices.tasks import Task
from recommender.ranking.metrics import ndcg
from recommender.ranking.query import Floats


class Baseline(Protocol):
    """See the package."""

    @property
    def name(self) -> str: ...

    @property
    def settings(self) -> Sequence[dict[str, Any]]: ...

    def scores(self, replayed: Replayed, settings: Sequence[dict[str, Any]]) -> list[Floats]: ...


def tune(
    baseline: Baseline, replayed: Replayed, tasks: Mapping[str, Task], *, k: int
) -> dict[str, dict[str, Any]]:
    """The first of the settings with the highest NDCG@k on these queries, by task.

    A task without a query takes the first.
    """
    scored = baseline.scores(replayed, baseline.settings)
    best = {}
    for name, task in tasks.items():
        quality = [np.sum(ndcg(task.labels, task.of(s), task.groups, k=k)) for s in scored]
        best[name] = baseline.settings[int(np.argmax(quality))]
    return best


def apply(
    baseline: Baseline, replayed: Replayed, chosen: Mapping[str, dict[str, Any]]
) -> dict[str, Floats]:
    """The scores of all rows by task, each in its ``chosen`` setting."""
    distinct = [s for at, s in enumerate(chosen.values()) if s not in list(chosen.values())[:at]]
    scored = baseline.scores(replayed, distinct)
    return {name: scored[distinct.index(setting)] for name, setting in chosen.items()}
