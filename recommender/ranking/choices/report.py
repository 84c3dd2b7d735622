"""The comparison as a Markdown table."""

from __future__ import annotations

from typing import Any

from recommender.ranking.choices.comparison import BLEND
from recommender.ranking.choices.tasks import TASKS


def markdown(figures: dict[str, Any]) -> str:
    """Means with 95 % intervals by task, the leads, and how the queries came about."""
    facts, ours = figures["facts"], figures["facts"]["ours"]
    lines = [
        f"| NDCG@10, {facts['households']:,} households | {' | '.join(TASKS)} |",
        f"|---|{'---|' * len(TASKS)}",
    ]
    for method, by_task in figures["ndcg_at_10"].items():
        name = f"**{method}**" if method == ours else method
        lines.append(_row(name, by_task))
    for other, by_task in figures["lead"].items():
        if other != "random":
            lines.append(_row(f"{ours} − {other}", by_task, "+.3f"))
    tests = " | ".join(f"{facts['test_queries'][task]:,}" for task in TASKS)
    candidates = " | ".join(str(facts["candidates"][task]) for task in TASKS)
    lines += [
        _row(f"{ours} / {BLEND}", figures["times_blend"], ".2f"),
        _row(f"{ours}, hits at place 1", figures["hit_rate_at_1"]),
        f"| test queries | {tests} |",
        f"| candidates on average | {candidates} |",
    ]
    queries = ", ".join(f"{count:,} {split}" for split, count in facts["queries"].items())
    lines += [
        "",
        f"{queries} queries; in {facts['coverage']:.1%} of the choices the bought product was "
        "among the candidates, the others are left out for every method. A switch cannot be to the "
        "anchor and a novelty not to what was bought before, so these are no candidates there. "
        f"Of the rankers with trees, {ours} did best on the validation weeks. Intervals: 95 %, "
        f"bootstrap over households. Seed {facts['seed']}.",
        "",
        "Settings chosen on the validation weeks, by task:",
        "",
    ]
    for method, by_task in facts["tuned"].items():
        chosen = "; ".join(
            f"{task} {', '.join(f'{key} {value}' for key, value in by_task[task].items())}"
            for task in TASKS
            if by_task[task]
        )
        if chosen:
            lines.append(f"- {method}: {chosen}")
    return "\n".join(lines)


def _row(name: str, by_task: dict[str, tuple[float, float, float]], form: str = ".3f") -> str:
    cells = []
    for task in TASKS:
        mean, low, high = by_task[task]
        cells.append(f"{mean:{form}} [{low:{form}}, {high:{form}}]")
    return f"| {name} | {' | '.join(cells)} |"
