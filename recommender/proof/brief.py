"""The brief's before and after: 289 samples without variation, then 1,000 from 200 sessions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.proof import lesson
from recommender.proof.finding import Finding
from recommender.proof.scene import Scene
from recommender.proof.slates import judged
from recommender.ranking import importance
from recommender.ranking.errors import CannotLearn
from recommender.ranking.metrics import bootstrap_mean
from recommender.ranking.training_set import TrainingSet

BEFORE, SESSIONS = 289, 200
SHOWN = 5


def findings(scenes: Sequence[Scene], *, seed: int) -> list[Finding]:
    """Needs 200 ``scenes`` or more."""
    after = judged(scenes[:SESSIONS], seed=seed)
    return [_before(after), *_after(after, seed=seed)]


def _before(training: TrainingSet) -> Finding:
    """The first samples of the same visits, as if everything had been liked."""
    whole = int(np.searchsorted(np.cumsum(training.groups), BEFORE)) + 1
    first = training.slates(np.arange(len(training)) < whole)
    rest = np.append(first.groups[:-1], BEFORE - first.groups[:-1].sum())
    liked = TrainingSet(
        first.rows[:BEFORE], first.features[:BEFORE], np.ones(BEFORE, dtype=np.int64), rest
    )
    try:
        served = lesson.learn(liked).served
        figure, refused = f"a ranker was trained and {served} would serve", False
    except CannotLearn as error:
        figure, refused = f"refused: {error}", str(error).startswith(f"all {BEFORE} samples")
    return Finding(
        f"Before: {BEFORE} samples, all positive, are refused with a sentence", figure, refused
    )


def _after(training: TrainingSet, *, seed: int) -> list[Finding]:
    info = training.describe()
    learned = lesson.learn(training, seed=seed)
    told = Finding(
        "After: 200 sessions give 1,000 samples, about half of them positive (the brief: 47.5 %)",
        f"{info['samples']:,} samples of {info['sessions']} sessions, "
        f"{100 * info['positive_share']:.1f} % positive",
        info["samples"] == 5 * SESSIONS and 0.35 <= info["positive_share"] <= 0.6,
    )
    rung = learned.policy
    weights = importance.held_out(learned.chain.blocks, rung, seed=seed)
    above = [name for name, value in weights["held_out"].items() if value["above_noise"]]
    shares = weights["all_features"]
    top = sorted(shares, key=lambda name: -shares[name])[:SHOWN]
    listed = ", ".join(f"{name} {shares[name]:.0f} %" for name in top)
    real = Finding(
        "Its weights are real: loss of NDCG@5 on later visits, at least one above noise",
        f"{rung}: {listed}; above noise: {', '.join(above) or 'none'}",
        bool(above),
    )
    return [told, real, _against_blend(learned)]


def _against_blend(learned: lesson.Lesson) -> Finding:
    """In proportion to luck and to the blend, whichever way the gate decides."""
    chain = learned.chain
    cells = []
    for policy in ("random", "blend", learned.policy):
        mean, low, high = bootstrap_mean(
            chain.ndcg[policy], chain.shoppers, rng=np.random.default_rng(0)
        )
        cells.append(f"{policy} {mean:.3f} [{low:.3f}, {high:.3f}]")
    decided = "would go live" if learned.verdict.passed else "is kept out by the gate"
    mean_of = {policy: float(np.nanmean(chain.ndcg[policy])) for policy in chain.ndcg}
    return Finding(
        "It ranks later visits better than the 60/40 blend that it replaces",
        f"NDCG@5 {', '.join(cells)}; it {decided}",
        mean_of[learned.policy] > mean_of["blend"],
    )
