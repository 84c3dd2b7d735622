"""How many real switches go to a product that a source of candidates would have offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.choices import replacements
from recommender.ranking.choices.assortment import Assortment
from recommender.ranking.choices.history import History
from recommender.ranking.choices.questions import TEST_WEEK, VALIDATION_WEEK, Questions, find
from recommender.ranking.choices.replacements import Replacements
from recommender.ranking.near_types import near_types
from recommender.ranking.query import Flags, Ints

TYPES = (1, 2, 3)
"""Other types beside a product's own."""

PRIOR = 20.0
"""Replacements added to those observed of a type, spread over its aisle by how often each other
type is bought out of the ordinary."""

SAME_TYPE = (
    "the 60 best sellers of the store, else of the chain",
    "and the chain's 60",
    "and what the household bought before",
    "and the chain's 120",
    "and all that the chain sold in eight weeks",
)


def run(history: History, text: NDArray[np.float32], questions: Questions) -> dict[str, Any]:
    """Shares of the switches of the test weeks that each source covers.

    "same_type": of ``questions``, by source, each added to those before; "other_types": of all
    households' ``replacements``, by source and number of types, beside the control. Nothing is
    learned from the test weeks. Shares of nothing are NaN.
    """
    replaced, control = replacements.find(history)
    learned = replaced.take(replaced.week < VALIDATION_WEEK)
    beside = control.take(control.week < VALIDATION_WEEK)
    tested = (replaced.take(replaced.week >= TEST_WEEK), control.take(control.week >= TEST_WEEK))
    unusual = np.concatenate([learned.taken, beside.taken])
    nothing = learned.take(np.zeros(len(learned), dtype=bool))
    sources = {
        "nearest by text": near_types(history.shelf.rows_by_type, text, most=max(TYPES)),
        "most bought of the aisle": _likely(history, unusual, nothing),
        "observed replacements": _likely(history, unusual, learned),
    }
    within = find(history, np.unique(history.household))
    switched = _tested(history, within) & (history.product[within.purchase] != within.anchor)
    return {
        "same_type": _same_type(history, questions),
        "other_types": {
            name: {str(k): tuple(_covered(part, source, k) for part in tested) for k in TYPES}
            for name, source in sources.items()
        },
        "switches_within": int(switched.sum()),
        "replacements": len(tested[0]),
        "control": len(tested[1]),
    }


def _same_type(history: History, questions: Questions) -> dict[str, float]:
    asked = questions.take(_tested(history, questions))
    asked = asked.take(history.product[asked.purchase] != asked.anchor)
    assortment, found = Assortment(history), []
    for purchase, novel in zip(asked.purchase.tolist(), asked.novel.tolist(), strict=True):
        product, week = int(history.product[purchase]), int(history.week[purchase])
        kind, store = int(history.shelf.type_id[product]), int(history.store[purchase])
        assortment.enter(week, as_of=datetime.fromtimestamp(float(history.time[purchase]), UTC))
        chain = assortment.sold_in_chain(kind)
        found.append(
            (
                product in assortment.candidates(store, kind),
                product in chain[:60],
                not novel,
                product in chain[:120],
                product in chain,
            )
        )
    so_far = np.logical_or.accumulate(np.array(found, bool).reshape(-1, len(SAME_TYPE)), axis=1)
    shares = so_far.mean(axis=0) if found else np.full(len(SAME_TYPE), np.nan)
    return dict(zip(SAME_TYPE, shares.tolist(), strict=True))


def _tested(history: History, questions: Questions) -> Flags:
    return np.asarray(history.week[questions.purchase] >= TEST_WEEK)


def _likely(history: History, unusual: Ints, learned: Replacements) -> dict[int, tuple[int, ...]]:
    """Of each type the other types of its aisle, the likeliest in its place first."""
    shelf = history.shelf
    size = int(shelf.type_id.max()) + 1
    aisle = np.full(size, -1)
    aisle[shelf.type_id] = shelf.aisle_id
    often = np.bincount(unusual, minlength=size).astype(np.float64)
    likely = {}
    for kind in shelf.rows_by_type:
        others = np.flatnonzero((aisle == aisle[kind]) & (np.arange(size) != kind))
        seen = np.bincount(learned.taken[learned.usual == kind], minlength=size)[others]
        expected = PRIOR * often[others] / max(often[others].sum(), 1.0)
        best = np.argsort(-(seen + expected), kind="stable")[: max(TYPES)]
        likely[kind] = tuple(others[best].tolist())
    return likely


def _covered(asked: Replacements, source: Mapping[int, Sequence[int]], types: int) -> float:
    pairs = zip(asked.usual.tolist(), asked.taken.tolist(), strict=True)
    found = [taken in source[usual][:types] for usual, taken in pairs]
    return float(np.mean(found)) if found else float("nan")


def markdown(figures: dict[str, Any]) -> str:
    """Two tables: the same type, each source added to those above; and other types."""
    lines = ["| same type, candidates | switches covered |", "|---|---|"]
    lines += [f"| {name} | {share:.1%} |" for name, share in figures["same_type"].items()]
    head = " | ".join(f"{k} types" if k > 1 else "1 type" for k in TYPES)
    lines += ["", f"| other types: replacements covered (control) | {head} |"]
    lines.append(f"|---|{'---|' * len(TYPES)}")
    for name, by_number in figures["other_types"].items():
        cells = (by_number[str(k)] for k in TYPES)
        shown = " | ".join(f"{share:.1%} ({control:.1%})" for share, control in cells)
        lines.append(f"| {name} | {shown} |")
    within, other = figures["switches_within"], figures["replacements"]
    lines += [
        "",
        f"In the test weeks all households made {within:,} switches within a type and {other:,} "
        f"purchases that may have replaced another type ({figures['control']:,} in the control).",
    ]
    return "\n".join(lines)
