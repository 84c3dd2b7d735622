"""From visits to judged slates: what is shown, what is looked at and kept, and its labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol
from uuid import UUID

import numpy as np
import pandas as pd

from recommender.proof.scene import Scene, Wish
from recommender.ranking import random_slate
from recommender.ranking.exploration import draw
from recommender.ranking.features.schema import NAMES
from recommender.ranking.judgements import Fact, judge
from recommender.ranking.personas import UTILITIES, known_utility, looks
from recommender.ranking.query import Floats, Ints
from recommender.ranking.training_set import ABOUT, TrainingSet
from recommender.simulated.visit import REMOVED_SHARE, UNDONE_SHARE

SIZE = 5
ORIGIN = "served"
"""In this world simulated shoppers are the real ones; as a prior they would lose their weight."""


class Scoring(Protocol):
    """Anything that scores rows: a ranker of any rung, the blend."""

    def score(self, features: Floats, groups: Ints | None = None) -> Floats: ...


def judged(
    scenes: Sequence[Scene],
    *,
    seed: int,
    shown_by: Scoring | None = None,
    exploration: float = 0.0,
    examined: bool = False,
    wish: Wish = known_utility,
) -> TrainingSet:
    """One slate of five per visit, with the labels of what its shopper did.

    ``shown_by`` orders, and a share ``exploration`` of the slates explores; None: all are drawn at
    random, as in ``simulate_shoppers``. With ``examined`` the place p is looked at with probability
    1/p, else every place is.
    """
    rng = np.random.default_rng(seed)
    about: list[tuple[Any, ...]] = []
    vectors: list[Floats] = []
    for number, scene in enumerate(scenes):
        shown, propensities = _shown(scene, shown_by, exploration, rng)
        qid = UUID(int=(seed << 64) + number)
        labels = _labels(qid, scene, scene.utility(shown, wish=wish), rng, examined=examined)
        for at, row in enumerate(shown.tolist()):
            about.append(
                (
                    str(qid), scene.name, f"v:{scene.name}", scene.served_at, ORIGIN,
                    str(scene.persona), at + 1, int(scene.products[row]), int(scene.anchors[row]),
                    float(propensities[at]), labels[at],
                )
            )  # fmt: skip
        vectors.append(scene.features[shown])
    rows = pd.DataFrame(about, columns=list(ABOUT))
    values = pd.DataFrame(np.concatenate(vectors), columns=list(NAMES))
    return TrainingSet.from_rows(pd.concat([rows, values], axis=1))


def _shown(
    scene: Scene, ranker: Scoring | None, exploration: float, rng: np.random.Generator
) -> tuple[Ints, Floats]:
    products, anchors = scene.products, scene.anchors
    if ranker is None:
        return random_slate.draw(products, anchors, rng=rng, size=SIZE)
    scores = ranker.score(scene.features)
    return draw(scores, products, anchors, share=exploration, rng=rng, size=SIZE)


def _labels(
    qid: UUID, scene: Scene, utility: Floats, rng: np.random.Generator, *, examined: bool
) -> list[int]:
    """As ``simulated.visit`` acts: looks, the best swap accepted if it is good enough, bought."""
    places = np.arange(1, len(utility) + 1)
    noticed = rng.random(len(utility)) < 1.0 / places if examined else np.ones(len(utility), bool)
    looked = (looks(rng, scene.persona, utility) > 0) & noticed
    facts = [Fact(qid, int(at), "impression", 0.0) for at in places]
    facts += [Fact(qid, int(at), "view", 1.0) for at in places[looked]]
    best = int(np.argmax(np.where(looked, utility, -np.inf)))
    if looked[best] and utility[best] > UTILITIES[scene.persona].accept_bar:
        facts.append(Fact(qid, best + 1, "swap_accept", 2.0))
        dice = rng.random()
        if dice < UNDONE_SHARE:
            facts.append(Fact(qid, best + 1, "swap_undo", 3.0))
        elif dice < UNDONE_SHARE + REMOVED_SHARE:
            facts.append(Fact(qid, best + 1, "cart_remove", 3.0))
        facts.append(Fact(qid, best + 1, "purchase", 4.0))
    found = judge(facts, served_at={qid: 0.0})
    return [found[qid, int(at)] for at in places]
