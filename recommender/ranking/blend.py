"""The rule that a ranker has to beat: 60 % collaborative, 40 % semantic."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import numpy as np

from recommender.ranking.features.schema import column
from recommender.ranking.metrics import ndcg
from recommender.ranking.query import Floats, Ints

COLLABORATIVE, SEMANTIC = 0.6, 0.4
Scaling = Literal["raw", "zscore", "minmax", "rank"]


@dataclass(frozen=True)
class Blend:
    """0.6 x cf_bpr_score + 0.4 x semantic_sim, both scaled within the slate.

    An undefined value counts as the mean of its slate, or as 0.5 where none is defined.
    """

    scaling: Scaling = "raw"
    policy: ClassVar[str] = "blend"

    def score(self, features: Floats, groups: Ints | None = None) -> Floats:
        """Scores of shape (rows,); without ``groups`` all rows are one slate."""
        groups = np.array([len(features)]) if groups is None else np.asarray(groups)
        group = np.repeat(np.arange(len(groups)), groups)
        parts = (features[:, column("cf_bpr_score")], features[:, column("semantic_sim")])
        cf, semantic = (_scaled(_filled(part, group), group, self.scaling) for part in parts)
        return COLLABORATIVE * cf + SEMANTIC * semantic


def tune(features: Floats, labels: Ints, groups: Ints, *, k: int = 5) -> Blend:
    """The blend with the scaling that does best on this data by NDCG@k."""
    candidates = [Blend(scaling) for scaling in get_args(Scaling)]
    quality = [
        float(np.nan_to_num(np.nanmean(ndcg(labels, b.score(features, groups), groups, k=k))))
        for b in candidates
    ]
    return candidates[int(np.argmax(quality))]


def _filled(values: Floats, group: Ints) -> Floats:
    known = ~np.isnan(values)
    size = int(group[-1]) + 1 if len(group) else 0
    total = np.bincount(group, weights=np.where(known, values, 0.0), minlength=size)
    count = np.bincount(group, weights=known, minlength=size)
    mean = np.divide(total, count, out=np.full(size, 0.5), where=count > 0)
    return np.where(known, values, mean[group])


def _scaled(values: Floats, group: Ints, scaling: Scaling) -> Floats:
    if scaling == "raw" or not len(values):
        return values
    size = int(group[-1]) + 1
    count = np.bincount(group, minlength=size)
    if scaling == "zscore":
        mean = (np.bincount(group, weights=values) / count)[group]
        spread = np.sqrt(np.bincount(group, weights=(values - mean) ** 2) / count)[group]
        level = np.zeros_like(values)
        return np.asarray(np.divide(values - mean, spread, out=level, where=spread > 1e-12))
    start = np.cumsum(count) - count
    if scaling == "minmax":
        low = np.minimum.reduceat(values, start)[group]
        span = np.maximum.reduceat(values, start)[group] - low
        level = np.full_like(values, 0.5)
        return np.asarray(np.divide(values - low, span, out=level, where=span > 1e-12))
    order = np.lexsort((values, group))
    ranked = values[order]
    new_block = np.r_[True, (ranked[1:] != ranked[:-1]) | (group[1:] != group[:-1])]
    block = np.cumsum(new_block) - 1
    place = np.arange(len(values)) - start[group]
    mean_place = np.bincount(block, weights=place) / np.bincount(block)
    ranks = np.empty_like(values)
    ranks[order] = mean_place[block]
    return ranks / np.maximum(count - 1, 1)[group]
