"""Four stores of one kind of shopper each: every ranker learns its own shoppers' utility.

All see the same kinds of carts, from on budget to twice over it, so that the stores differ in
nothing but what their shoppers want. The same ladder on the same lists orders them in four ways:
looked at is the rung that a training would choose. A context feature cannot order a list by itself;
that it was learned shows in an order that changes with it where the utility says so, and in one
that does not where it says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations

import numpy as np

from recommender.proof import lesson
from recommender.proof.finding import Finding
from recommender.proof.scene import Scene
from recommender.proof.slates import Scoring, judged
from recommender.proof.world import World
from recommender.ranking.artifact import Scorer
from recommender.ranking.blend import Blend
from recommender.ranking.features.schema import NAMES, column
from recommender.ranking.metrics import bootstrap_mean, ndcg_of_gains
from recommender.ranking.personas import Persona, known_utility
from recommender.ranking.query import Floats, Ints
from recommender.ranking.slate import order

GOAL = 0.85
K = 5
FRESH = 5_000
ANY_PRESSURE = (1.0, 2.0)
"""Totals over budget in all these stores: an effect can be learned only over what occurs."""

NAME = {
    Persona.BUDGET_HUNTER: "budget hunters",
    Persona.QUALITY_SEEKER: "quality seekers",
    Persona.CF_FOLLOWER: "CF followers",
    Persona.BUDGET_PRESSURED: "the budget-pressured",
}


def findings(world: World, *, slates: int, lists: int, stores: int, seed: int) -> list[Finding]:
    """``slates`` teach each store; ``lists`` fresh lists of mixed shoppers are ordered.

    Of the stores that show the order's change there are ``stores`` of each kind.
    """
    fresh = world.scenes(lists, seed=seed + FRESH)
    rankers = {persona: _taught(world, persona, slates=slates, seed=seed) for persona in Persona}
    pressed, seeking = (
        [rankers[kind]]
        + [_taught(world, kind, slates=slates, seed=seed + more) for more in range(1, stores)]
        for kind in (Persona.BUDGET_PRESSURED, Persona.QUALITY_SEEKER)
    )
    return [
        _differ(rankers, fresh),
        *(_quality(persona, ranker, fresh, slates) for persona, ranker in rankers.items()),
        _reordered(list(zip(pressed, seeking, strict=True)), fresh, slates),
    ]


def _taught(world: World, persona: Persona, *, slates: int, seed: int) -> Scorer:
    """What a store in which only ``persona`` shops would put live: the chosen rung."""
    visits = world.scenes(slates, seed=seed, only=persona, over=ANY_PRESSURE)
    return lesson.learn(judged(visits, seed=seed), seed=seed).challenger


def wanted(persona: Persona, scene: Scene, pressure: float | None = None) -> Floats:
    """What this kind of shopper would get from each swap of the list, without hidden taste."""
    columns = {name: scene.features[:, at] for at, name in enumerate(NAMES)}
    if pressure is not None:
        columns["budget_pressure"] = np.full(len(scene.products), pressure)
    return known_utility(persona, columns)


def _differ(rankers: dict[Persona, Scorer], lists: Sequence[Scene]) -> Finding:
    """Where two utilities name different first swaps, each side's own ranker serves it better."""
    firsts = {p: [_first(ranker, scene) for scene in lists] for p, ranker in rankers.items()}
    worth = {p: [_scaled(wanted(p, scene)) for scene in lists] for p in Persona}
    several = np.mean([len(set(tops)) > 1 for tops in zip(*firsts.values(), strict=True)])
    rng, leads = np.random.default_rng(0), {}
    for own, other in permutations(Persona, 2):
        apart = np.array(
            [
                mine[first] - mine[second]
                for mine, theirs, first, second in zip(
                    worth[own], worth[other], firsts[own], firsts[other], strict=True
                )
                if mine.argmax() != theirs.argmax()
            ]
        )
        leads[own, other] = bootstrap_mean(apart, np.arange(len(apart)), rng=rng)
    own, other = min(leads, key=lambda pair: leads[pair][1])
    closest, mean = leads[own, other], np.mean([lead for lead, _, _ in leads.values()])
    return Finding(
        "On the same candidates the personas' first swaps differ, as their utilities say",
        f"the four differ in {100 * several:.0f} % of {len(lists)} lists; where two utilities name "
        f"different ones, the own ranker's is worth {mean:+.2f} more of the list's span, the least "
        f"sure {_signed(closest)} ({NAME[own]} against {NAME[other]})",
        bool(several > 0.5 and closest[1] > 0.0),
    )


def _quality(persona: Persona, ranker: Scorer, lists: Sequence[Scene], slates: int) -> Finding:
    own, blend = (_ndcg(persona, scorer, lists) for scorer in (ranker, Blend()))
    groups = np.array([len(scene.products) for scene in lists])
    anything = ndcg_of_gains(
        np.concatenate([_scaled(wanted(persona, s)) for s in lists]),
        np.zeros(groups.sum()),
        groups,
        k=K,
    )
    mean, low, high = bootstrap_mean(own, np.arange(len(own)), rng=np.random.default_rng(0))
    return Finding(
        f"For {NAME[persona]} NDCG@{K} of whole lists by their own utility is at least {GOAL} "
        f"after {slates:,} slates",
        f"{ranker.policy} {mean:.3f} [{low:.3f}, {high:.3f}]; 60/40 blend {blend.mean():.3f}, "
        f"random {anything.mean():.3f}",
        mean >= GOAL,
    )


def _reordered(
    pairs: Sequence[tuple[Scorer, Scorer]], lists: Sequence[Scene], slates: int
) -> Finding:
    """Of ``pairs`` (a store of budget-pressured, one of quality seekers) the first must gain by
    the change of order what its utility promises; in the second no panel may change at all."""
    rng, who = np.random.default_rng(0), np.arange(len(lists))
    gain, moved, changed = np.zeros(len(lists)), np.zeros(len(lists)), 0
    for pressed, seeking in pairs:
        for at, scene in enumerate(lists):
            calm, hard = _shown(pressed, scene, 0.0), _shown(pressed, scene, 1.0)
            worth = _scaled(wanted(Persona.BUDGET_PRESSURED, scene, 1.0))
            gain[at] += (worth[hard].mean() - worth[calm].mean()) / len(pairs)
            moved[at] += float(calm[0] != hard[0]) / len(pairs)
            calm, hard = _shown(seeking, scene, 0.0), _shown(seeking, scene, 1.0)
            changed += not np.array_equal(calm, hard)
    gains = bootstrap_mean(gain, who, rng=rng)
    told = ", ".join(f"{pressed.policy}/{seeking.policy}" for pressed, seeking in pairs)
    return Finding(
        "With budget_pressure from 0 to 1 the order changes for the budget-pressured, and not for "
        "the quality seekers",
        f"{len(pairs)} stores of each, {slates:,} slates ({told}): for the pressed the first swap "
        f"changes in {100 * moved.mean():.0f} % of the lists and the panel gains "
        f"{_signed(gains)} of the list's span of utility; of "
        f"{len(pairs) * len(lists)} panels for quality seekers {changed} change",
        bool(moved.mean() > 0.0 and gains[1] > 0.0 and changed == 0),
    )


def _first(ranker: Scorer, scene: Scene) -> int:
    return int(order(ranker.score(scene.features), scene.products, scene.anchors)[0])


def _shown(ranker: Scorer, scene: Scene, pressure: float) -> Ints:
    features = scene.features.copy()
    features[:, column("budget_pressure")] = pressure
    return order(ranker.score(features), scene.products, scene.anchors)


def _ndcg(persona: Persona, scorer: Scoring, lists: Sequence[Scene]) -> Floats:
    return ndcg_of_gains(
        np.concatenate([_scaled(wanted(persona, s)) for s in lists]),
        np.concatenate([scorer.score(s.features) for s in lists]),
        np.array([len(s.products) for s in lists]),
        k=K,
    )


def _scaled(utility: Floats) -> Floats:
    """From 0, the list's worst, to 1, its best."""
    span = utility.max() - utility.min()
    return (utility - utility.min()) / span if span > 0 else np.ones(len(utility))


def _signed(interval: tuple[float, float, float]) -> str:
    mean, low, high = interval
    return f"{mean:+.4f} [{low:+.4f}, {high:+.4f}]"
