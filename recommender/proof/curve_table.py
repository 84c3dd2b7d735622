"""The learning curve over seeds: collected, with intervals, as table and as plot."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from functools import partial
from typing import Any

import django
import numpy as np

from recommender import plots, report
from recommender.proof import curve, goals, starts
from recommender.proof.curve import Exam, Marks
from recommender.proof.world import World
from recommender.ranking.blend import Blend
from recommender.ranking.metrics import bootstrap_mean
from recommender.ranking.query import Floats

PRIOR = 90_000
"""Seeds of the simulated visits with which a store may begin, apart from all others."""

WORDS = {
    **{
        policy: words
        for policy, words in report.POLICIES.items()
        if policy not in ("live", "oracle")
    },
    "wrong_prior": "linear, pulled to the wrong signs",
    "served_nothing": "**served**, begun with nothing",
    "served_shipped": "**served**, begun with the written weights",
    "served_good_prior": "**served**, begun with a good prior",
    "served_wrong_prior": "**served**, begun with a wrong prior",
    "biased_plain": "LambdaMART, biased looks, plain",
    "biased_position": "LambdaMART, biased looks, position=",
    "knows_shares": "ceiling: knows the kinds of shopper, not who is which",
    "knows_utility": "ceiling: knows every utility, not the hidden taste",
}
SERVED = [policy for policy in WORDS if policy.startswith("served_")]
DRAWN = (
    "blend", "hand_signed", "linear", "ltr", "served_shipped", "served_wrong_prior",
    "biased_position", "knows_shares", "knows_utility",
)  # fmt: skip
Figures = dict[str, dict[str, Any]]
OneSeed = tuple[dict[int, dict[str, Marks]], dict[int, dict[str, str]], np.ndarray]


def run(
    world: World,
    *,
    sizes: Sequence[int],
    biased_sizes: Sequence[int],
    seeds: Sequence[int],
    fresh: int,
    jobs: int = 1,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> Figures:
    """{size: {measure: {policy: (mean, low, high)}, "served": {policy: [rung per seed]}}}.

    Measures: "whole_list" (NDCG@10 by truth), of these "one_anchor" and "several_anchors", and
    "slate" (NDCG@5 by labels). Intervals over the fresh shoppers of all seeds. Biased looks teach
    at ``biased_sizes``, everything else at ``sizes``. ``jobs`` processes take the seeds.
    """
    of_seed = partial(one_seed, world, sizes=sizes, biased_sizes=biased_sizes, fresh=fresh)
    done = []
    for number, found in enumerate(_each(of_seed, seeds, jobs=jobs), start=1):
        done.append(found)
        told(number, len(seeds))
    several = np.concatenate([parted for _, _, parted in done])
    return {
        str(size): _figures([marks[size] for marks, _, _ in done], several)
        | {
            "served": {
                policy: [served[size][policy] for _, served, _ in done]
                for policy in (SERVED if size in sizes else ())
            }
        }
        for size in sorted({*sizes, *biased_sizes})
    }


def one_seed(
    world: World, seed: int, *, sizes: Sequence[int], biased_sizes: Sequence[int], fresh: int
) -> OneSeed:
    """Marks by size and policy, the rung that served by size and start, and several_anchors."""
    exam = Exam.of(world.scenes(fresh, seed=curve.FRESH + seed), seed=seed)
    most = max(*sizes, *biased_sizes)
    scenes = world.scenes(int(most * curve.SPARE) + 10, seed=seed)
    fair = curve.learned_from(scenes, seed=seed, biased=False)
    biased = curve.learned_from(scenes, seed=seed, biased=True)
    begun = starts.starts(world.scenes(starts.PRIOR_VISITS, seed=PRIOR + seed), seed=seed)
    stores = {f"served_{name}": starts.Store(start, seed=seed) for name, start in begun.items()}
    same = exam.without_learning()
    same |= {"blend": exam.marks(Blend())}
    marks: dict[int, dict[str, Marks]] = {}
    served: dict[int, dict[str, str]] = {}
    for size in sorted({*sizes, *biased_sizes}):
        own = marks[size] = dict(same)
        if size in sizes:
            given = curve.first(fair, size, seed=seed)
            for name, scorer in curve.rungs_of(given, seed=seed).items():
                own[name] = exam.marks(scorer)
            alone = starts.learned(given, seed=seed)
            served[size] = {}
            for name, store in stores.items():
                store.learn(given, alone)
                own[name] = exam.marks(store.live.scorer) if store.live else same["blend"]
                served[size][name] = store.live.policy if store.live else Blend.policy
        if size in biased_sizes:
            given = curve.first(biased, size, seed=seed)
            for name, scorer in curve.with_biased_looks(given, seed=seed).items():
                own[name] = exam.marks(scorer)
    return marks, served, exam.several_anchors


def _each(
    of_seed: Callable[[int], OneSeed], seeds: Sequence[int], *, jobs: int
) -> Iterator[OneSeed]:
    """As they get ready; each seed in a process of its own where there are several ``jobs``."""
    if jobs == 1 or len(seeds) == 1:
        yield from map(of_seed, seeds)
        return
    # LightGBM hangs in a fork of a process that has used it.
    apart = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=apart, initializer=django.setup) as pool:
        for ready in as_completed([pool.submit(of_seed, seed) for seed in seeds]):
            yield ready.result()


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
            cells = " | ".join(_cell(figures[size][measure].get(policy)) for size in figures)
            lines.append(f"| {words} | {cells} |")
        lines.append("")
    lines += [*goals.table(figures), ""]
    for policy in SERVED:
        rungs = "; ".join(
            f"after {int(size):,}: {', '.join(found['served'][policy])}"
            for size, found in figures.items()
            if policy in found["served"]
        )
        lines.append(f"{WORDS[policy].replace('*', '')}: {rungs}.  ")
    lines.append(f"{fresh:,} fresh lists for each of {seeds} seeds.")
    return "\n".join(lines)


def plot(figures: Figures) -> str:
    """NDCG@10 of whole lists over the number of slates, of what says most."""
    lines = []
    for policy in DRAWN:
        cells = [
            (float(size), found["whole_list"][policy])
            for size, found in figures.items()
            if policy in found["whole_list"]
        ]
        points = [(size, mean) for size, (mean, _, _) in cells]
        intervals = [(low, high) for _, (_, low, high) in cells]
        lines.append(plots.Line(WORDS[policy].replace("*", ""), points, intervals))
    return plots.chart(
        lines,
        title="Learning from the store's own slates",
        x_label="informative slates",
        y_label=f"NDCG@{curve.WHOLE_K} by true utility",
        log_x=True,
    )


def _figures(
    of_seeds: Sequence[dict[str, Marks]], several: np.ndarray
) -> dict[str, dict[str, tuple[float, float, float]]]:
    figures: dict[str, dict[str, tuple[float, float, float]]] = {
        name: {} for name in ("whole_list", "slate", "one_anchor", "several_anchors")
    }
    for policy in of_seeds[0]:
        whole = np.concatenate([marks[policy][0] for marks in of_seeds])
        slates = np.concatenate([marks[policy][1] for marks in of_seeds])
        figures["whole_list"][policy] = _mean(whole)
        figures["slate"][policy] = _mean(slates)
        figures["one_anchor"][policy] = _mean(whole[~several])
        figures["several_anchors"][policy] = _mean(whole[several])
    return figures


def _mean(values: Floats) -> tuple[float, float, float]:
    return bootstrap_mean(values, np.arange(len(values)), rng=np.random.default_rng(0))


def _cell(values: tuple[float, float, float] | None) -> str:
    if values is None or np.isnan(values[0]):
        return "–"
    mean, low, high = values
    return f"{mean:.3f} [{low:.3f}, {high:.3f}]"
