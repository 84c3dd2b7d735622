"""Slates ranked again after some columns of their features were permuted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.artifact import Scorer
from recommender.ranking.evaluation import K
from recommender.ranking.features.schema import ITEM, column
from recommender.ranking.graded import Graded
from recommender.ranking.layout import Layout
from recommender.ranking.metrics import GAINS
from recommender.ranking.pairs import informative
from recommender.ranking.query import Floats, Ints
from recommender.ranking.training_set import TrainingSet

ALIKE = 12
"""Decimals to which two scores are equal: a score put together from parts is not exact beyond."""


@dataclass(frozen=True)
class Permuted:
    """The slates of a block that tell two labels apart: in others no order is worse than another.

    ``every`` holds the features of all slates of the block, whose lengths are ``groups``;
    ``telling`` says which of them tell labels apart, and ``nothing`` what each loses when nothing
    changes: 0, NaN without a positive. The rest is of the telling slates only; ``whole`` is the
    NDCG@5 of each.
    """

    ranker: Scorer
    every: Floats
    groups: Ints
    telling: NDArray
    nothing: Floats
    features: Floats
    graded: Graded
    score: Floats
    whole: Floats

    @classmethod
    def of(cls, slates: TrainingSet, ranker: Scorer) -> Permuted:
        labels, groups = slates.labels, slates.groups
        telling = informative(labels, groups)
        rows = np.repeat(telling, groups)
        features = slates.features[rows]
        graded = Graded.of(np.asarray(GAINS, float)[labels[rows]], groups[telling], k=K)
        score = ranker.score(features)
        best = np.maximum.reduceat(labels, np.cumsum(groups) - groups)
        return cls(
            ranker,
            slates.features,
            groups,
            telling,
            np.where(best > 0, 0.0, np.nan),
            features,
            graded,
            score,
            graded.ndcg(np.round(score, ALIKE)),
        )

    def drops(self, names: Sequence[str], *, repeats: int, rng: np.random.Generator) -> Floats:
        """Loss of NDCG@5 per slate of the block when the columns are permuted together.

        The mean of the repeats, NaN without a positive. Item features are permuted within a slate,
        context features between all slates of the block.
        """
        item = [column(name) for name in names if name in ITEM]
        context = [column(name) for name in names if name not in ITEM]
        part = self.ranker.part([*item, *context])
        rest = np.zeros(1)
        if part is not None and part is not self.ranker:
            rest = self.score - part.score(self.features)
        shuffled = self.features.copy()
        lost = np.zeros(len(self.whole))
        for _ in range(repeats):
            # Drawn for what is not looked at, too: so that the draws that follow stay the same.
            luck = rng.random(len(self.every)) if item else None
            donors = rng.permutation(len(self.groups)) if context else None
            if part is None:
                continue
            if luck is not None:
                rows = within(self.graded.layout, luck[np.repeat(self.telling, self.groups)])
                shuffled[:, item] = self.features[rows][:, item]
            if donors is not None:
                rows = between(self.groups, donors)[np.repeat(self.telling, self.groups)]
                shuffled[:, context] = self.every[rows][:, context]
            score = np.round(rest + part.score(shuffled), ALIKE)
            lost += self.whole - self.graded.ndcg(score)
        drops = self.nothing.copy()
        drops[self.telling] = lost / repeats
        return drops


def within(layout: Layout, luck: Floats) -> Ints:
    """A permutation of the rows that keeps every row in its slate, by random numbers (rows,)."""
    return layout.sorted_by(luck)


def between(groups: Ints, donors: Ints) -> Ints:
    """Every row takes the values of the first row of another slate, ``donors`` (groups,) of its."""
    start = np.cumsum(groups) - groups
    return np.repeat(start[donors], groups)
