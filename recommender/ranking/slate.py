"""From scores to the ordered slate: the ranker's order is the shown order."""

from __future__ import annotations

import numpy as np

from recommender.ranking.query import Floats, Ints

SIZE = 6
PER_ANCHOR = 2
CAP_FROM_ANCHORS = 3


def order(scores: Floats, products: Ints, anchors: Ints, *, size: int = SIZE) -> Ints:
    """Indices of the swaps to show, best first, at most ``size``.

    Ties go to the lower product id, then the lower anchor id. With three or more anchors among
    the swaps at most two swaps per anchor are taken; a product is shown once.
    """
    return take(preference(scores, products, anchors), products, anchors, size=size)


def preference(scores: Floats, products: Ints, anchors: Ints) -> Ints:
    """All indices, best first; ties as in ``order``."""
    return np.lexsort((anchors, products, -scores))


def take(preference: Ints, products: Ints, anchors: Ints, *, size: int = SIZE) -> Ints:
    """The first ``size`` indices of ``preference`` that the cap per anchor lets through."""
    cap = most_per_anchor(anchors, size=size)
    shown: list[int] = []
    used: dict[int, int] = {}
    products_shown: set[int] = set()
    for index in preference.tolist():
        anchor, product = int(anchors[index]), int(products[index])
        if used.get(anchor, 0) >= cap or product in products_shown:
            continue
        shown.append(index)
        used[anchor] = used.get(anchor, 0) + 1
        products_shown.add(product)
        if len(shown) == size:
            break
    return np.asarray(shown, dtype=np.int64)


def most_per_anchor(anchors: Ints, *, size: int = SIZE) -> int:
    """How many swaps of one anchor a slate may show when these are the anchors of all swaps."""
    return PER_ANCHOR if len(np.unique(anchors)) >= CAP_FROM_ANCHORS else size
