"""Every method's quality on the test weeks, paired by household."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from recommender.ranking.choices.prepared import Prepared
from recommender.ranking.metrics import bootstrap_mean, ndcg, paired_difference, paired_ratio
from recommender.ranking.query import Floats, Ints

K = 10
BLEND = "60/40 blend, tuned"


@dataclass(frozen=True)
class Outcome:
    """One task: per method and test query NDCG@10 and whether place 1 was bought; who asked."""

    ndcg: dict[str, Floats]
    first: dict[str, Floats]
    shoppers: Ints
    candidates: float


def compare(prepared: Prepared, scores: Mapping[str, Mapping[str, Floats]]) -> dict[str, Outcome]:
    """``scores`` by method and task, each over all rows of the test weeks."""
    outcomes = {}
    for name, task in prepared.tasks(prepared.test).items():
        own = {method: task.of(by_task[name]) for method, by_task in scores.items()}
        outcomes[name] = Outcome(
            {method: ndcg(task.labels, s, task.groups, k=K) for method, s in own.items()},
            {method: ndcg(task.labels, s, task.groups, k=1) for method, s in own.items()},
            prepared.shoppers[task.queries],
            len(task.labels) / max(len(task.groups), 1),
        )
    return outcomes


def summary(
    outcomes: Mapping[str, Outcome], facts: dict[str, Any], *, ours: str, seed: int = 0
) -> dict[str, Any]:
    """Means with 95 % intervals by method and task; the lead of ``ours`` over every other method,
    and how many times the tuned blend it is."""
    figures: dict[str, Any] = {
        "facts": {
            **facts,
            "ours": ours,
            "test_queries": {task: len(o.shoppers) for task, o in outcomes.items()},
            "candidates": {task: round(o.candidates, 1) for task, o in outcomes.items()},
        },
        "ndcg_at_10": {},
        "hit_rate_at_1": {},
        "lead": {},
        "times_blend": {},
    }
    for name, outcome in outcomes.items():
        who, own = outcome.shoppers, outcome.ndcg[ours]
        for method, values in outcome.ndcg.items():
            mean = bootstrap_mean(values, who, rng=np.random.default_rng(seed))
            figures["ndcg_at_10"].setdefault(method, {})[name] = mean
            if method != ours:
                lead = paired_difference(own, values, who, rng=np.random.default_rng(seed))
                figures["lead"].setdefault(method, {})[name] = lead
        figures["hit_rate_at_1"][name] = bootstrap_mean(
            outcome.first[ours], who, rng=np.random.default_rng(seed)
        )
        figures["times_blend"][name] = paired_ratio(
            own, outcome.ndcg[BLEND], who, rng=np.random.default_rng(seed)
        )
    return figures
