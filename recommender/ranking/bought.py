"""How often and how lately a shopper bought a product: three sums that grow by each purchase.

They stand for the whole history without keeping it, and adding purchases one by one gives the same
numbers wherever a stored state was cut.
"""

from __future__ import annotations

from typing import NamedTuple

HALF_LIFE_DAYS = 91.0
"""A purchase of a quarter ago counts half."""

DIGITS = 6


class Bought(NamedTuple):
    """``times`` bought, ``last`` when last (seconds since the epoch), and ``lately`` the purchases
    as of ``last``, each counting 2^(-days / 91)."""

    times: int
    last: float
    lately: float


NEVER = Bought(0, 0.0, 0.0)


def once_more(before: Bought, when: float) -> Bought:
    """``before`` and a purchase at ``when``, which may lie before the last one.

    Rounded, so that a power of another processor does not make another number.
    """
    last = max(before.last, when)
    old, new = faded(last - before.last), faded(last - when)
    return Bought(before.times + 1, last, round(before.lately * old + new, DIGITS))


def faded(seconds: float) -> float:
    """What a purchase still counts after so many seconds."""
    return float(2.0 ** (-seconds / (86_400 * HALF_LIFE_DAYS)))
