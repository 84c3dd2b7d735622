"""The ladder of policies, from the rule that needs no data to the one that needs most."""

from __future__ import annotations

import numpy as np

from recommender.ranking import linear, ranker
from recommender.ranking.linear import LinearRanker
from recommender.ranking.ranker import LtrRanker
from recommender.ranking.training_set import TrainingSet

LATER_SHARE = 0.2
"""Of the slates to train on, the share (the newest) that early stopping looks at."""

FEWEST_ROUNDS = 10


def fit(
    policy: str, training: TrainingSet, *, seed: int = 0, threads: int = 1
) -> LinearRanker | LtrRanker:
    """The ranker of this rung on all slates; raises CannotLearn, KeyError for another name."""
    if policy == "ltr":
        return fit_ltr(training, seed=seed, threads=threads)
    if policy == "linear":
        return fit_linear(training)
    if policy == "hand_signed":
        return linear.hand_signed()
    raise KeyError(f"{policy!r} is no rung of the ladder")


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
    ranker.refuse_unlearnable(training.labels, training.groups)
    cut = max(1, round(len(training) * LATER_SHARE))
    newest = np.arange(len(training)) >= len(training) - cut
    earlier, later = training.slates(~newest), training.slates(newest)
    rounds = ranker.ROUNDS
    if len(earlier):
        probe = ranker.fit(
            (earlier.features, earlier.labels, earlier.groups),
            later=(later.features, later.labels, later.groups),
            weights=earlier.row_weights(),
            positions=earlier.positions(),
            seed=seed,
            threads=threads,
        )
        rounds = max(FEWEST_ROUNDS, probe.booster.num_trees())
    return ranker.fit(
        (training.features, training.labels, training.groups),
        weights=training.row_weights(),
        positions=training.positions(),
        rounds=rounds,
        seed=seed,
        threads=threads,
    )
