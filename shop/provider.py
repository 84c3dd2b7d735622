"""What the store asks of a ranker, and what it gets back.

The provider is named in ``settings.SWAP_PROVIDER`` and loaded by its dotted path, so that the store
knows no ranker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Line:
    """A cart line that may be replaced."""

    product_id: int
    quantity: int


@dataclass(frozen=True)
class SwapQuery:
    """One request to rank. ``anchors`` are the lines that may be replaced, ``cart`` all of them."""

    shopper_key: str
    member_id: int | None
    session_id: UUID | None
    placement: str
    cart: tuple[Line, ...]
    anchors: tuple[Line, ...]
    total: Decimal
    budget: Decimal | None
    diet_tags: tuple[str, ...]
    dismissed: frozenset[int]
    served_at: datetime
    size: int = 6
    # Drawn at random from all that may be shown; else in the provider's own order.
    random_order: bool = False


@dataclass(frozen=True)
class RankedSwap:
    """One swap of a slate. ``features`` is the served vector (empty for policies without)."""

    anchor_id: int
    anchor_quantity: int
    product_id: int
    quantity: int
    saving_cents: int
    score: float
    propensity: float
    features: tuple[float, ...] = ()
    # Plain words on why, strongest first, from the ranker's own contributions.
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ranking:
    """A provider's answer: swaps in shown order, and what is needed to compute them again."""

    swaps: tuple[RankedSwap, ...]
    policy: str
    ranker_tag: str = ""
    generation: int = 0
    fingerprint: str = ""
    snapshot_tag: str = ""
    vectors_tag: str = ""
    inputs: dict[str, Any] = field(default_factory=dict)


class Provider(Protocol):
    """Ranks swaps for the store."""

    def rank(self, query: SwapQuery) -> Ranking:
        """Swaps in the order to show, at most ``query.size``; an empty answer is a valid one."""
        ...

    def fit(self, query: SwapQuery) -> Ranking:
        """The swaps, at most one per anchor, that together bring the cart within its budget.

        Of all such sets the one that the shopper will regret least; where there is none, the set
        that brings the cart nearest.
        """
        ...

    def state_key(self, query: SwapQuery) -> str:
        """Changes whenever the same query could be answered differently (taste, generation)."""
        ...

    def weights_line(self, policy: str) -> str:
        """The sentence under the panel's title that says how swaps are ordered right now."""
        ...


def current() -> Provider:
    """The provider of this process, made once per dotted path; raises what its making raises."""
    return _made(settings.SWAP_PROVIDER)


@lru_cache(maxsize=4)
def _made(path: str) -> Provider:
    made: Provider = import_string(path)()
    return made
