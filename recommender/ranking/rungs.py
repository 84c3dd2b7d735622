"""The ladder of policies, from the rule that needs no data to the one that needs most."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

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

Rounds = Mapping[str, int]
"""How many trees a rung gets, by its policy; a rung that is not there looks for itself."""

BELOW = {"ltr_on_linear": "ltr", "ltr": "linear"}
"""The rung that stands in where a rung cannot learn."""


def fit(
    policy: str,
    training: TrainingSet,
    *,
    rounds: Rounds = MappingProxyType({}),
    seed: int = 0,
    threads: int = 1,
) -> LinearRanker | LtrRanker | StackedRanker:
    """The ranker of this rung on all slates; raises CannotLearn, KeyError for another name."""
    if policy == "ltr":
        return fit_ltr(training, rounds=rounds.get(policy), seed=seed, threads=threads)
    if policy == "ltr_on_linear":
        return fit_stacked(training, rounds=rounds.get(policy), seed=seed, threads=threads)
    if policy == "linear":
        return fit_linear(training)
    if policy == "hand_signed":
        return linear.hand_signed()
    raise KeyError(f"{policy!r} is no rung of the ladder")


def fit_or_below(
    policy: str,
    training: TrainingSet,
    *,
    rounds: Rounds = MappingProxyType({}),
    seed: int = 0,
    threads: int = 1,
) -> LinearRanker | LtrRanker | StackedRanker:
    """The ranker of this rung, or of the nearest one below that these slates can teach.

    Which one it became is its own ``policy``. Raises CannotLearn when no rung is left.
    """
    try:
        return fit(policy, training, rounds=rounds, seed=seed, threads=threads)
    except CannotLearn:
        if policy not in BELOW:
            raise
        below = BELOW[policy]
        return fit_or_below(below, training, rounds=rounds, seed=seed, threads=threads)


def fit_linear(training: TrainingSet) -> LinearRanker:
    """The linear ranker on all slates; raises CannotLearn."""
    ranker.refuse_unlearnable(training.labels, training.groups)
    weights = training.slate_weights()
    return linear.fit(training.features, training.labels, training.groups, weights=weights)


def fit_ltr(
    training: TrainingSet, *, rounds: int | None = None, seed: int = 0, threads: int = 1
) -> LtrRanker:
    """LambdaMART with so many trees; None: as many as the newest fifth of the slates asks for.

    That fifth is learned from, too, once it has been asked. Raises CannotLearn.
    """
    return _trees(training, rounds=rounds, seed=seed, threads=threads)


def fit_stacked(
    training: TrainingSet,
    *,
    below: LinearRanker | None = None,
    rounds: int | None = None,
    seed: int = 0,
    threads: int = 1,
) -> StackedRanker:
    """The linear ranker, and LambdaMART with its score as init_score; raises CannotLearn.

    ``below`` is the linear ranker of this training, when it is there already.
    """
    below = below or fit_linear(training)
    trees = _trees(training, below=below, rounds=rounds, seed=seed, threads=threads)
    return _stacked(below, trees, training)


def fit_and_ask(
    policy: str,
    earlier: TrainingSet,
    later: TrainingSet,
    *,
    below: LinearRanker,
    rounds: int | None = None,
    seed: int = 0,
    threads: int = 1,
) -> tuple[LtrRanker | StackedRanker, int]:
    """A rung with trees as ``earlier`` slates teach it, and how many trees ``later`` ones ask for.

    ``below`` is the linear ranker of the earlier slates, ``rounds`` as for ``fit_ltr``: what later
    slates ask for is for the fits to come. Raises CannotLearn.
    """
    base = below if policy == StackedRanker.policy else None
    if rounds is None:
        rounds = _rounds(earlier, stacked=base is not None, seed=seed, threads=threads)
    trees, asked = ranker.fit_and_ask(
        _slates(earlier),
        later=_slates(later),
        rounds=rounds,
        weights=earlier.row_weights(),
        positions=earlier.positions(),
        later_positions=later.positions(),
        base=_base(base, earlier, later),
        seed=seed,
        threads=threads,
    )
    fitted = trees if base is None else _stacked(base, trees, earlier)
    return fitted, max(FEWEST_ROUNDS, asked)


def _trees(
    training: TrainingSet,
    *,
    below: LinearRanker | None = None,
    rounds: int | None,
    seed: int,
    threads: int,
) -> LtrRanker:
    ranker.refuse_unlearnable(training.labels, training.groups)
    if rounds is None:
        rounds = _rounds(training, stacked=below is not None, seed=seed, threads=threads)
    return ranker.fit(
        _slates(training),
        weights=training.row_weights(),
        positions=training.positions(),
        base=_base(below, training, None),
        rounds=rounds,
        seed=seed,
        threads=threads,
    )


def _rounds(training: TrainingSet, *, stacked: bool, seed: int, threads: int) -> int:
    cut = max(1, round(len(training) * LATER_SHARE))
    newest = np.arange(len(training)) >= len(training) - cut
    earlier, later = training.slates(~newest), training.slates(newest)
    if not len(earlier):
        return ranker.ROUNDS
    # What the rounds are chosen on must be new to the linear score, too.
    probed = fit_linear(earlier) if stacked else None
    probe = ranker.fit(
        _slates(earlier),
        later=_slates(later),
        weights=earlier.row_weights(),
        positions=earlier.positions(),
        later_positions=later.positions(),
        base=_base(probed, earlier, later),
        seed=seed,
        threads=threads,
    )
    return max(FEWEST_ROUNDS, int(probe.booster.num_trees()))


def _stacked(below: LinearRanker, trees: LtrRanker, training: TrainingSet) -> StackedRanker:
    spread = (below.score(training.features).std(), trees.score(training.features).std())
    return StackedRanker(below, trees, (float(spread[0]), float(spread[1])))


def _slates(training: TrainingSet) -> ranker.Slates:
    return training.features, training.labels, training.groups


def _base(
    below: LinearRanker | None, train: TrainingSet, later: TrainingSet | None
) -> tuple[Floats, Floats | None] | None:
    if below is None:
        return None
    return below.score(train.features), None if later is None else below.score(later.features)
