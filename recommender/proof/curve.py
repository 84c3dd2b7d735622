"""How well everything ranks after few and after many informative slates, where truth is known.

TARGETS Q2. Truth is the shopper's utility, the hidden taste that no feature shows included; a
list's gains lie between its worst swap (0) and its best (1).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender import conf
from recommender.comparison import RUNGS
from recommender.proof import lesson
from recommender.proof.scene import Scene
from recommender.proof.slates import Scoring, judged
from recommender.proof.world import World
from recommender.ranking import blend, linear, rungs
from recommender.ranking.blend import Blend
from recommender.ranking.errors import CannotLearn
from recommender.ranking.metrics import ndcg, ndcg_of_gains, random_ndcg
from recommender.ranking.pairs import informative
from recommender.ranking.query import Floats
from recommender.ranking.training_set import TrainingSet

WHOLE_K, SLATE_K = 10, 5
SPARE = 1.3
"""So many more visits are played: of some slates no label tells two items apart."""

FRESH = 50_000


@dataclass(frozen=True)
class Exam:
    """Fresh lists with their truth, and slates of them with what their shoppers did."""

    features: Floats
    groups: np.ndarray
    gains: Floats
    several_anchors: np.ndarray
    slates: TrainingSet

    @classmethod
    def of(cls, scenes: Sequence[Scene], *, seed: int) -> Exam:
        return cls(
            np.concatenate([scene.features for scene in scenes]),
            np.array([len(scene.products) for scene in scenes]),
            np.concatenate([_gains(scene.truth) for scene in scenes]),
            np.array([scene.several_anchors for scene in scenes]),
            judged(scenes, seed=seed),
        )

    def marks(self, scorer: Scoring | None) -> tuple[Floats, Floats]:
        """NDCG@10 by truth per whole list and NDCG@5 by labels per slate; None: random order."""
        slates = self.slates
        if scorer is None:
            nothing = np.zeros(len(self.gains))
            return (
                ndcg_of_gains(self.gains, nothing, self.groups, k=WHOLE_K),
                random_ndcg(slates.labels, slates.groups, k=SLATE_K),
            )
        return (
            ndcg_of_gains(
                self.gains, scorer.score(self.features, self.groups), self.groups, k=WHOLE_K
            ),
            ndcg(
                slates.labels,
                scorer.score(slates.features, slates.groups),
                slates.groups,
                k=SLATE_K,
            ),
        )


def learned_from(world: World, *, slates: int, seed: int, biased: bool) -> TrainingSet:
    """About ``slates`` informative slates, or some more.

    Unbiased: drawn at random, every place examined. ``biased``: ordered by the written weights with
    the store's own share of exploration, place p examined with probability 1/p.
    """
    scenes = world.scenes(int(slates * SPARE) + 10, seed=seed)
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


def policies(training: TrainingSet, *, seed: int) -> tuple[dict[str, Scoring | None], str]:
    """What is compared after ``training``, and the policy that the gate would serve."""
    fitted: dict[str, Scoring | None] = {"random": None, "blend": Blend()}
    fitted["tuned_blend"] = blend.tune(training.features, training.labels, training.groups)
    for rung in RUNGS:
        try:
            fitted[rung] = rungs.fit(rung, training, seed=seed)
        except CannotLearn:
            # Too little for trees: as in the forward chain, the linear ranker stands in.
            fitted[rung] = fitted["linear"]
    written = linear.hand_signed()
    fitted["wrong_prior"] = linear.fit(
        training.features, training.labels, training.groups, prior=-written.weights
    )
    try:
        learned = lesson.learn(training, seed=seed)
        served = learned.served
    except CannotLearn:
        served = Blend.policy
    fitted["served"] = fitted[served]
    return fitted, served


def without_positions(training: TrainingSet) -> TrainingSet:
    """The same slates as if all items had stood at one place: LightGBM's ``position=`` is idle."""
    return replace(training, rows=training.rows.assign(position=1))


def _gains(utility: Floats) -> Floats:
    span = utility.max() - utility.min()
    return (utility - utility.min()) / span if span > 0 else np.ones(len(utility))
