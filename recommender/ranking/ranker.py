"""LambdaMART (Burges, 2010) with LightGBM."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from recommender.ranking.errors import CannotLearn
from recommender.ranking.features.schema import MONOTONE, NAMES, fingerprint
from recommender.ranking.metrics import GAINS
from recommender.ranking.pairs import informative
from recommender.ranking.places import PlacesAside
from recommender.ranking.query import Floats, Ints
from recommender.ranking.trees import Trees

ROUNDS = 300
EARLY_STOPPING = 75
MIN_DATA_IN_LEAF = 15
POSITION_BIAS_FROM = 1_000
"""Slates with a positive from which the shown position is passed to LightGBM."""

ROWS_PER_THREAD = 50_000
"""On fewer rows a second thread only waits for the first: measured up to 15,000."""

A_FEW = 1_000

Slates = tuple[Floats, Ints, Ints]
"""Features (rows, features), labels (rows,), group sizes (groups,)."""


@dataclass(frozen=True)
class LtrRanker:
    """A LightGBM booster and the fingerprint of the features it was trained on."""

    booster: Any
    fingerprint: str = field(default_factory=fingerprint)
    policy: ClassVar[str] = "ltr"
    kind: ClassVar[str] = "ltr"

    def score(self, features: Floats, groups: Ints | None = None) -> Floats:
        """Scores of shape (rows,); one thread, because several processes share the cores."""
        return np.asarray(self.booster.predict(features, num_threads=1), dtype=np.float64)

    def contributions(self, features: Floats) -> Floats:
        """TreeSHAP values, shape (rows, features); some 200 times the cost of a score."""
        shap = self.booster.predict(features, pred_contrib=True, num_threads=1)
        return np.asarray(shap, dtype=np.float64)[:, :-1]

    def gain(self) -> Floats:
        """Total gain of the splits on each feature, shape (features,)."""
        return np.asarray(self.booster.feature_importance("gain"), dtype=np.float64)

    def part(self, columns: Collection[int]) -> LtrRanker | None:
        """The trees that ``columns`` can change the answer of, None without one.

        All of them when they are the most: asking a part twice costs more than asking all once.
        """
        chosen = self._trees.splitting_on(columns)
        if 2 * len(chosen) > len(self._trees.trees):
            return self
        import lightgbm as lgb

        own = lgb.Booster(model_str=self._trees.only(chosen)) if chosen else None
        return None if own is None else LtrRanker(own, self.fingerprint)

    @cached_property
    def _trees(self) -> Trees:
        return Trees.of(self.text())

    def text(self) -> str:
        return str(self.booster.model_to_string(num_iteration=self.booster.best_iteration or -1))


def refuse_unlearnable(labels: Ints, groups: Ints) -> None:
    """Raises CannotLearn with a sentence when these labels cannot teach an order."""
    if not len(labels):
        raise CannotLearn("there are no samples, so there is nothing to learn from")
    if np.all(labels == labels[0]):
        kind = "positive" if labels[0] > 0 else "not acted on"
        raise CannotLearn(
            f"all {len(labels)} samples are {kind} (label {labels[0]}): "
            "without variation in the labels there is nothing to learn from"
        )
    if not informative(labels, groups).any():
        raise CannotLearn(
            f"none of the {len(groups)} slates holds two different labels, "
            "so no order can be learned"
        )


def fit(
    train: Slates,
    *,
    later: Slates | None = None,
    weights: Floats | None = None,
    positions: Ints | None = None,
    later_positions: Ints | None = None,
    base: tuple[Floats, Floats | None] | None = None,
    rounds: int = ROUNDS,
    early_stopping: int = EARLY_STOPPING,
    objective: str = "lambdarank",
    seed: int = 0,
    threads: int = 1,
) -> LtrRanker:
    """Trains LambdaMART; early stopping looks at NDCG@5 of ``later`` slates, never at its own.

    Where positions are used it looks at ``places.PlacesAside`` instead, if ``later_positions`` say
    where the rows of the later slates stood.

    ``objective`` may name another of LightGBM's for ranking. ``base`` holds scores, per row of
    ``train`` and of ``later``, that the trees start from and that they leave out of what they
    predict. ``weights`` is per row. ``positions`` (1-based, per row) is used from 1,000 slates
    with a positive on. Deterministic for a seed. Without ``later`` all rounds are kept. Raises
    CannotLearn for labels without variation and for a result with one distinct score.
    """
    booster = _grown(
        train,
        later=later,
        weights=weights,
        positions=positions,
        later_positions=later_positions,
        base=base,
        rounds=rounds,
        early_stopping=early_stopping,
        objective=objective,
        seed=seed,
        threads=threads,
    )
    return _first(booster, booster.best_iteration or -1, train)


def fit_and_ask(
    train: Slates,
    *,
    later: Slates,
    rounds: int,
    weights: Floats | None = None,
    positions: Ints | None = None,
    later_positions: Ints | None = None,
    base: tuple[Floats, Floats | None] | None = None,
    seed: int = 0,
    threads: int = 1,
) -> tuple[LtrRanker, int]:
    """``fit`` with so many ``rounds``, and how many ``later`` slates ask for, at one cost.

    What is asked reaches the ranker in nothing: the first trees are the same however many follow.
    """
    given: dict[str, Any] = {
        "weights": weights,
        "positions": positions,
        "seed": seed,
        "threads": threads,
    }
    booster = _grown(train, later=later, later_positions=later_positions, base=base, **given)
    asked = int(booster.best_iteration or booster.num_trees())
    if booster.num_trees() >= rounds:
        return _first(booster, rounds, train), asked
    alone = None if base is None else (base[0], None)
    return fit(train, base=alone, rounds=rounds, **given), asked


def _grown(
    train: Slates,
    *,
    later: Slates | None,
    weights: Floats | None,
    positions: Ints | None,
    later_positions: Ints | None = None,
    base: tuple[Floats, Floats | None] | None,
    rounds: int = ROUNDS,
    early_stopping: int = EARLY_STOPPING,
    objective: str = "lambdarank",
    seed: int,
    threads: int,
) -> Any:
    """A booster with all trees that were grown until it was stopped."""
    import lightgbm as lgb

    features, labels, groups = train
    refuse_unlearnable(labels, groups)
    kept = informative(labels, groups)
    with_positive = int(np.sum(kept))
    biased = positions is not None and with_positive >= POSITION_BIAS_FROM
    data = lgb.Dataset(
        features,
        label=labels,
        group=groups,
        weight=weights,
        position=positions if biased else None,
        init_score=None if base is None else base[0],
        feature_name=list(NAMES),
    )
    usable_later = later is not None and bool(informative(later[1], later[2]).any())
    callbacks: list[Any] = []
    valid = []
    judge, measure = None, {}
    if later is not None and usable_later:
        start = None if base is None else base[1]
        valid = [
            lgb.Dataset(later[0], label=later[1], group=later[2], init_score=start, reference=data)
        ]
        callbacks = [lgb.early_stopping(early_stopping, verbose=False)]
        if biased and later_positions is not None:
            judge, measure = PlacesAside(later[1], later[2], later_positions), {"metric": "None"}
    return lgb.train(
        parameters(
            rows=int(np.repeat(kept, groups).sum()),
            seed=seed,
            threads=min(threads, 1 + len(features) // ROWS_PER_THREAD),
        )
        | {"objective": objective}
        | measure,
        data,
        num_boost_round=rounds,
        valid_sets=valid,
        feval=judge,
        callbacks=callbacks,
        # Else LightGBM drops what was grown after the best round.
        keep_training_booster=True,
    )


def _first(booster: Any, rounds: int, train: Slates) -> LtrRanker:
    """The first trees of ``booster``, -1 for all; raises CannotLearn for one distinct score."""
    import lightgbm as lgb

    features, labels, groups = train
    ranker = LtrRanker(lgb.Booster(model_str=booster.model_to_string(num_iteration=rounds)))
    if not _distinct(ranker, features):
        raise CannotLearn(
            f"{len(groups)} slates with {len(labels)} samples gave one and the same score for all"
        )
    return ranker


def _distinct(ranker: LtrRanker, features: Floats) -> bool:
    """Whether two rows score differently; nearly always some of the first do."""
    first = ranker.score(features[:A_FEW])
    return bool((first != first[0]).any() or (ranker.score(features) != first[0]).any())


def parameters(*, rows: int, seed: int, threads: int) -> dict[str, Any]:
    """LightGBM's parameters for this many informative rows."""
    return {
        "objective": "lambdarank",
        "metric": "ndcg",
        "eval_at": [5],
        "label_gain": list(GAINS),
        "lambdarank_truncation_level": 10,
        "learning_rate": 0.05,
        "num_leaves": 15,
        # 15 as in the brief; five slates of six rows would otherwise not get a single split.
        "min_data_in_leaf": max(2, min(MIN_DATA_IN_LEAF, rows // 10)),
        "min_sum_hessian_in_leaf": 1e-3,
        "min_data_in_bin": 3,
        "lambda_l2": 1.0,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.9,
        "bagging_freq": 1,
        "monotone_constraints": list(MONOTONE),
        "monotone_constraints_method": "basic",
        "deterministic": True,
        "force_row_wise": True,
        "seed": seed,
        "num_threads": threads,
        "verbosity": -1,
    }
