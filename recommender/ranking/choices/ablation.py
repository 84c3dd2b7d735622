"""What each feature is worth: how much worse the trees rank when they are taught without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from recommender.ranking import importance
from recommender.ranking.choices import rankers
from recommender.ranking.choices.as_slates import training_set
from recommender.ranking.choices.comparison import K
from recommender.ranking.choices.prepared import Prepared
from recommender.ranking.choices.rankers import Lessons
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.evaluation import Block
from recommender.ranking.features.schema import FAMILIES, NAMES, column
from recommender.ranking.metrics import ndcg, paired_difference
from recommender.ranking.query import Floats

PERMUTED = 2_000
"""Test queries, drawn at random, on which columns are permuted."""

Interval = tuple[float, float, float]
Worth = dict[str, dict[str, Interval]]


def run(
    prepared: Prepared,
    *,
    seed: int,
    threads: int,
    told: Callable[[float], None] = lambda share: None,
) -> dict[str, Any]:
    """{"features", "families": {name: {task: loss of NDCG@10, low, high}}, "permuted": …}.

    The first two are of LambdaMART taught without the feature, or without the whole family, on the
    test weeks; "permuted" is ``importance.held_out`` of LambdaMART taught with all, on a part of
    these.
    """
    whole = rankers.fit_trees(prepared.lessons, seed=seed, threads=threads)
    with_all = _quality(prepared, whole.score(prepared.test.features))
    found: dict[str, Worth] = {"features": {}, "families": {}}
    tried: list[tuple[str, str, tuple[str, ...]]] = [("features", name, (name,)) for name in NAMES]
    # A family of one is that feature.
    tried += [("families", name, own) for name, own in FAMILIES.items() if len(own) > 1]
    for at, (kind, name, own) in enumerate(tried):
        told(at / (len(tried) + 1))
        lessons = Lessons(_without(prepared.train, own), _without(prepared.validation, own))
        fitted = rankers.fit_trees(lessons, seed=seed, threads=threads)
        without = _quality(prepared, fitted.score(_without(prepared.test, own).features))
        found[kind][name] = {
            task: paired_difference(
                with_all[task],
                without[task],
                prepared.shoppers[asked.queries],
                rng=np.random.default_rng(seed),
            )
            for task, asked in prepared.tasks(prepared.test).items()
        }
    for name, own in FAMILIES.items():
        if len(own) == 1:
            found["families"][name] = found["features"][own[0]]
    rng = np.random.default_rng(seed)
    drawn = rng.permutation(len(prepared.test.groups)) < PERMUTED
    slates = training_set(prepared.test.take(drawn), prepared.history)
    permuted = importance.held_out([Block(slates, {"ltr": whole})], "ltr", seed=seed)
    return {**found, "permuted": permuted["held_out"]}


def _without(replayed: Replayed, names: Sequence[str]) -> Replayed:
    """The same choices with these features never known."""
    features = replayed.features.copy()
    features[:, [column(name) for name in names]] = np.nan
    return replace(replayed, features=features)


def _quality(prepared: Prepared, score: Floats) -> dict[str, Floats]:
    return {
        name: ndcg(task.labels, task.of(score), task.groups, k=K)
        for name, task in prepared.tasks(prepared.test).items()
    }


def markdown(found: dict[str, Any]) -> str:
    """A row per feature and family, the dearest first."""
    lines = [
        "| taught without | switch | all | permuted, NDCG@5 | above noise |",
        "|---|---|---|---|---|",
    ]
    for kind in ("features", "families"):
        worth: Worth = found[kind]
        for name in sorted(worth, key=lambda name: -worth[name]["all"][0]):
            cells = [_cell(worth[name][task]) for task in ("switch", "all")]
            noise = "–", "–"
            if kind == "features":
                own = found["permuted"][name]
                told = _cell((own["drop"], own["low"], own["high"]))
                noise = told, "yes" if own["above_noise"] else "no"
            shown = f"`{name}`" if kind == "features" else f"all of {name}"
            lines.append(f"| {shown} | {' | '.join((*cells, *noise))} |")
    return "\n".join(lines)


def _cell(values: Interval) -> str:
    mean, low, high = values
    return f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
