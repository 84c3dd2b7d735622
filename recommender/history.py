"""How the weights went over the generations: what moved most, and the lines of a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from recommender.models import LedgerEntry, RankerVersion

NEWEST = 12
MOST_LINES = 5
WIDTH, HEIGHT, EDGE = 320, 160, 8

SHORT = {
    "cf_bpr_score": "CF",
    "semantic_sim": "Semantic",
    "price_saving": "Price",
    "budget_pressure": "Budget",
}
"""The names that the panel's sentence uses; other features go by their own, in words."""


@dataclass(frozen=True)
class Generation:
    """A step of the live tag to a ranker whose weights are known: shares in percent."""

    generation: int
    tag: str
    shares: dict[str, float]


@dataclass(frozen=True)
class Line:
    """One feature's weight over the generations, as an SVG polyline in a box of the size above."""

    name: str
    words: str
    points: str
    end: tuple[float, float]
    shares: list[float]


def generations() -> list[Generation]:
    """The newest steps, oldest first; those whose weights are not measured are left out."""
    entries = (
        LedgerEntry.objects.filter(
            action__in=(LedgerEntry.Action.PROMOTED, LedgerEntry.Action.ROLLED_BACK),
            version__weights_state=RankerVersion.Weights.READY,
        )
        .order_by("-generation")
        .values_list("generation", "version__tag", "version__weights__all_features")[:NEWEST]
    )
    return [Generation(*entry) for entry in reversed(entries) if entry[2]]


def moved(live_tag: str) -> str:
    """What moved most from the ranker before to this one: "Price 9 % → 12 %".

    Empty while the weights are not measured, and when nothing moved by a whole percent.
    """
    known = generations()
    if len(known) < 2 or known[-1].tag != live_tag:
        return ""
    before, after = known[-2].shares, known[-1].shares
    name = max(after, key=lambda name: abs(after[name] - before.get(name, 0.0)))
    # Half up, as people round and as the panel does.
    old, new = int(before.get(name, 0.0) + 0.5), int(after[name] + 0.5)
    return f"{words(name)} {old} % → {new} %" if old != new else ""


def lines(known: list[Generation]) -> list[Line]:
    """The features that weighed most in any generation, heaviest of the newest first."""
    if len(known) < 2:
        return []
    names = known[-1].shares
    peak = {name: max(step.shares.get(name, 0.0) for step in known) for name in names}
    chosen = sorted(peak, key=lambda name: (-peak[name], name))[:MOST_LINES]
    top = max(*peak.values(), 1.0)
    across = (WIDTH - 2 * EDGE) / (len(known) - 1)
    drawn = []
    for name in sorted(chosen, key=lambda name: -names[name]):
        shares = [step.shares.get(name, 0.0) for step in known]
        spots = [
            (round(EDGE + at * across, 1), round(EDGE + (1 - share / top) * (HEIGHT - 2 * EDGE), 1))
            for at, share in enumerate(shares)
        ]
        points = " ".join(f"{x},{y}" for x, y in spots)
        drawn.append(Line(name, words(name), points, spots[-1], shares))
    return drawn


def words(name: str) -> str:
    return SHORT.get(name, name.replace("_", " ").capitalize())


def page() -> dict[str, Any]:
    """What the model page draws."""
    known = generations()
    return {"steps": known, "lines": lines(known), "width": WIDTH, "height": HEIGHT}
