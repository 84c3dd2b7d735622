"""A small, logged randomisation, so that a store also learns about what it would not show.

With probability ``share`` a slate explores: one of its places, drawn uniformly, gets another swap,
drawn uniformly from the slate's other swaps (the two change places) and the best-scored swaps that
are not in it and that the cap per anchor lets in there. Everything else stays where the ranker put
it. The propensity that is logged is the probability, over all that might have been drawn, of this
swap at this place; it does not depend on what was drawn elsewhere in the slate.
"""

from __future__ import annotations

import numpy as np

from recommender.ranking.query import Floats, Ints
from recommender.ranking.slate import SIZE, most_per_anchor, preference, take

RESERVE = 6
"""So many of the best-scored swaps outside the slate may take a place in it."""


def draw(
    scores: Floats,
    products: Ints,
    anchors: Ints,
    *,
    share: float,
    rng: np.random.Generator,
    size: int = SIZE,
) -> tuple[Ints, Floats]:
    """(indices in shown order, propensity of each at its place), both of shape (shown,).

    A share of 0 is exactly ``slate.order`` with propensities 1.
    """
    if not 0.0 <= share <= 1.0:
        raise ValueError(f"share is {share}, which is not between 0 and 1")
    by_score = preference(scores, products, anchors)
    best = take(by_score, products, anchors, size=size)
    if share == 0.0:
        return best, np.ones(len(best))
    cap = most_per_anchor(anchors, size=size)
    others = [
        _others(place, best, by_score, products, anchors, cap=cap) for place in range(len(best))
    ]
    shown = best.copy()
    if len(best) and rng.random() < share:
        place = int(rng.integers(len(best)))
        if len(others[place]):
            chosen = int(others[place][rng.integers(len(others[place]))])
            shown[shown == chosen] = best[place]
            shown[place] = chosen
    likely = [_propensity(place, index, best, others, share) for place, index in enumerate(shown)]
    return shown, np.asarray(likely)


def _others(
    place: int, best: Ints, by_score: Ints, products: Ints, anchors: Ints, *, cap: int
) -> Ints:
    """What an exploring slate may show at ``place`` instead, each as likely as the others."""
    rest = np.delete(best, place)
    used = anchors[rest].tolist()
    taken = set(products[best].tolist())
    reserve: list[int] = []
    for index in by_score.tolist():
        if len(reserve) == RESERVE:
            break
        product = int(products[index])
        if product not in taken and used.count(int(anchors[index])) < cap:
            reserve.append(index)
            taken.add(product)
    return np.concatenate([rest, np.asarray(reserve, dtype=np.int64)])


def _propensity(place: int, index: int, best: Ints, others: list[Ints], share: float) -> float:
    """The probability of swap ``index`` at ``place``, summed over all that leads there."""
    turn = share / len(best)
    if index != best[place]:
        came = turn / len(others[place])
        back = np.flatnonzero(best == index)
        # The two places of an exchange lead to it alike: either may have been drawn.
        return came + (turn / len(others[int(back[0])]) if len(back) else 0.0)
    left = turn if len(others[place]) else 0.0
    exchanged = sum(turn / len(them) for at, them in enumerate(others) if at != place)
    return 1.0 - left - exchanged
