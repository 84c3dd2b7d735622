"""A linear ranker on standardised features: with few choices the better learner.

Pairwise logistic loss within slates (Burges et al., RankNet, 2005, with a linear scorer), pulled
towards a prior: with no data it is the hand-signed score, with many the prior is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from recommender.ranking.errors import CannotLearn
from recommender.ranking.features.schema import ABSENT, MONOTONE, NAMES, column, fingerprint
from recommender.ranking.pairs import preference_pairs
from recommender.ranking.query import Floats, Ints

PULL = 10.0
"""Strength of the pull to the prior, in slates."""

HAND_SIGNED: dict[str, float] = {
    "bought_share": 1.0,
    "brand_share": 0.3,
    "size_share": 0.2,
    "promotion_depth": 0.3,
    "recency": 0.5,
    "cf_bpr_score": 0.5,
    "popularity": 0.3,
    "price_saving": 0.4,
    "semantic_sim": 0.3,
    "category_match": 0.2,
    "within_budget_flag": 0.1,
    "diet_match_flag": 0.3,
    "quality_tags_score": 0.1,
}
"""Written weights per standard deviation: own history and others' buying, then the saving."""

TYPICAL: dict[str, tuple[float, float]] = {
    "bought_share": (0.05, 0.12),
    "brand_share": (0.1, 0.2),
    "size_share": (0.1, 0.2),
    "promotion_depth": (0.1, 0.15),
    "cf_bpr_score": (0.5, 0.29),
    "semantic_sim": (0.5, 0.25),
    "price_saving": (1.0, 1.0),
    "within_budget_flag": (0.2, 0.4),
    "category_match": (0.9, 0.2),
    "popularity": (0.1, 0.15),
    "recency": (0.1, 0.25),
    "diet_match_flag": (0.9, 0.3),
    "quality_tags_score": (0.1, 0.15),
}
"""Mean and standard deviation that the hand-signed score assumes while nothing was measured."""


@dataclass(frozen=True)
class LinearRanker:
    """Standardises (``mean``, ``scale``) and weighs.

    An undefined value counts as the mean, or as what the feature declares for its absence: a
    product that was never bought has the recency of one bought infinitely long ago.
    """

    mean: Floats
    scale: Floats
    weights: Floats
    policy: str = "linear"
    fingerprint: str = field(default_factory=fingerprint)
    kind: ClassVar[str] = "linear"

    def score(self, features: Floats, groups: Ints | None = None) -> Floats:
        """Scores of shape (rows,)."""
        return np.asarray(self.contributions(features).sum(axis=1))

    def contributions(self, features: Floats) -> Floats:
        """What each feature adds to the score, shape (rows, features)."""
        return np.nan_to_num((_present(features) - self.mean) / self.scale) * self.weights

    def gain(self) -> Floats:
        """Absolute standardised weights, shape (features,)."""
        return np.abs(self.weights)

    def as_json(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "fingerprint": self.fingerprint,
            "names": list(NAMES),
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
            "weights": self.weights.tolist(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LinearRanker:
        mean, scale, weights = (np.asarray(data[k], float) for k in ("mean", "scale", "weights"))
        return cls(mean, scale, weights, data["policy"], data["fingerprint"])


def hand_signed() -> LinearRanker:
    """The score that needs no data: written weights on typical scales."""
    mean, scale, weights = np.zeros(len(NAMES)), np.ones(len(NAMES)), np.zeros(len(NAMES))
    for name, (centre, spread) in TYPICAL.items():
        mean[column(name)], scale[column(name)] = centre, spread
    for name, weight in HAND_SIGNED.items():
        weights[column(name)] = weight
    return LinearRanker(mean, scale, weights, policy="hand_signed")


def fit(
    features: Floats,
    labels: Ints,
    groups: Ints,
    *,
    weights: Floats | None = None,
    prior: Floats | None = None,
    pull: float = PULL,
) -> LinearRanker:
    """Fits the linear ranker; ``weights`` (groups,) weighs slates, ``prior`` (features,) pulls.

    ``prior`` defaults to the hand-signed weights. Raises CannotLearn when no slate tells two
    labels apart.
    """
    # Who only serves need not load an optimiser.
    from scipy.optimize import minimize

    better, worse, weight = preference_pairs(labels, groups)
    if not len(better):
        raise CannotLearn("no slate holds two different labels, so no order can be learned")
    if weights is not None:
        weight = weight * np.repeat(np.asarray(weights, float), groups)[better]
    features = _present(features)
    known = ~np.isnan(features)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, features, 0.0).sum(axis=0) / count
    deviation = np.where(known, features - mean, 0.0)
    scale = np.sqrt((deviation**2).sum(axis=0) / count)
    scale[scale < 1e-9] = 1.0
    standard = np.nan_to_num(deviation / scale)
    difference = standard[better] - standard[worse]
    start = hand_signed().weights if prior is None else prior
    varies = np.any(difference != 0.0, axis=0)

    def loss(w: Floats) -> tuple[float, Floats]:
        margin = difference @ w
        pulled = w - start
        value = float(weight @ np.logaddexp(0.0, -margin) + 0.5 * pull * pulled @ pulled)
        slope = -(weight / (1.0 + np.exp(np.clip(margin, -500, 500)))) @ difference + pull * pulled
        return value, slope

    # A larger saving may never lower a score, as in the trees.
    bounds = [(0.0, None) if sign > 0 else (None, None) for sign in MONOTONE]
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds)
    # What never differs within a slate cannot order one; its prior weight would only shift scores.
    return LinearRanker(mean, scale, np.where(varies, best.x, 0.0))


def _present(features: Floats) -> Floats:
    return np.where(np.isnan(features), np.asarray(ABSENT), features)
