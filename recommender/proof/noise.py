"""Six columns of pure noise, planted where real features stood that nobody's utility reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from recommender.ranking.features.schema import FEATURES, column
from recommender.ranking.linear import HAND_SIGNED
from recommender.ranking.query import Floats
from recommender.ranking.training_set import TrainingSet
from recommender.simulated.visit import UTILITY_COLUMNS

Draw = Callable[[np.random.Generator, int], Floats]

ITEM_NOISE: dict[str, Draw] = {
    "uniform": lambda rng, n: rng.random(n),
    "normal": lambda rng, n: rng.normal(size=n),
    "binary": lambda rng, n: rng.integers(0, 2, size=n).astype(np.float64),
    "days": lambda rng, n: rng.integers(0, 90, size=n).astype(np.float64),
}
"""Drawn anew for every swap."""

CONTEXT_NOISE = ("per shopper", "per query")


def places() -> dict[str, str]:
    """{kind of noise: the feature whose column it takes}.

    Item noise takes item features and the others context features that no persona's utility reads,
    no written weight favours and no monotone constraint binds.
    """
    free = [
        feature
        for feature in FEATURES
        if feature.name not in UTILITY_COLUMNS
        and feature.name not in HAND_SIGNED
        and feature.monotone == 0
    ]
    item = [feature.name for feature in free if feature.kind == "item"]
    context = [feature.name for feature in free if feature.kind == "context"]
    pairs = [*zip(ITEM_NOISE, item, strict=False), *zip(CONTEXT_NOISE, context, strict=False)]
    return dict(pairs)


def plant(training: TrainingSet, rng: np.random.Generator) -> TrainingSet:
    """The same slates and labels, with noise in the six columns of ``places``."""
    features = training.features.copy()
    for kind, name in places().items():
        features[:, column(name)] = _drawn(kind, training, rng)
    return replace(training, features=features)


def _drawn(kind: str, training: TrainingSet, rng: np.random.Generator) -> Floats:
    if kind in ITEM_NOISE:
        return ITEM_NOISE[kind](rng, len(training.features))
    whose = training.shoppers if kind == "per shopper" else np.arange(len(training))
    _, own = np.unique(whose, return_inverse=True)
    per_slate: Floats = rng.normal(size=len(training))[own]
    return np.repeat(per_slate, training.groups)
