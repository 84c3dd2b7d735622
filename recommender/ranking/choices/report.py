"""The comparison as a Markdown table."""

from __future__ import annotations

from typing import Any

from recommender.ranking.choices.tasks import TASKS


def markdown(figures: dict[str, Any]) -> str:
    """Means with 95 % intervals by task, the leads, and how the queries came about."""
    facts = figures["facts"]
    lines = [
        f"| NDCG@10, {facts['households']} households | {' | '.join(TASKS)} |",
        f"|---|{'---|' * len(TASKS)}",
    ]
    for method, by_task in figures["ndcg_at_10"].items():
        lines.append(f"| {method} | {' | '.join(_interval(by_task[task]) for task in TASKS)} |")
    for other, by_task in figures["lead"].items():
        cells = " | ".join(_interval(by_task[task], signed=True) for task in TASKS)
        lines.append(f"| LambdaMART − {other} | {cells} |")
    hits = " | ".join(_interval(figures["hit_rate_at_1"][task]) for task in TASKS)
    tests = " | ".join(f"{facts['test_queries'][task]:,}" for task in TASKS)
    candidates = " | ".join(str(facts["candidates"][task]) for task in TASKS)
    lines += [
        f"| LambdaMART, hits at place 1 | {hits} |",
        f"| test queries | {tests} |",
        f"| candidates on average | {candidates} |",
    ]
    queries = ", ".join(f"{count:,} {split}" for split, count in facts["queries"].items())
    lines += [
        "",
        f"{queries} queries; in {facts['coverage']:.1%} of the choices the bought product was "
        "among the candidates, the others are left out for every method. A switch cannot be to the "
        "anchor and a novelty not to what was bought before, so these are no candidates there. "
        f"LambdaMART has {facts['trees']} trees. Intervals: 95 %, bootstrap over households. "
        f"Seed {facts['seed']}.",
    ]
    return "\n".join(lines)


def _interval(values: tuple[float, float, float], *, signed: bool = False) -> str:
    mean, low, high = values
    form = "+.3f" if signed else ".3f"
    return f"{mean:{form}} [{low:{form}}, {high:{form}}]"
