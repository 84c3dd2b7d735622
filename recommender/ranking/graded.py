"""Judged slates made ready for the NDCG of many orders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.ranking.layout import Layout, check_groups
from recommender.ranking.query import Floats, Ints


@dataclass(frozen=True)
class Graded:
    """Slates whose gains are known, with what every order's NDCG@k needs of them.

    ``group`` is each row's slate, ``discount`` that of the place that the row's number stands for,
    ``ideal`` the DCG of each slate's best order.
    """

    gain: Floats
    group: Ints
    discount: Floats
    ideal: Floats
    layout: Layout

    @classmethod
    def of(cls, gain: Floats, groups: Ints, *, k: int) -> Graded:
        check_groups(len(gain), groups)
        groups = np.asarray(groups, dtype=np.int64)
        layout = Layout.of(groups)
        group = np.repeat(np.arange(len(groups)), groups)
        place = np.arange(len(gain)) - (np.cumsum(groups) - groups)[group]
        discount = np.where(place < k, 1.0 / np.log2(place + 2.0), 0.0).astype(np.float64)
        best = gain[layout.sorted_by(-gain)] * discount
        ideal = np.asarray(np.bincount(group, weights=best, minlength=len(groups)), np.float64)
        return cls(gain, group, discount, ideal, layout)

    def ndcg(self, scores: Floats) -> Floats:
        """NDCG@k per slate, NaN without a positive gain; ``metrics.ndcg`` says what it is."""
        if len(scores) != len(self.gain):
            raise ValueError(f"{len(scores)} scores for {len(self.gain)} labels")
        if not len(self.ideal):
            return np.empty(0)
        group, discount = self.group, self.discount
        order = self.layout.sorted_by(-scores)
        ranked = scores[order]
        new_block = np.r_[True, (ranked[1:] != ranked[:-1]) | (group[1:] != group[:-1])]
        if not new_block.all():
            block = np.cumsum(new_block) - 1
            discount = (np.bincount(block, weights=discount) / np.bincount(block))[block]
        got = np.bincount(group, weights=self.gain[order] * discount, minlength=len(self.ideal))
        nothing = np.full(len(self.ideal), np.nan)
        return np.asarray(np.divide(got, self.ideal, out=nothing, where=self.ideal > 0))
