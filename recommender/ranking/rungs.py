"""The ladder of policies, from the rule that needs no data to the one that needs most."""

from __future__ import annotations

import numpy as np

from recommender.ranking import linear, ranker
from recommender.ranking.errors import CannotLearn
from recommender.ranking.linear import LinearRanker
from recommender.ranking.query import Floats
from recommender.ranking.ranker import LtrRanker
from recommender.ranking.stacked import StackedRanker
from recommender.ranking.training_set import TrainingSet

LATER_SHARE = 0.2
"""Of the slates to train on, the share (the newest) that early stopping looks at."""

FEWEST_ROUNDS = 10

BELOW = {"ltr_on_linear": "ltr", "ltr": "linear"}
"""The rung that stands in where a rung cannot learn."""


def fit(
    policy: str, training: TrainingSet, *, seed: int = 0, threads: int = 1
) -> LinearRanker | LtrRanker | StackedRanker:
    """The ranker of this rung on all slates; raises CannotLearn, KeyError for another name."""
    if policy == "ltr":
        return fit_ltr(training, seed=seed, threads=threads)
    if policy == "ltr_on_linear":
        return fit_stacked(training, seed=seed, threads=threads)
    if policy == "linear":
        return fit_linear(training)
    if policy == "hand_signed":
        return linear.hand_signed()
    raise KeyError(f"{policy!r} is no rung of the ladder")


def fit_or_below(
    policy: str, training: TrainingSet, *, seed: int = 0, threads: int = 1
) -> LinearRanker | LtrRanker | StackedRanker:
    """The ranker of this rung, or of the nearest one below that these slates can teach.

    Which one it became is its own ``policy``. Raises CannotLearn when no rung is left.
    """
    try:
        return fit(policy, training, seed=seed, threads=threads)
    except CannotLearn:
        if policy not in BELOW:
            raise
        return fit_or_below(BELOW[policy], training, seed=seed, threads=threads)


def fit_linear(training: TrainingSet) -> LinearRanker:
    """The linear ranker on all slates; raises CannotLearn."""
    ranker.refuse_unlearnable(training.labels, training.groups)
    weights = training.slate_weights()
    return linear.fit(training.features, training.labels, training.groups, weights=weights)


def fit_ltr(training: TrainingSet, *, seed: int = 0, threads: int = 1) -> LtrRanker:
    """LambdaMART: rounds found on the newest fifth, then refitted on all slates.

    The refit uses the newest slates too, which early stopping had to leave out. Raises
    CannotLearn.
    """
    return _trees(training, seed=seed, threads=threads)


def fit_stacked(training: TrainingSet, *, seed: int = 0, threads: int = 1) -> StackedRanker:
    """The linear ranker, and LambdaMART with its score as init_score; raises CannotLearn."""
    below = fit_linear(training)
    trees = _trees(training, below=below, seed=seed, threads=threads)
    spread = (below.score(training.features).std(), trees.score(training.features).std())
    return StackedRanker(below, trees, (float(spread[0]), float(spread[1])))


def _trees(
    training: TrainingSet, *, below: LinearRanker | None = None, seed: int, threads: int
) -> LtrRanker:
    ranker.refuse_unlearnable(training.labels, training.groups)
    cut = max(1, round(len(training) * LATER_SHARE))
    newest = np.arange(len(training)) >= len(training) - cut
    earlier, later = training.slates(~newest), training.slates(newest)
    rounds = ranker.ROUNDS
    if len(earlier):
        # What the rounds are chosen on must be new to the linear score, too.
        probed = None if below is None else fit_linear(earlier)
        probe = ranker.fit(
            (earlier.features, earlier.labels, earlier.groups),
            later=(later.features, later.labels, later.groups),
            weights=earlier.row_weights(),
            positions=earlier.positions(),
            base=_base(probed, earlier, later),
            seed=seed,
            threads=threads,
        )
        rounds = max(FEWEST_ROUNDS, probe.booster.num_trees())
    return ranker.fit(
        (training.features, training.labels, training.groups),
        weights=training.row_weights(),
        positions=training.positions(),
        base=_base(below, training, None),
        rounds=rounds,
        seed=seed,
        threads=threads,
    )


def _base(
    below: LinearRanker | None, train: TrainingSet, later: TrainingSet | None
) -> tuple[Floats, Floats | None] | None:
    if below is None:
        return None
    return below.score(train.features), None if later is None else below.score(later.features)
