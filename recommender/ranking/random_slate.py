"""A slate in random order with exact propensities: how simulated shoppers are shown everything."""

from __future__ import annotations

import numpy as np

from recommender.ranking.query import Floats, Ints
from recommender.ranking.slate import SIZE, most_per_anchor, take


def draw(
    products: Ints, anchors: Ints, *, rng: np.random.Generator, size: int = SIZE
) -> tuple[Ints, Floats]:
    """(indices in shown order, propensity of each at its place), both of shape (shown,).

    The slate's rules take the first of a uniformly random preference; a product that may replace
    several anchors is offered for the first of them. The propensity is the probability of this swap
    at this place over everything that might have been drawn.
    """
    _, offered = np.unique(products, return_index=True)
    cap = most_per_anchor(anchors[offered], size=size)
    drawn = rng.permutation(offered)
    shown = drawn[take(np.arange(len(drawn)), products[drawn], anchors[drawn], size=size)]
    _, kind, sizes = np.unique(anchors[offered], return_inverse=True, return_counts=True)
    turns = _turns(sizes, cap=cap, places=len(shown))
    own = dict(zip(offered.tolist(), kind.tolist(), strict=True))
    return shown, np.array(
        [turns[at, own[index]] / sizes[own[index]] for at, index in enumerate(shown.tolist())]
    )


def _turns(sizes: Ints, *, cap: int, places: int) -> Floats:
    """The probability that an anchor takes a place, shape (places, anchors).

    Swaps of one anchor are alike, so all that matters of what was drawn before is how many each
    anchor has had: these counts are followed from place to place.
    """
    turns = np.zeros((places, len(sizes)))
    had: Ints = np.zeros((1, len(sizes)), dtype=np.int64)
    likely: Floats = np.ones(1)
    for place in range(places):
        left = np.where(had < cap, sizes - had, 0)
        step = likely[:, None] * left / left.sum(axis=1, keepdims=True)
        turns[place] = step.sum(axis=0)
        if place + 1 < places:
            came, anchor = np.nonzero(step)
            after = had[came]
            after[np.arange(len(anchor)), anchor] += 1
            had, merged = _distinct(after)
            likely = np.bincount(merged, weights=step[came, anchor]).astype(np.float64)
    return turns


def _distinct(counts: Ints) -> tuple[Ints, Ints]:
    """The different rows, and for each row which of these it is.

    As ``np.unique(axis=0)``, in a ninth of the time: rows are compared as strings of bytes.
    """
    rows = np.ascontiguousarray(counts.astype(np.uint8))
    strings = rows.view(np.dtype((np.void, rows.shape[1]))).ravel()
    _, first, merged = np.unique(strings, return_index=True, return_inverse=True)
    return counts[first], merged
