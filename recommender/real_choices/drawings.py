"""The figures of docs/quality.md as SVG."""

from __future__ import annotations

from typing import Any

from recommender import plots
from recommender.ranking.choices.tasks import TASKS


def methods(figures: dict[str, Any]) -> str:
    """NDCG@10 of every method, the best of "all" first."""
    found = figures["ndcg_at_10"]
    names = sorted(found, key=lambda name: -found[name]["all"][0])
    series = [plots.Marks(task, [found[name][task] for name in names]) for task in TASKS]
    households = figures["facts"]["households"]
    title = f"Real choices of {households:,} households"
    return plots.dots(names, series, title=title, x_label="NDCG@10 on the test weeks")


def worth(ablation: dict[str, Any]) -> str:
    """Loss of NDCG@10 without each feature, the dearest first."""
    found = ablation["features"]
    names = sorted(found, key=lambda name: -found[name]["all"][0])
    series = [plots.Marks(task, [found[name][task] for name in names]) for task in TASKS[:2]]
    return plots.dots(
        names,
        series,
        title="LambdaMART taught without a feature",
        x_label="loss of NDCG@10 on the test weeks",
    )
