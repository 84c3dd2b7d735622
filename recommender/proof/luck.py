"""What must not look like learning: shuffled labels, and columns of noise."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from recommender.proof import lesson, noise
from recommender.proof.finding import Finding
from recommender.proof.scene import Scene
from recommender.proof.slates import judged
from recommender.ranking import importance, rungs
from recommender.ranking.training_set import TrainingSet

SESSIONS = 200
"""Of each run, as in the brief."""


def shuffled_labels(scenes: Sequence[Scene], *, runs: int, seed: int) -> Finding:
    """Trainings on labels that were dealt out anew among all items: none may go live."""
    promoted, closest = [], 1.0
    for run, training in _trainings(scenes, runs=runs, seed=seed):
        rng = np.random.default_rng((seed, run))
        dealt = replace(training, labels=rng.permutation(training.labels))
        verdict = lesson.learn(dealt, seed=run).verdict
        promoted += [run] if verdict.passed else []
        closest = min(closest, verdict.figures["over_random"]["luck"])
    return Finding(
        "Shuffled labels: nothing is put live",
        f"{len(promoted)} of {runs} trainings passed the gate; the luckiest lead over random "
        f"order had a likelihood of {closest:.2g}",
        not promoted,
    )


def noise_columns(scenes: Sequence[Scene], *, runs: int, seed: int) -> Finding:
    """Six planted columns: none may be called above noise, whichever fitted rung is looked at.

    Gain is told beside it, which is the reason why no page calls gain a weight.
    """
    planted = set(noise.places().values())
    caught: list[str] = []
    gains, shares, ahead = [], [], []
    for run, training in _trainings(scenes, runs=runs, seed=seed):
        noisy = noise.plant(training, np.random.default_rng((seed, run)))
        learned = lesson.learn(noisy, seed=run)
        for policy in _fitted(learned):
            weights = importance.held_out(learned.chain.blocks, policy, seed=run)
            above = [n for n in planted if weights["held_out"][n]["above_noise"]]
            caught += [f"{name} of run {run} ({policy})" for name in above]
        shares.append(sum(weights["all_features"][name] for name in planted))
        gain = importance.gain_shares(rungs.fit("ltr", noisy, seed=run))
        gains.append(sum(gain[name] for name in planted))
        best = max(gain[name] for name in planted)
        ahead.append(sum(gain[name] < best for name in gain if name not in planted))
    real = len(gain) - len(planted)
    return Finding(
        f"Six planted noise columns ({', '.join(noise.places())}): none is called above noise",
        f"{len(caught)} called so in {runs} runs of every fitted rung{_named(caught)}; held-out "
        f"share {np.mean(shares):.1f} %, while gain gives them {np.mean(gains):.0f} % "
        f"({min(gains):.0f}–{max(gains):.0f} %) and ranks one above {np.mean(ahead):.0f} of "
        f"{real} real features",
        not caught,
    )


def _trainings(
    scenes: Sequence[Scene], *, runs: int, seed: int
) -> Iterator[tuple[int, TrainingSet]]:
    """New slates and answers for each run, of visits that change from run to run."""
    parts = max(1, len(scenes) // SESSIONS)
    for run in range(runs):
        first = SESSIONS * (run % parts)
        yield run, judged(scenes[first : first + SESSIONS], seed=1000 * seed + run)


def _fitted(learned: lesson.Lesson) -> list[str]:
    return [rung for rung in learned.chain.blocks[0].rankers if rung != "hand_signed"]


def _named(caught: list[str]) -> str:
    return f" ({', '.join(caught)})" if caught else ""
