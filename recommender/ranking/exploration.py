"""A small, logged randomisation, so that a store also learns about what it would not show.

At each position, with probability ``share``, the item is drawn uniformly from those still
admissible, else it is the best-scored. The propensity of an item there, given what stands above,
is exact:

    share / (items still admissible there) + (1 - share) x [the ranker would put it there]

Multiplying over the positions gives the probability of the whole slate.
"""

from __future__ import annotations

import numpy as np

from recommender.ranking.query import Floats, Ints
from recommender.ranking.slate import CAP_FROM_ANCHORS, PER_ANCHOR, SIZE


def draw(
    scores: Floats,
    products: Ints,
    anchors: Ints,
    *,
    share: float,
    rng: np.random.Generator,
    size: int = SIZE,
) -> tuple[Ints, Floats]:
    """(indices in shown order, propensity of each at its position), both of shape (shown,).

    At every position, with probability ``share``, the item is drawn uniformly from those that the
    cap per anchor admits; otherwise it is the best-scored of them (ties to the lower product id).
    ``share`` 0 is exactly ``slate.order`` with propensities 1.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"share is {share}, which is not between 0 and 1")
    by_score = np.lexsort((anchors, products, -scores))
    cap = PER_ANCHOR if len(np.unique(anchors)) >= CAP_FROM_ANCHORS else size
    admissible = np.ones(len(scores), dtype=bool)
    used: dict[int, int] = {}
    shown: list[int] = []
    propensities: list[float] = []
    while len(shown) < size and admissible.any():
        ranked = by_score[admissible[by_score]]
        explores = share > 0.0 and rng.random() < share
        index = int(ranked[rng.integers(len(ranked))]) if explores else int(ranked[0])
        greedy = float(index == int(ranked[0]))
        propensities.append(share / len(ranked) + (1.0 - share) * greedy)
        shown.append(index)
        anchor = int(anchors[index])
        used[anchor] = used.get(anchor, 0) + 1
        admissible &= products != products[index]
        if used[anchor] >= cap:
            admissible &= anchors != anchor
    return np.asarray(shown, dtype=np.int64), np.asarray(propensities)
