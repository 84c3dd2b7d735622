"""The goals that TARGETS Q2 sets for the learning curve, held against what was found."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

LEVELS = (
    ("served_shipped", 5, 0.70, "begun with the written weights, after 5 slates"),
    ("served_shipped", 500, 0.85, "the same after 500"),
    ("served_shipped", 5000, 0.90, "the same after 5,000"),
    ("served_wrong_prior", 500, 0.80, "begun with a wrong prior, after 500"),
    ("biased_position", 8000, 0.87, "LambdaMART, examination 1/rank, after 8,000"),
)
BLEND_FROM, TREES_FROM = 50, 2000


def table(figures: dict[str, dict[str, Any]]) -> list[str]:
    """Markdown lines; a goal whose number of slates was not measured is left out.

    Missed is called missed. Beside it stands whether the goal lies above a ceiling: above what
    knowing the kinds of shopper, or even every shopper's utility, would give.
    """
    rows = [*_levels(figures), *_beside_the_blend(figures)]
    return ["| goal | found | |", "|---|---|---|", *rows] if rows else []


def _levels(figures: dict[str, dict[str, Any]]) -> Iterator[str]:
    for policy, size, bar, words in LEVELS:
        found = figures.get(str(size), {}).get("whole_list", {})
        if policy in found:
            mean, low, high = found[policy]
            verdict = "met" if mean >= bar else f"**missed**{_ceiling(found, bar)}"
            yield f"| {words}: {bar:.2f} | {mean:.3f} [{low:.3f}, {high:.3f}] | {verdict} |"


def _ceiling(found: dict[str, tuple[float, float, float]], bar: float) -> str:
    utility, shares = (found[name][0] for name in ("knows_utility", "knows_shares"))
    if bar > utility:
        return f"; above what knowing every utility gives ({utility:.3f})"
    if bar > shares:
        return f"; above what knowing the kinds of shopper, not who is which, gives ({shares:.3f})"
    return ""


def _beside_the_blend(figures: dict[str, dict[str, Any]]) -> Iterator[str]:
    for size, measures in figures.items():
        found = measures["whole_list"]
        if int(size) >= BLEND_FROM and "served_wrong_prior" in found:
            mean, _, high = found["served_wrong_prior"]
            blend = found["blend"][0]
            yield (
                f"| begun with a wrong prior, after {int(size):,}: not below the blend by more "
                f"than the interval | {mean:.3f} against {blend:.3f} | {_met(high >= blend)} |"
            )
        if int(size) >= TREES_FROM and "ltr" in found:
            mean, low, _ = found["ltr"]
            tuned, _, most = found["tuned_blend"]
            yield (
                f"| LambdaMART after {int(size):,} above the tuned blend by more than the "
                f"intervals | {mean:.3f} against {tuned:.3f} | {_met(low > most)} |"
            )


def _met(is_so: bool) -> str:
    return "met" if is_so else "**missed**"
