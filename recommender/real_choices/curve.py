"""How well is ranked after so many real choices, and what the gate would let serve."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from recommender import plots
from recommender.proof import lesson
from recommender.ranking import linear, rungs
from recommender.ranking.artifact import Scorer
from recommender.ranking.blend import Blend
from recommender.ranking.choices.as_slates import training_set
from recommender.ranking.choices.comparison import K
from recommender.ranking.choices.prepared import Prepared
from recommender.ranking.errors import CannotLearn
from recommender.ranking.metrics import bootstrap_mean, ndcg
from recommender.ranking.query import Floats
from recommender.ranking.training_set import TrainingSet

SIZES = (5, 50, 500, 5_000)
DRAWS = {5: 5, 50: 5, 500: 3}
"""So often so many choices are drawn; more only once."""

WORDS = {
    "blend": "60/40 blend, stock",
    "hand_signed": "hand-signed",
    "linear": "linear",
    "ltr": "LambdaMART",
    "served": "served policy",
    "served_shipped": "served, begun with the written weights",
}
TASKS = ("switch", "all")


def run(
    prepared: Prepared,
    *,
    seed: int,
    sizes: Sequence[int] = SIZES,
    told: Callable[[float], None] = lambda share: None,
) -> dict[str, Any]:
    """{"sizes": {n: {policy: {task: (mean, low, high)}}}, "served": {n: [policy per draw]}}.

    n training choices are drawn, and in the end all are taken. NDCG@10 on the test weeks, a query's
    mean over the draws, with intervals over households.
    """
    everything = training_set(prepared.train, prepared.history)
    whole = len(everything)
    counts = [*(size for size in sizes if size < whole), whole]
    figures: dict[str, Any] = {"sizes": {}, "served": {}}
    for at, count in enumerate(counts):
        marks: dict[str, list[dict[str, Floats]]] = {policy: [] for policy in WORDS}
        served = []
        for draw in range(DRAWS.get(count, 1)):
            told((at + draw / DRAWS.get(count, 1)) / len(counts))
            rng = np.random.default_rng([seed, count, draw])
            taken = everything.slates(rng.permutation(whole) < count)
            fitted, policy = _policies(taken, seed=seed)
            served.append(policy)
            for name, scorer in fitted.items():
                marks[name].append(_marks(prepared, scorer))
        figures["served"][str(count)] = served
        figures["sizes"][str(count)] = {
            name: _means(prepared, own, seed=seed) for name, own in marks.items()
        }
    return figures


def _policies(taken: TrainingSet, *, seed: int) -> tuple[dict[str, Scorer | Blend], str]:
    """What each rung learns from these choices, and the policy that a first training would serve,
    of a store that began with nothing and of one where the written weights serve.

    Too little for trees: the linear ranker stands in, as in the forward chain.
    """
    signed = linear.hand_signed()
    fitted: dict[str, Scorer | Blend] = {"blend": Blend(), "hand_signed": signed}
    fitted["linear"] = rungs.fit("linear", taken, seed=seed)
    try:
        fitted["ltr"] = rungs.fit("ltr", taken, seed=seed)
    except CannotLearn:
        fitted["ltr"] = fitted["linear"]
    written = lesson.Live(signed.policy, signed)
    try:
        learned = lesson.learn(taken, seed=seed)
    except CannotLearn:
        return fitted | {"served": Blend(), "served_shipped": written.scorer}, Blend.policy
    fitted["served"] = learned.challenger if learned.verdict.passed else Blend()
    then = lesson.serves(learned, written, seed=seed)
    fitted["served_shipped"] = then.scorer if then else Blend()
    return fitted, learned.served


def _marks(prepared: Prepared, scorer: Scorer | Blend) -> dict[str, Floats]:
    score = scorer.score(prepared.test.features, prepared.test.groups)
    tasks = prepared.tasks(prepared.test)
    return {
        name: ndcg(tasks[name].labels, tasks[name].of(score), tasks[name].groups, k=K)
        for name in TASKS
    }


def _means(
    prepared: Prepared, marks: list[dict[str, Floats]], *, seed: int
) -> dict[str, tuple[float, float, float]]:
    tasks = prepared.tasks(prepared.test)
    return {
        name: bootstrap_mean(
            np.mean([own[name] for own in marks], axis=0),
            prepared.shoppers[tasks[name].queries],
            rng=np.random.default_rng(seed),
        )
        for name in TASKS
    }


def markdown(figures: dict[str, Any]) -> str:
    """A table per task, and what was served."""
    sizes = figures["sizes"]
    head = " | ".join(f"after {int(size):,}" for size in sizes)
    lines = []
    for task in TASKS:
        lines += [f"| NDCG@{K}, {task} | {head} |", f"|---|{'---|' * len(sizes)}"]
        for policy, words in WORDS.items():
            cells = [sizes[size][policy][task] for size in sizes]
            told = " | ".join(f"{m:.3f} [{low:.3f}, {high:.3f}]" for m, low, high in cells)
            lines.append(f"| {words} | {told} |")
        lines.append("")
    served = figures["served"].items()
    told = "; ".join(f"after {int(size):,}: {', '.join(own)}" for size, own in served)
    lines.append(f"Served {told}.")
    return "\n".join(lines)


def plot(figures: dict[str, Any]) -> str:
    """NDCG@10 of switches over the number of choices, as SVG."""
    lines = []
    for policy, words in WORDS.items():
        cells = [(float(size), own[policy]["switch"]) for size, own in figures["sizes"].items()]
        points = [(size, mean) for size, (mean, _, _) in cells]
        lines.append(plots.Line(words, points, [(low, high) for _, (_, low, high) in cells]))
    return plots.chart(
        lines,
        title="Learning from real choices: switches",
        x_label="choices learned from",
        y_label=f"NDCG@{K}",
        log_x=True,
    )
