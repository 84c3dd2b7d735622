"""With what a store may begin, and who serves in it as its own slates come in.

Trainings stand at the sizes of the learning curve; each is judged beside what serves then, by the
store's own gate, and what serves is carried on to the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from recommender import conf
from recommender.proof import lesson
from recommender.proof.lesson import Lesson, Live
from recommender.proof.scene import Scene
from recommender.proof.slates import judged
from recommender.ranking import linear
from recommender.ranking.errors import CannotLearn
from recommender.ranking.personas import UTILITIES, Persona, known_utility
from recommender.ranking.query import Floats
from recommender.ranking.training_set import TrainingSet
from recommender.simulated.season import DAYS

PRIOR_VISITS = 400
"""Simulated sessions that a store begins with, as the demo store does."""


@dataclass(frozen=True)
class Start:
    """What serves before the first slate (None: the blend), and what is learned from besides."""

    live: Live | None = None
    prior: TrainingSet | None = None


def starts(visits: Sequence[Scene], *, seed: int) -> dict[str, Start]:
    """{"nothing", "shipped", "good_prior", "wrong_prior"}; the first ``PRIOR_VISITS`` of ``visits``
    are the simulated ones.

    Shipped: the written weights serve. Good: simulated shoppers as the real ones are. Wrong:
    simulated ones who want the opposite. What their training gives serves at first.
    """
    written = linear.hand_signed()
    found = {"nothing": Start(), "shipped": Start(Live(written.policy, written))}
    for name, wish in (("good_prior", known_utility), ("wrong_prior", opposite)):
        prior = _as_prior(judged(visits[:PRIOR_VISITS], seed=seed, wish=wish))
        found[name] = Start(lesson.serves(lesson.learn(prior, seed=seed), None), prior)
    return found


def opposite(persona: Persona, columns: Mapping[str, Floats]) -> Floats:
    """The utility mirrored at the bar for looking: what is best for the one is worst here."""
    return 2.0 * UTILITIES[persona].look_bar - known_utility(persona, columns)


class Store:
    """One store after one ``Start``; ``live`` serves, None is the blend."""

    def __init__(self, start: Start, *, seed: int) -> None:
        self._prior, self._seed = start.prior, seed
        self.live = start.live

    def learn(self, real: TrainingSet, alone: Lesson | None) -> None:
        """A training on ``real`` slates and the prior; ``alone`` is what ``real`` ones teach alone
        (None: nothing)."""
        lessons = alone
        if self._prior is not None:
            rows = pd.concat([self._prior.rows, real.rows])
            both = TrainingSet.from_rows(rows, weighing=conf.current().weighing())
            if both.prior_weight():
                lessons = learned(both, seed=self._seed)
        if lessons is not None:
            self.live = lesson.serves(lessons, self.live, seed=self._seed)


def learned(training: TrainingSet, *, seed: int) -> Lesson | None:
    """As a training of the store learns; None while there is nothing to learn."""
    try:
        return lesson.learn(training, seed=seed)
    except CannotLearn:
        return None


def _as_prior(slates: TrainingSet) -> TrainingSet:
    """The same slates as simulated ones, before all that the real shoppers do."""
    rows = slates.rows.assign(origin="simulated", qid="prior-" + slates.rows["qid"])
    rows["served_at"] = rows["served_at"] - timedelta(days=DAYS + 1)
    return TrainingSet.from_rows(rows)
