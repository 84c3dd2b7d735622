"""One visit with a cart over its budget: everything that could be offered, and what is wanted."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from recommender.ranking.features.schema import NAMES
from recommender.ranking.personas import Persona, hidden_taste, known_utility
from recommender.ranking.query import Floats, Ints
from recommender.ranking.slate import order

Wish = Callable[[Persona, Mapping[str, Floats]], Floats]
"""The part of a utility that features show, as ``personas.known_utility``."""


def columns_of(features: Floats) -> dict[str, Floats]:
    """{feature: its column} of a matrix, as a ``Wish`` reads them."""
    return {name: features[:, at] for at, name in enumerate(NAMES)}


@dataclass(frozen=True)
class Scene:
    """Parallel arrays over the n eligible swaps; ``features`` has the shape (n, features)."""

    name: str
    persona: Persona
    hidden_seed: int
    served_at: datetime
    products: Ints
    anchors: Ints
    brands: Ints
    types: Ints
    features: Floats

    def utility(self, rows: Ints, *, wish: Wish = known_utility) -> Floats:
        """What this shopper gets from the swaps at ``rows``, hidden taste included."""
        hidden = hidden_taste(self.hidden_seed, self.brands[rows], self.types[rows])
        return wish(self.persona, columns_of(self.features[rows])) + hidden

    @cached_property
    def truth(self) -> Floats:
        """The utility of every swap, shape (n,)."""
        return self.utility(np.arange(len(self.products)))

    def fills(self, size: int) -> bool:
        """Whether the cap per anchor leaves enough for a panel of ``size``."""
        any_order = np.zeros(len(self.products))
        return len(order(any_order, self.products, self.anchors, size=size)) == size

    @property
    def several_anchors(self) -> bool:
        """Whether the panel chooses between lines of the cart, not only within one."""
        return bool((self.anchors != self.anchors[0]).any())
