"""A linear ranker on standardised features: with few choices the better learner.

Pairwise logistic loss within slates (Burges et al., RankNet, 2005, with a linear scorer), pulled
towards a prior: with no data it is the hand-signed score, with many the prior is forgotten.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from recommender.ranking.crossings import ALL, Crossing, crossed, earned, seen
from recommender.ranking.errors import CannotLearn
from recommender.ranking.features.schema import ABSENT, MONOTONE, NAMES, column, fingerprint
from recommender.ranking.pairs import preference_pairs
from recommender.ranking.query import Floats, Ints

PULL = 10.0
"""Strength of the pull to the prior, in slates."""

Bound = tuple[float | None, float | None]

HAND_SIGNED: dict[str, float] = {
    "item_item": 1.0,
    "followed_by": 0.7,
    "cf_bpr_score": 0.7,
    "price_saving": 0.55,
    "bought_share": 0.5,
    "brand_share": 0.4,
    "semantic_sim": 0.4,
    "quality_tags_score": 0.4,
    "popularity_half_year": 0.35,
    "in_leaflet": 0.35,
    "recency": 0.3,
    "diet_match_flag": 0.3,
    "category_match": 0.2,
    "on_display": 0.15,
    "promotion_depth": 0.1,
    "within_budget_flag": 0.1,
}
"""Written weights per standard deviation: others' and own buying first, then the saving.

Those of buying, popularity and promotion were searched on weeks 42-47 of the real choices
(docs/adr/0008), which no table reports, and halved, so that the saving keeps its say. Those of
saving, affinity, similarity and quality were weighed between these choices and simulated shoppers
(docs/adr/0009); the others are a judgement."""

TYPICAL: dict[str, tuple[float, float]] = {
    "item_item": (0.07, 0.14),
    "followed_by": (-5.7, 2.6),
    "cf_bpr_score": (0.5, 0.3),
    "bought_share": (0.03, 0.12),
    "price_saving": (0.65, 0.5),
    "brand_share": (0.27, 0.34),
    "semantic_sim": (0.5, 0.25),
    "quality_tags_score": (0.1, 0.15),
    "popularity_half_year": (-4.6, 1.5),
    "in_leaflet": (0.08, 0.28),
    "recency": (0.02, 0.1),
    "diet_match_flag": (0.9, 0.3),
    "category_match": (0.9, 0.2),
    "on_display": (0.04, 0.2),
    "promotion_depth": (0.1, 0.15),
    "within_budget_flag": (0.2, 0.4),
}
"""Mean and standard deviation that the hand-signed score assumes while nothing was measured; of the
saving those of its logarithm."""


DIMINISHING = ("price_saving",)
"""Amounts of which each further unit counts less: they are read as ln(1 + amount)."""


@dataclass(frozen=True)
class LinearRanker:
    """Reads, standardises (``mean``, ``scale``) and weighs.

    An undefined value counts as the mean, or as what the feature declares for its absence: a
    product that was never bought has the recency of one bought infinitely long ago. A saving is
    read by its logarithm: the third dollar gladdens less than the first. The weight of
    an item feature may move with the visit (``crossings``), as far as contexts were ``seen``, shape
    (crossings, 2); a larger saving never lowers a score.
    """

    mean: Floats
    scale: Floats
    weights: Floats
    crossings: tuple[Crossing, ...] = ()
    crossing_weights: Floats = field(default_factory=lambda: np.zeros(0))
    seen: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    policy: str = "linear"
    fingerprint: str = field(default_factory=fingerprint)
    kind: ClassVar[str] = "linear"

    def score(self, features: Floats, groups: Ints | None = None) -> Floats:
        """Scores of shape (rows,)."""
        return np.asarray(self.contributions(features).sum(axis=1))

    def contributions(self, features: Floats) -> Floats:
        """What each feature adds to the score, shape (rows, features)."""
        standard = (_read(features) - self.mean) / self.scale
        standard[np.isnan(standard)] = 0.0
        if not self.crossings:
            return standard * self.weights
        weights = np.tile(self.weights, (len(standard), 1))
        for (context, item), weight, (least, most) in zip(
            self.crossings, self.crossing_weights, self.seen, strict=True
        ):
            # Beyond what was seen nothing is known: the nearest that was seen stands for it.
            near = np.clip(standard[:, column(context)], least, most)
            weights[:, column(item)] += weight * near
        growing = np.array(MONOTONE) > 0
        weights[:, growing] = np.maximum(weights[:, growing], 0.0)
        return np.asarray(standard * weights)

    def part(self, columns: Collection[int]) -> LinearRanker | None:
        """The weights of what ``columns`` can change, None when they are all zero."""
        moved = [c for c in self.crossings if column(c[0]) in columns]
        items = {column(item) for _, item in moved} | set(columns)
        kept = [at for at, (_, item) in enumerate(self.crossings) if column(item) in items]
        weights = np.where(np.isin(np.arange(len(NAMES)), list(items)), self.weights, 0.0)
        if not kept and not weights.any():
            return None
        return replace(
            self,
            weights=weights,
            crossings=tuple(self.crossings[at] for at in kept),
            crossing_weights=self.crossing_weights[kept],
            seen=self.seen[kept],
        )

    def gain(self) -> Floats:
        """Absolute standardised weights, shape (features,); a context's are its crossings'."""
        gain = np.abs(self.weights)
        for (context, _), weight in zip(self.crossings, self.crossing_weights, strict=True):
            gain[column(context)] += abs(weight)
        return gain

    def as_json(self) -> dict[str, Any]:
        return {
            "policy": self.policy,
            "fingerprint": self.fingerprint,
            "names": list(NAMES),
            "mean": self.mean.tolist(),
            "scale": self.scale.tolist(),
            "weights": self.weights.tolist(),
            "crossings": [list(crossing) for crossing in self.crossings],
            "crossing_weights": self.crossing_weights.tolist(),
            "seen": self.seen.tolist(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> LinearRanker:
        mean, scale, weights = (np.asarray(data[k], float) for k in ("mean", "scale", "weights"))
        # A file from before there were crossings has none.
        crossings = tuple((context, item) for context, item in data.get("crossings", ()))
        own = np.asarray(data.get("crossing_weights", ()), float)
        # The first files with crossings let a context count as far as three standard deviations.
        seen = np.asarray(data.get("seen", [[-3.0, 3.0]] * len(crossings)), float).reshape(-1, 2)
        return cls(mean, scale, weights, crossings, own, seen, data["policy"], data["fingerprint"])


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
    better, worse, weight = preference_pairs(labels, groups)
    if not len(better):
        raise CannotLearn("no slate holds two different labels, so no order can be learned")
    if weights is not None:
        weight = weight * np.repeat(np.asarray(weights, float), groups)[better]
    features = _read(features)
    known = ~np.isnan(features)
    count = np.maximum(known.sum(axis=0), 1)
    mean = np.where(known, features, 0.0).sum(axis=0) / count
    deviation = np.where(known, features - mean, 0.0)
    scale = np.sqrt((deviation**2).sum(axis=0) / count)
    scale[scale < 1e-9] = 1.0
    standard = np.nan_to_num(deviation / scale)
    difference = standard[better] - standard[worse]
    start = hand_signed().weights if prior is None else prior
    # A larger saving may never lower a score, as in the trees.
    bounds: list[Bound] = [(0.0, None) if sign > 0 else (None, None) for sign in MONOTONE]
    best, slopes = _minimised(difference, weight, start, pull=pull, bounds=bounds)
    # What never differs within a slate cannot order one; its prior weight would only shift scores.
    varies = np.any(difference != 0.0, axis=0)
    plain = LinearRanker(mean, scale, np.where(varies, best, 0.0))
    further = crossed(standard, ALL)
    further = further[better] - further[worse]
    slate = np.repeat(np.arange(len(groups)), groups)[better]
    chosen = earned(slopes[:, None] * further, slopes[:, None] * difference, slate)
    if not chosen:
        return plain
    best, _ = _minimised(
        np.hstack([difference, further[:, chosen]]),
        weight,
        np.append(start, np.zeros(len(chosen))),
        pull=pull,
        bounds=[*bounds, *[(None, None)] * len(chosen)],
    )
    return replace(
        plain,
        weights=np.where(varies, best[: len(NAMES)], 0.0),
        crossings=tuple(ALL[at] for at in chosen),
        crossing_weights=best[len(NAMES) :],
        seen=seen(standard, [ALL[at] for at in chosen]),
    )


def _minimised(
    difference: Floats,
    weight: Floats,
    start: Floats,
    *,
    pull: float,
    bounds: list[Bound],
) -> tuple[Floats, Floats]:
    """(weights of the least loss, slope of each pair's loss in its margin there)."""
    # Who only serves need not load an optimiser.
    from scipy.optimize import minimize

    def slopes(w: Floats) -> Floats:
        return -weight / (1.0 + np.exp(np.clip(difference @ w, -500, 500)))

    def loss(w: Floats) -> tuple[float, Floats]:
        margin = difference @ w
        pulled = w - start
        value = float(weight @ np.logaddexp(0.0, -margin) + 0.5 * pull * pulled @ pulled)
        return value, slopes(w) @ difference + pull * pulled

    best: Floats = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return best, slopes(best)


def _read(features: Floats) -> Floats:
    """What the score adds up: what is absent as declared, ``DIMINISHING`` by logarithm."""
    read = np.where(np.isnan(features), np.asarray(ABSENT), features)
    for name in DIMINISHING:
        amount = read[:, column(name)]
        # Replayed history knows of losses, too: they weigh as the saving of as much.
        read[:, column(name)] = np.sign(amount) * np.log1p(np.abs(amount))
    return read
