"""Products of another type that may have been bought in place of one that was due.

A purchase history does not say why a product was bought. So every replacement stands beside a
control: the same kind of purchase by a household that bought what was due as well and therefore
replaced nothing. What finds both equally well has found what is popular, not what replaces.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from recommender.ranking.choices.history import History
from recommender.ranking.choices.questions import FIRST_WEEK
from recommender.ranking.query import Flags, Ints

REGULAR = 4
"""Baskets with a type from which on a household is expected to buy it again."""

UNUSUAL = 1
"""Baskets with a type up to which a purchase of it is out of the ordinary."""

GIVEN_UP = 3.0
"""A type is due from its usual interval on, and given up after so many of these."""


@dataclass(frozen=True)
class Replacements:
    """Parallel arrays: the week, the type that the household buys, and the other that it bought."""

    week: Ints
    usual: Ints
    taken: Ints

    def __len__(self) -> int:
        return len(self.week)

    def take(self, chosen: Flags) -> Replacements:
        return Replacements(self.week[chosen], self.usual[chosen], self.taken[chosen])


def find(history: History) -> tuple[Replacements, Replacements]:
    """(replacements, control) of all households from week 17 on.

    In a basket, of an aisle: exactly one type that is out of the ordinary for the household was
    bought, and exactly one of its regular types was due and not bought. Control: the same with
    exactly one of its regular types bought beside it.
    """
    aisle = _aisle_of_type(history)
    replaced: list[tuple[int, int, int]] = []
    control: list[tuple[int, int, int]] = []
    for visit in _visits(history):
        known, types = visit.known, visit.types
        if visit.week >= FIRST_WEEK:
            unusual = _alone((t for t in types if known.baskets(t) <= UNUSUAL), aisle)
            absent = _alone(known.due(visit.time, but=types), aisle) if unusual else {}
            present = _alone((t for t in types if known.baskets(t) >= REGULAR), aisle)
            for place, taken in unusual.items():
                for usual, found in ((absent, replaced), (present, control)):
                    if place in usual:
                        found.append((visit.week, usual[place], taken))
        known.buy(types, visit.time)
    return _columns(replaced), _columns(control)


@dataclass
class _Known:
    """Of each type that a household bought: in how many baskets, first and last when."""

    of: dict[int, tuple[int, float, float]] = field(default_factory=dict)

    def baskets(self, kind: int) -> int:
        return self.of.get(kind, (0, 0.0, 0.0))[0]

    def due(self, now: float, *, but: set[int]) -> Iterator[int]:
        for kind, (count, first, last) in self.of.items():
            if count >= REGULAR and kind not in but:
                interval = (last - first) / (count - 1)
                if 0 < interval <= now - last <= GIVEN_UP * interval:
                    yield kind

    def buy(self, types: set[int], now: float) -> None:
        for kind in types:
            count, first, _ = self.of.get(kind, (0, now, now))
            self.of[kind] = (count + 1, first, now)


@dataclass(frozen=True)
class _Visit:
    week: int
    time: float
    types: set[int]
    known: _Known


def _visits(history: History) -> Iterator[_Visit]:
    """Every basket with its types, a household's in the order of time."""
    frame = pd.DataFrame(
        {
            "household": history.household,
            "basket": history.basket,
            "type": history.shelf.type_id[history.product],
            "week": history.week,
            "time": history.time,
        }
    )
    known: dict[int, _Known] = {}
    for (who, _), basket in frame.groupby(["household", "basket"], sort=False):
        types = set(basket["type"].tolist())
        week, time = int(basket["week"].iat[0]), float(basket["time"].iat[0])
        yield _Visit(week, time, types, known.setdefault(who, _Known()))


def _alone(types: Iterable[int], aisle: Ints) -> dict[int, int]:
    """By aisle its only type among these; an aisle with two has none."""
    found: dict[int, list[int]] = {}
    for kind in types:
        found.setdefault(int(aisle[kind]), []).append(kind)
    return {place: own[0] for place, own in found.items() if len(own) == 1}


def _aisle_of_type(history: History) -> Ints:
    shelf = history.shelf
    aisle = np.zeros(int(shelf.type_id.max()) + 1, dtype=np.int64)
    aisle[shelf.type_id] = shelf.aisle_id
    return aisle


def _columns(rows: list[tuple[int, int, int]]) -> Replacements:
    week, usual, taken = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Replacements(week, usual, taken)
