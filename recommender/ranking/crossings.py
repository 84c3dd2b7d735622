"""Context in a linear score: how much an item feature counts may depend on the visit.

A context feature is the same for all swaps of a slate and cannot order them by itself. Crossed with
an item feature it can: a saving may count the more, the farther the cart is over its budget. A
crossing has to earn its place, because each one that is merely lucky would turn orders round with a
context that nobody cares for.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import stdtr

from recommender.ranking.features.schema import column
from recommender.ranking.query import Floats, Ints

CONTEXTS = (
    "budget_pressure",
    "beta_u",
    "intent_keep_quality_ema",
    "cart_price_level",
    "cart_affinity",
)
ITEMS = ("price_saving", "quality_tags_score", "cf_bpr_score", "semantic_sim")
ALL = tuple((context, item) for context in CONTEXTS for item in ITEMS)

LUCK = 0.0025
"""How likely a training takes in any crossing without worth: 5 % over twenty trainings."""

Crossing = tuple[str, str]
"""A context and an item feature."""


def crossed(standard: Floats, crossings: Sequence[Crossing]) -> Floats:
    """Products of standardised columns, shape (rows, crossings)."""
    context = standard[:, [column(name) for name, _ in crossings]]
    items = standard[:, [column(name) for _, name in crossings]]
    return context * items


def seen(standard: Floats, crossings: Sequence[Crossing]) -> Floats:
    """Least and greatest of each crossing's context, shape (crossings, 2)."""
    context = standard[:, [column(name) for name, _ in crossings]]
    return np.column_stack([context.min(axis=0), context.max(axis=0)])


def earned(scores: Floats, own: Floats, slate: Ints) -> list[int]:
    """Which crossings a fit without them speaks for, as column numbers of ``scores``.

    ``scores`` (pairs, crossings) and ``own`` (pairs, features) are the slopes of the fit's loss in
    the weights of the crossings and of the features; ``slate`` (pairs,) says whose pair it is.
    Rao's score test (1948), its variance over whole slates and cleared of what the features
    explain, by Student's t with as many degrees of freedom as that leaves; two-sided,
    Bonferroni-corrected.
    """
    whole, theirs = _by_slate(scores, slate), _by_slate(own, slate)
    explained, _, rank, _ = np.linalg.lstsq(theirs, whole, rcond=None)
    free = len(whole) - int(rank)
    if free < 1:
        return []
    left = whole - theirs @ explained
    spread = np.sqrt((left**2).sum(axis=0) * len(whole) / free)
    total = left.sum(axis=0)
    z = np.divide(total, spread, out=np.zeros(len(total)), where=spread > 1e-9)
    return np.flatnonzero(2.0 * stdtr(free, -np.abs(z)) * len(z) <= LUCK).tolist()


def _by_slate(slopes: Floats, slate: Ints) -> Floats:
    starts = np.flatnonzero(np.diff(slate, prepend=-1))
    return np.add.reduceat(slopes, starts, axis=0)
