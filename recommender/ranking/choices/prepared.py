"""Everything that methods are fitted on and compared by: the replayed choices, by split."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from recommender.ranking.choices.history import History
from recommender.ranking.choices.questions import Questions, draw, find, split_of
from recommender.ranking.choices.rankers import Lessons
from recommender.ranking.choices.replay import Replayed, replay
from recommender.ranking.choices.tasks import TASKS, Task, task
from recommender.ranking.query import Ints, Vectors

MOST = {"train": 40, "validation": 12, "test": 16}
"""Queries per household and split."""

SPLITS = tuple(MOST)


@dataclass(frozen=True)
class Prepared:
    """The choices that the candidates cover: of the training, validation and test weeks."""

    history: History
    households: int
    train: Replayed
    validation: Replayed
    test: Replayed
    coverage: float

    @property
    def lessons(self) -> Lessons:
        return Lessons(self.train, self.validation)

    @property
    def shoppers(self) -> Ints:
        """Who asked each test query."""
        return np.asarray(self.history.household[self.test.asked.purchase])

    def tasks(self, replayed: Replayed) -> dict[str, Task]:
        """The three tasks on these choices."""
        return {name: task(replayed, self.history, name) for name in TASKS}

    def counts(self) -> dict[str, int]:
        """Queries by split."""
        parts = (self.train, self.validation, self.test)
        return {split: len(part.groups) for split, part in zip(SPLITS, parts, strict=True)}


def ask(history: History, households: Ints, *, seed: int) -> Questions:
    """The choices of these households, at most ``MOST`` of each and split, drawn at random."""
    rng = np.random.default_rng(seed)
    return draw(find(history, households), history, most=MOST, rng=rng)


def prepare(
    history: History,
    questions: Questions,
    vectors_at: Callable[[int], Vectors],
    *,
    told: Callable[[float], None] = lambda share: None,
) -> Prepared:
    """Replays the choices, each with what lay before it; ``told`` hears the share done.

    Raises ValueError when a split is left without a query.
    """
    replayed = replay(history, questions, vectors_at, told=told)
    split = split_of(history.week[replayed.asked.purchase])
    for name in SPLITS:
        if not np.any(split == name):
            raise ValueError(
                f"no choice of the {name} weeks has its bought product among the candidates"
            )
    parts = {name: replayed.take(split == name) for name in SPLITS}
    households = len(np.unique(history.household[questions.purchase]))
    return Prepared(history, households, **parts, coverage=replayed.coverage)
