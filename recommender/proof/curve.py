"""How well everything ranks after few and after many informative slates, where truth is known.

TARGETS Q2. Truth is the shopper's utility, the hidden taste that no feature shows included; a
list's gains lie between its worst swap (0) and its best (1). Two ceilings stand beside it: what
could be had by knowing every shopper's utility but for the hidden taste, and by knowing the kinds
of shopper and their shares, but not who is of which.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender import conf
from recommender.proof.scene import Scene, columns_of
from recommender.proof.slates import Scoring, judged
from recommender.ranking import blend, linear, rungs
from recommender.ranking.errors import CannotLearn
from recommender.ranking.metrics import ndcg, ndcg_of_gains, random_ndcg
from recommender.ranking.pairs import informative
from recommender.ranking.personas import SHARES, Persona, known_utility
from recommender.ranking.query import Floats, Ints
from recommender.ranking.training_set import TrainingSet
from recommender.simulated.comparison import RUNGS

WHOLE_K, SLATE_K = 10, 5
SPARE = 1.25
"""So many more visits are played: of some slates no label tells two items apart."""

FRESH = 50_000


Marks = tuple[Floats, Floats]
"""NDCG@10 by truth per whole list, NDCG@5 by labels per slate."""


@dataclass(frozen=True)
class Exam:
    """Fresh lists with their truth, and slates of them with what their shoppers did."""

    features: Floats
    groups: Ints
    gains: Floats
    personas: list[Persona]
    several_anchors: NDArray
    slates: TrainingSet

    @classmethod
    def of(cls, scenes: Sequence[Scene], *, seed: int) -> Exam:
        return cls(
            np.concatenate([scene.features for scene in scenes]),
            np.array([len(scene.products) for scene in scenes]),
            np.concatenate([_gains(scene.truth) for scene in scenes]),
            [scene.persona for scene in scenes],
            np.array([scene.several_anchors for scene in scenes]),
            judged(scenes, seed=seed),
        )

    def marks(self, scorer: Scoring) -> Marks:
        """Of anything that scores rows."""
        slates = self.slates
        return self._marks(
            scorer.score(self.features, self.groups), scorer.score(slates.features, slates.groups)
        )

    def without_learning(self) -> dict[str, Marks]:
        """Random order, and the two ceilings."""
        slates = self.slates
        who = [Persona(name) for name in slates.first_rows["persona"]]
        lists, shown = (self.features, self.groups), (slates.features, slates.groups)
        return {
            "random": (
                ndcg_of_gains(self.gains, np.zeros(len(self.gains)), self.groups, k=WHOLE_K),
                random_ndcg(slates.labels, slates.groups, k=SLATE_K),
            ),
            "knows_shares": self._marks(_by_shares(*lists), _by_shares(*shown)),
            "knows_utility": self._marks(_by_own(*lists, self.personas), _by_own(*shown, who)),
        }

    def _marks(self, whole: Floats, shown: Floats) -> Marks:
        slates = self.slates
        return (
            ndcg_of_gains(self.gains, whole, self.groups, k=WHOLE_K),
            ndcg(slates.labels, shown, slates.groups, k=SLATE_K),
        )


def learned_from(scenes: Sequence[Scene], *, seed: int, biased: bool) -> TrainingSet:
    """The informative slates of these visits.

    Unbiased: drawn at random, every place examined. ``biased``: ordered by the written weights with
    the store's own share of exploration, place p examined with probability 1/p.
    """
    given = judged(
        scenes,
        seed=seed,
        shown_by=linear.hand_signed() if biased else None,
        exploration=conf.current().exploration_share,
        examined=biased,
    )
    return given.slates(informative(given.labels, given.groups))


def first(training: TrainingSet, count: int, *, seed: int) -> TrainingSet:
    """``count`` of the slates, drawn over the whole time. Raises CannotLearn if there are fewer."""
    if len(training) < count:
        raise CannotLearn(f"{len(training)} informative slates where {count} were asked for")
    chosen = np.random.default_rng(seed).permutation(len(training)) < count
    return training.slates(chosen)


def rungs_of(training: TrainingSet, *, seed: int) -> dict[str, Scoring]:
    """Every rung on its own, whatever the gate would say, and a linear one that began wrong."""
    fitted: dict[str, Scoring] = {
        "tuned_blend": blend.tune(training.features, training.labels, training.groups)
    }
    for rung in RUNGS:
        try:
            fitted[rung] = rungs.fit(rung, training, seed=seed)
        except CannotLearn:
            # Too little for trees: as in the forward chain, the linear ranker stands in.
            fitted[rung] = fitted["linear"]
    fitted["wrong_prior"] = linear.fit(
        training.features,
        training.labels,
        training.groups,
        prior=-linear.hand_signed().weights,
    )
    return fitted


def with_biased_looks(training: TrainingSet, *, seed: int) -> dict[str, Scoring]:
    """LambdaMART with and without the shown position; linear while trees cannot learn."""
    found: dict[str, Scoring] = {}
    for name, slates in (
        ("biased_plain", without_positions(training)),
        ("biased_position", training),
    ):
        try:
            found[name] = rungs.fit("ltr", slates, seed=seed)
        except CannotLearn:
            found[name] = rungs.fit("linear", slates, seed=seed)
    return found


def without_positions(training: TrainingSet) -> TrainingSet:
    """The same slates as if all items had stood at one place: LightGBM's ``position=`` is idle."""
    return replace(training, rows=training.rows.assign(position=1))


def _by_own(features: Floats, groups: Ints, personas: Sequence[Persona]) -> Floats:
    parts = np.split(features, np.cumsum(groups)[:-1])
    return np.concatenate(
        [known_utility(who, columns_of(part)) for who, part in zip(personas, parts, strict=True)]
    )


def _by_shares(features: Floats, groups: Ints) -> Floats:
    """The gain that is to be expected of each swap when the shopper may be of any kind."""
    parts = np.split(features, np.cumsum(groups)[:-1])
    return np.concatenate(
        [
            sum(
                (s * _gains(known_utility(who, columns_of(part))) for who, s in SHARES.items()),
                start=np.zeros(len(part)),
            )
            for part in parts
        ]
    )


def _gains(utility: Floats) -> Floats:
    span = utility.max() - utility.min()
    return (utility - utility.min()) / span if span > 0 else np.ones(len(utility))
