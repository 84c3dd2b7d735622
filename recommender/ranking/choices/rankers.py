"""The product's own rankers, taught by the training weeks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.ranking import linear, ranker
from recommender.ranking.artifact import Scorer
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.linear import LinearRanker
from recommender.ranking.metrics import ndcg
from recommender.ranking.ranker import LtrRanker, Slates
from recommender.ranking.stacked import StackedRanker

PULLS = (1.0, 10.0, 100.0)
"""Strengths of the linear ranker's pull to the written weights that are tried, in slates."""

TREES = ("LambdaMART", "LambdaMART on the linear score", "xendcg")


@dataclass(frozen=True)
class Lessons:
    """What the rankers learn from, and the later choices on which trees stop and settings vie."""

    train: Replayed
    later: Replayed

    def quality(self, ranker: Scorer, *, k: int) -> float:
        """Mean NDCG@k on the later choices."""
        later = self.later
        return float(
            np.nanmean(ndcg(later.labels, ranker.score(later.features), later.groups, k=k))
        )


def fit(
    lessons: Lessons,
    *,
    k: int,
    seed: int,
    threads: int,
    told: Callable[[float], None] = lambda share: None,
) -> dict[str, Scorer]:
    """Every rung by its name in the table; NDCG@k on the later choices chooses the linear pull."""
    fitted: dict[str, Scorer] = {"hand-signed": linear.hand_signed()}
    below = fit_linear(lessons, PULLS, k=k)
    told(1 / 4)
    fitted["linear"] = below
    fitted["LambdaMART"] = fit_trees(lessons, seed=seed, threads=threads)
    told(2 / 4)
    fitted["LambdaMART on the linear score"] = fit_stacked(
        lessons, below, seed=seed, threads=threads
    )
    told(3 / 4)
    fitted["xendcg"] = fit_trees(lessons, seed=seed, threads=threads, objective="rank_xendcg")
    return fitted


def fit_linear(lessons: Lessons, pulls: Sequence[float], *, k: int) -> LinearRanker:
    """The linear ranker with the pull that does best on the later choices."""
    train = lessons.train
    tried = [linear.fit(train.features, train.labels, train.groups, pull=pull) for pull in pulls]
    return max(tried, key=lambda fitted: lessons.quality(fitted, k=k))


def fit_trees(
    lessons: Lessons, *, seed: int, threads: int, objective: str = "lambdarank"
) -> LtrRanker:
    """Trees that stop when the later choices are ranked no better."""
    return ranker.fit(
        _slates(lessons.train),
        later=_slates(lessons.later),
        objective=objective,
        seed=seed,
        threads=threads,
    )


def fit_stacked(lessons: Lessons, below: LinearRanker, *, seed: int, threads: int) -> StackedRanker:
    """Trees that start from the linear score, which was fitted on the training weeks alone."""
    train, later = lessons.train, lessons.later
    start = (below.score(train.features), below.score(later.features))
    trees = ranker.fit(_slates(train), later=_slates(later), base=start, seed=seed, threads=threads)
    spread = (float(start[0].std()), float(trees.score(train.features).std()))
    return StackedRanker(below, trees, spread)


def _slates(replayed: Replayed) -> Slates:
    return replayed.features, replayed.labels, replayed.groups
