"""The learning curve over seeds: collected, with intervals, as table and as plot."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from recommender import plots, report
from recommender.proof import curve
from recommender.proof.slates import Scoring
from recommender.proof.world import World
from recommender.ranking import rungs
from recommender.ranking.errors import CannotLearn
from recommender.ranking.metrics import bootstrap_mean
from recommender.ranking.query import Floats
from recommender.ranking.training_set import TrainingSet

WORDS = {
    **{
        policy: words
        for policy, words in report.POLICIES.items()
        if policy not in ("live", "oracle")
    },
    "wrong_prior": "linear, pulled to the wrong signs",
    "served": "**served policy**",
    "biased_plain": "LambdaMART, biased looks, plain",
    "biased_position": "LambdaMART, biased looks, position=",
}
Figures = dict[str, dict[str, Any]]


def run(
    world: World,
    *,
    sizes: Sequence[int],
    seeds: Sequence[int],
    fresh: int,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Figures:
    """{size: {measure: {policy: (mean, low, high)}, "served": [policy per seed]}}.

    Measures: "whole_list" (NDCG@10 by truth), of these "one_anchor" and "several_anchors", and
    "slate" (NDCG@5 by labels). Intervals over the fresh shoppers of all seeds.
    """
    marks: dict[int, dict[str, list[tuple[Floats, Floats]]]] = {size: {} for size in sizes}
    served: dict[int, list[str]] = {size: [] for size in sizes}
    several = []
    for at, seed in enumerate(seeds):
        exam = curve.Exam.of(world.scenes(fresh, seed=curve.FRESH + seed), seed=seed)
        several.append(exam.several_anchors)
        fair = curve.learned_from(world, slates=max(sizes), seed=seed, biased=False)
        biased = curve.learned_from(world, slates=max(sizes), seed=seed, biased=True)
        for number, size in enumerate(sizes, start=1):
            fitted, policy = curve.policies(curve.first(fair, size, seed=seed), seed=seed)
            served[size].append(policy)
            fitted |= _biased(curve.first(biased, size, seed=seed), fitted["linear"], seed=seed)
            for name, scorer in fitted.items():
                marks[size].setdefault(name, []).append(exam.marks(scorer))
            told(at * len(sizes) + number, len(seeds) * len(sizes))
    parted = np.concatenate(several)
    return {str(size): _figures(marks[size], parted) | {"served": served[size]} for size in sizes}


def markdown(figures: Figures, *, seeds: int, fresh: int) -> str:
    """Whole lists by truth, then slates by labels; a column per number of slates."""
    head = " | ".join(f"after {int(size):,}" for size in figures)
    rule = f"|---|{'---|' * len(figures)}"
    lines = []
    for title, measure in (
        (f"NDCG@{curve.WHOLE_K} of whole lists by true utility", "whole_list"),
        (f"NDCG@{curve.SLATE_K} of served slates by labels", "slate"),
        (f"NDCG@{curve.WHOLE_K}, one anchor", "one_anchor"),
        (f"NDCG@{curve.WHOLE_K}, several anchors", "several_anchors"),
    ):
        lines += [f"| {title} | {head} |", rule]
        for policy, words in WORDS.items():
            cells = " | ".join(_cell(figures[size][measure][policy]) for size in figures)
            lines.append(f"| {words} | {cells} |")
        lines.append("")
    served = "; ".join(f"after {int(n):,}: {', '.join(figures[n]['served'])}" for n in figures)
    lines.append(f"{fresh:,} fresh lists for each of {seeds} seeds. Served {served}.")
    return "\n".join(lines)


def plot(figures: Figures) -> str:
    """NDCG@10 of whole lists over the number of slates."""
    lines = []
    for policy, words in WORDS.items():
        cells = [(float(size), figures[size]["whole_list"][policy]) for size in figures]
        points = [(size, mean) for size, (mean, _, _) in cells]
        intervals = [(low, high) for _, (_, low, high) in cells]
        lines.append(plots.Line(words.strip("*"), points, intervals))
    return plots.chart(
        lines,
        title="Learning from the store's own slates",
        x_label="informative slates",
        y_label=f"NDCG@{curve.WHOLE_K} by true utility",
        log_x=True,
    )


def _biased(
    training: TrainingSet, linear: Scoring | None, *, seed: int
) -> dict[str, Scoring | None]:
    """LambdaMART with and without the shown position; ``linear`` while trees cannot learn."""
    given = {"biased_plain": curve.without_positions(training), "biased_position": training}
    found: dict[str, Scoring | None] = {}
    for name, slates in given.items():
        try:
            found[name] = rungs.fit("ltr", slates, seed=seed)
        except CannotLearn:
            found[name] = linear
    return found


def _figures(
    marks: dict[str, list[tuple[Floats, Floats]]], several: np.ndarray
) -> dict[str, dict[str, tuple[float, float, float]]]:
    figures: dict[str, dict[str, tuple[float, float, float]]] = {
        name: {} for name in ("whole_list", "slate", "one_anchor", "several_anchors")
    }
    for policy, parts in marks.items():
        whole = np.concatenate([lists for lists, _ in parts])
        slates = np.concatenate([labels for _, labels in parts])
        figures["whole_list"][policy] = _mean(whole)
        figures["slate"][policy] = _mean(slates)
        figures["one_anchor"][policy] = _mean(whole[~several])
        figures["several_anchors"][policy] = _mean(whole[several])
    return figures


def _mean(values: Floats) -> tuple[float, float, float]:
    return bootstrap_mean(values, np.arange(len(values)), rng=np.random.default_rng(0))


def _cell(values: tuple[float, float, float]) -> str:
    mean, low, high = values
    return "–" if np.isnan(mean) else f"{mean:.3f} [{low:.3f}, {high:.3f}]"
