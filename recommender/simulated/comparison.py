"""Does learning pay? Rankers taught by simulated sessions, judged on fresh ones of another seed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from django.db import transaction

from recommender import conf, report
from recommender.learning import frames
from recommender.ranking import blend, evaluation, gate, rungs
from recommender.ranking.artifact import Scorer
from recommender.ranking.blend import Blend
from recommender.ranking.metrics import bootstrap_mean, paired_difference
from recommender.ranking.query import Floats
from recommender.ranking.training_set import TrainingSet
from recommender.simulated import season

SLATE_SIZE = 5
POLICIES = {
    policy: words for policy, words in report.POLICIES.items() if policy not in ("live", "oracle")
} | {"served": "**served policy**", "oracle": report.POLICIES["oracle"]}
RIVAL = "tuned_blend"
RUNGS = (*gate.SIMPLE, *gate.TREES)
LEARNED = ("linear", *gate.TREES, "served")


def run(
    *,
    sizes: list[int],
    fresh: int,
    seeds: list[int],
    told: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """NDCG@5 on ``fresh`` new sessions per seed after learning from each of ``sizes`` sessions.

    Returns {size: {"ndcg_at_5": {policy: (mean, low, high)}, "lead": {policy: …}, "served": […]}}:
    intervals over shoppers of all seeds together, ``lead`` is the paired difference to the tuned
    blend. What is simulated is rolled back: the store stays as it was.
    """
    collected: dict[int, list[tuple[str, dict[str, Floats], np.ndarray]]] = {s: [] for s in sizes}
    whole, done = len(seeds) * (sum(sizes) + fresh), 0
    for seed in seeds:
        test = _simulated(fresh, seed=10_000 + seed)
        done += fresh
        told(done, whole)
        for size in sizes:
            training = _simulated(size, seed=seed)
            done += size
            told(done, whole)
            served, values = _judged(training, test)
            shoppers = np.char.add(f"{seed}/", test.shoppers.astype(str))
            collected[size].append((served, values, shoppers))
    return {str(size): _summary(parts) for size, parts in collected.items()}


def markdown(result: dict[str, Any], *, fresh: int, seeds: int) -> str:
    """The figures as a table: a row per policy, a column per training size."""
    sizes = list(result)
    head = " | ".join(f"after {int(size):,} sessions" for size in sizes)
    lines = [f"| NDCG@5 on fresh sessions | {head} |", f"|---|{'---|' * len(sizes)}"]
    for policy, words in POLICIES.items():
        cells = " | ".join(_interval(result[size]["ndcg_at_5"][policy]) for size in sizes)
        lines.append(f"| {words} | {cells} |")
    for policy in LEARNED:
        cells = " | ".join(_interval(result[size]["lead"][policy], signed=True) for size in sizes)
        lines.append(f"| {POLICIES[policy]} − tuned blend | {cells} |")
    rungs_served = "; ".join(
        f"after {int(size):,}: {', '.join(result[size]['served'])}" for size in sizes
    )
    lines += ["", f"{fresh:,} fresh sessions for each of {seeds} seeds. Served {rungs_served}."]
    return "\n".join(lines)


def _simulated(sessions: int, *, seed: int) -> TrainingSet:
    with transaction.atomic():
        visits = season.run(sessions=sessions, slate_size=SLATE_SIZE, seed=seed)
        judged = frames.of([visit.qid for visit in visits if visit.qid is not None])
        transaction.set_rollback(True)
    return judged


def _judged(training: TrainingSet, test: TrainingSet) -> tuple[str, dict[str, Floats]]:
    """The rung that the gate would serve, and every policy's NDCG@5 on the test slates."""
    settings = conf.current()
    chain = evaluation.forward_chain(training, blocks=settings.chain_blocks)
    fitted: dict[str, Scorer] = {policy: rungs.fit(policy, training) for policy in RUNGS}
    chosen = gate.choose_rung(chain)
    verdict = gate.judge(
        chain, chosen, fitted[chosen], training.features, rules=settings.gate_rules()
    )
    served = chosen if verdict.passed else Blend.policy
    tuned = blend.tune(training.features, training.labels, training.groups)
    values = evaluation.compare(test, fitted, tuned=tuned)
    return served, {**values, "served": values[served]}


def _summary(parts: list[tuple[str, dict[str, Floats], np.ndarray]]) -> dict[str, Any]:
    shoppers = np.concatenate([who for *_, who in parts])
    pooled = {
        policy: np.concatenate([values[policy] for _, values, _ in parts]) for policy in POLICIES
    }
    return {
        "ndcg_at_5": {
            policy: bootstrap_mean(values, shoppers, rng=np.random.default_rng(0))
            for policy, values in pooled.items()
        },
        "lead": {
            policy: paired_difference(
                pooled[policy], pooled[RIVAL], shoppers, rng=np.random.default_rng(0)
            )
            for policy in LEARNED
        },
        "served": [served for served, *_ in parts],
    }


def _interval(values: tuple[float, float, float], *, signed: bool = False) -> str:
    mean, low, high = values
    form = "+.3f" if signed else ".3f"
    return f"{mean:{form}} [{low:{form}}, {high:{form}}]"
