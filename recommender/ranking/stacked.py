"""LambdaMART on top of the linear ranker: the trees learn what that leaves over."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from recommender.ranking.linear import LinearRanker
from recommender.ranking.query import Floats, Ints
from recommender.ranking.ranker import LtrRanker


@dataclass(frozen=True)
class StackedRanker:
    """The score is the linear score plus the trees', which were fitted with it as init_score.

    ``spread`` is the standard deviation of either part's score over the rows of the training.
    """

    linear: LinearRanker
    trees: LtrRanker
    spread: tuple[float, float]
    policy: ClassVar[str] = "ltr_on_linear"
    kind: ClassVar[str] = "ltr_on_linear"

    @property
    def fingerprint(self) -> str:
        return self.trees.fingerprint

    def score(self, features: Floats, groups: Ints | None = None) -> Floats:
        """Scores of shape (rows,); LightGBM leaves an init_score out of what it predicts."""
        return self.linear.score(features) + self.trees.score(features)

    def contributions(self, features: Floats) -> Floats:
        """What each feature adds to the score, shape (rows, features)."""
        return self.linear.contributions(features) + self.trees.contributions(features)

    def part(self, columns: Collection[int]) -> LinearRanker | LtrRanker | StackedRanker | None:
        """Of either ranker the part that ``columns`` can change."""
        below, trees = self.linear.part(columns), self.trees.part(columns)
        if below is None or trees is None:
            return below or trees
        return replace(self, linear=below, trees=trees)

    def gain(self) -> Floats:
        """Shares of both parts, weighed by how far each spreads the scores, shape (features,).

        Coefficients and the gain of splits have no unit in common, hence shares.
        """
        parts = (self.linear.gain(), self.trees.gain())
        shares = [part / part.sum() if part.sum() > 0 else part for part in parts]
        return np.asarray(sum(w * share for w, share in zip(self.spread, shares, strict=True)))
