"""Made-up judged slates: random features, labels that a rule known to the test gave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from recommender.ranking.features.schema import CONTEXT, NAMES, column
from recommender.ranking.training_set import TrainingSet

START = datetime(2026, 1, 1, tzinfo=UTC)


def features(slates: int, size: int, *, seed: int = 0) -> np.ndarray:
    """Standard normal features; context columns are constant within a slate."""
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(slates * size, len(NAMES)))
    for name in CONTEXT:
        matrix[:, column(name)] = np.repeat(rng.normal(size=slates), size)
    return matrix


def best_of(appeal: np.ndarray, size: int, *, positives: int = 1) -> np.ndarray:
    """Label 1 for the most appealing rows of each slate of ``size``, else 0."""
    table = appeal.reshape(-1, size)
    rank = np.argsort(np.argsort(-table, axis=1), axis=1)
    return (rank < positives).astype(np.int64).ravel()


def frame(matrix: np.ndarray, labels: np.ndarray, *, size: int = 5, **about: Any) -> pd.DataFrame:
    """Rows of slates of ``size``, an hour apart, each of a shopper of its own."""
    slate = np.arange(len(labels)) // size
    columns: dict[str, Any] = {
        "qid": [f"q{at:05d}" for at in slate],
        "session": [f"s{at:05d}" for at in slate],
        "shopper": [f"v:{at}" for at in slate],
        "served_at": [START + timedelta(hours=int(at)) for at in slate],
        "origin": "served",
        "persona": "",
        "position": np.arange(len(labels)) % size + 1,
        "product_id": np.arange(len(labels)) % size * 10,
        "anchor_id": 1,
        "propensity": 1.0,
        "label": labels,
    }
    values = pd.DataFrame(matrix, columns=list(NAMES))
    return pd.concat([pd.DataFrame(columns | about), values], axis=1)


def training(slates: int, *, size: int = 5, seed: int = 0, noise: float = 0.5) -> TrainingSet:
    """Slates whose best two rows are those with the larger saving, but for ``noise``."""
    matrix = features(slates, size, seed=seed)
    luck = np.random.default_rng(seed + 1).normal(size=len(matrix))
    appeal = matrix[:, column("price_saving")] + noise * luck
    return TrainingSet.from_rows(frame(matrix, best_of(appeal, size, positives=2), size=size))
