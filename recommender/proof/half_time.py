"""At half-time the shoppers begin to care more for one feature: do the weights follow?

Beside it a store in which nothing changes, with the same visits: what moves there is luck.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recommender import plots
from recommender.proof import lesson
from recommender.proof.finding import Finding
from recommender.proof.scene import Scene, Wish
from recommender.proof.slates import judged
from recommender.ranking import importance
from recommender.ranking.features.schema import column
from recommender.ranking.personas import Persona, known_utility
from recommender.ranking.query import Floats
from recommender.ranking.training_set import TrainingSet

FEATURE = "semantic_sim"
RAISED_BY = 4.0
"""Weight added to everybody's utility; the personas' own weights of it are 0.2 to 1.4."""

BEFORE, STEPS, WITHIN = 400, (0, 100, 200, 300), 200
VISITS = BEFORE + STEPS[-1]


@dataclass(frozen=True)
class Curve:
    """Of one store: percent of the weights and loss of NDCG@5 after each of ``STEPS`` slates."""

    share: list[float]
    drop: list[float]
    above_noise: list[bool]


def curves(scenes: Sequence[Scene], *, stores: int, seed: int) -> dict[str, list[Curve]]:
    """{"raised": a curve per store, "unchanged": the same}; needs ``VISITS`` scenes.

    The weights are those that the model page would show: of the chosen rung, on the later slates
    of the whole log so far.
    """
    found: dict[str, list[Curve]] = {"raised": [], "unchanged": []}
    for store in range(stores):
        own = 1000 * seed + 10 * store
        before = judged(scenes[:BEFORE], seed=own)
        for name, wish in (("raised", _raised(scenes)), ("unchanged", known_utility)):
            after = judged(scenes[BEFORE:VISITS], seed=own + 1, wish=wish)
            found[name].append(_followed(before, after, seed=own))
    return found


def finding(found: Mapping[str, Sequence[Curve]]) -> Finding:
    """In every store above noise, above where it was, and above the store without a change."""
    at = STEPS.index(WITHIN)
    raised, unchanged = found["raised"], found["unchanged"]
    follows = [
        new.above_noise[at] and new.drop[at] > new.drop[0] and new.drop[at] > old.drop[at]
        for new, old in zip(raised, unchanged, strict=True)
    ]
    told = ", ".join(
        f"{share:.0f} %" + (f" after {n}" if n else " before")
        for n, share in zip(STEPS, _mean_share(raised), strict=True)
    )
    beside = _mean_share(unchanged)[at]
    return Finding(
        f"The weight of {FEATURE} follows within {WITHIN} slates after its true utility was raised",
        f"share of the held-out weights, mean of {len(raised)} stores: {told}; without a change "
        f"{beside:.0f} % after {WITHIN}; it followed in {sum(follows)} of {len(follows)} stores",
        all(follows),
    )


def plot(found: Mapping[str, Sequence[Curve]]) -> str:
    """The mean share over the stores, as SVG."""
    lines = [
        plots.Line(f"utility {name}", list(zip(STEPS, _mean_share(own), strict=True)))
        for name, own in found.items()
    ]
    return plots.chart(
        lines,
        title=f"Learned weight of {FEATURE} when shoppers begin to care for it",
        x_label="slates since half-time",
        y_label="share of held-out weights, percent",
    )


def _raised(scenes: Sequence[Scene]) -> Wish:
    middle = float(np.nanmean([np.nanmean(s.features[:, column(FEATURE)]) for s in scenes]))

    def wish(persona: Persona, columns: Mapping[str, Floats]) -> Floats:
        # About the middle, so that the bars for looking and accepting keep their sense.
        cared = np.nan_to_num(columns[FEATURE], nan=middle) - middle
        return known_utility(persona, columns) + RAISED_BY * cared

    return wish


def _followed(before: TrainingSet, after: TrainingSet, *, seed: int) -> Curve:
    curve = Curve([], [], [])
    for count in STEPS:
        newest = after.slates(np.arange(len(after)) < count)
        so_far = TrainingSet.from_rows(pd.concat([before.rows, newest.rows]))
        learned = lesson.learn(so_far, seed=seed)
        weights = importance.held_out(learned.chain.blocks, learned.policy, seed=seed)
        curve.share.append(weights["all_features"][FEATURE])
        curve.drop.append(weights["held_out"][FEATURE]["drop"])
        curve.above_noise.append(weights["held_out"][FEATURE]["above_noise"])
    return curve


def _mean_share(curves: Sequence[Curve]) -> list[float]:
    return [float(value) for value in np.mean([curve.share for curve in curves], axis=0)]
