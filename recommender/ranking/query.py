"""What a ranking request is made of: the query, its swaps, and the state they are judged in.

Everything here is a value. Money is integer cents and amounts are integer thousandths of the base
unit, so that the same inputs always give the same bits.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.bought import Bought

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Query:
    """One request to rank.

    ``served_at`` is aware and in the store's time zone: ``hour`` and ``dow`` are read from it.
    ``cart_products``/``cart_quantities`` are parallel, shape (lines,). ``total_cents`` is what the
    cart costs, fees included. ``budget_cents`` is None when the shopper has set no budget.
    """

    served_at: datetime
    placement: str
    cart_products: Ints
    cart_quantities: Ints
    total_cents: int
    budget_cents: int | None


@dataclass(frozen=True)
class Swaps:
    """The eligible (anchor, candidate) pairs of one query; parallel arrays of shape (n,).

    ``anchor_row`` and ``candidate_row`` index the snapshot. ``saving_cents`` is how far the cart's
    total falls when ``anchor_quantity`` anchors give way to ``quantity`` candidates.
    """

    anchor_row: Ints
    candidate_row: Ints
    anchor_quantity: Ints
    quantity: Ints
    saving_cents: Ints

    def __len__(self) -> int:
        return len(self.candidate_row)

    def take(self, rows: Ints | Flags) -> Swaps:
        """The swaps at ``rows`` (positions or mask), in that order."""
        return Swaps(
            self.anchor_row[rows],
            self.candidate_row[rows],
            self.anchor_quantity[rows],
            self.quantity[rows],
            self.saving_cents[rows],
        )


@dataclass(frozen=True)
class Snapshot:
    """The catalogue as columns, immutable under its ``tag``; arrays of shape (products,).

    Rows are sorted by ``product_id``. ``amount_milli`` is 0 when unknown; ``base_unit`` is a code
    (0 unknown); ``popularity`` is the smoothed, time-decayed purchase share within the product
    type, ``popularity_half_year`` the same over 26 weeks, each week alike; ``usual_cents`` is the
    median price of the last 8 weeks (0 unknown); ``price_percentile`` is the unit price's
    percentile within the type (NaN unknown); ``in_leaflet`` and ``on_display`` are 1, 0 or NaN
    (unknown): what the store shows this week; ``diet_bits`` has one bit per diet tag, in the order
    of ``diet_tags``; ``quality_share`` is the share of the known quality tags that the product
    carries.
    """

    tag: str
    as_of: datetime
    product_id: Ints
    type_id: Ints
    aisle_id: Ints
    brand_id: Ints
    price_cents: Ints
    regular_cents: Ints
    usual_cents: Ints
    amount_milli: Ints
    base_unit: Ints
    own_brand: Flags
    popularity: Floats
    popularity_half_year: Floats
    price_percentile: Floats
    quality_share: Floats
    in_leaflet: Floats
    on_display: Floats
    diet_bits: Ints
    diet_tags: tuple[str, ...]

    def rows_of(self, products: Ints) -> Ints:
        """Snapshot rows of ``products``; -1 for a product that the snapshot does not hold."""
        if not len(self.product_id):
            return np.full(len(products), -1, dtype=np.int64)
        at = np.searchsorted(self.product_id, products)
        at = np.minimum(at, len(self.product_id) - 1)
        return np.where(self.product_id[at] == products, at, -1).astype(np.int64)

    def restated(self, **columns: Any) -> Snapshot:
        """The same products with other standing (prices, popularity), under the same tag.

        For replays of history only: a stored snapshot never changes under its tag.
        """
        other = replace(self, **columns)
        # Which products a type has does not change, and finding out is the dear part.
        other.__dict__["rows_by_type"] = self.rows_by_type
        other.__dict__["place_in_type"] = self.place_in_type
        return other

    @cached_property
    def place_in_type(self) -> Ints:
        """Each product's place among the ``rows_by_type`` of its type, shape (products,)."""
        place = np.empty(len(self.product_id), dtype=np.int64)
        for rows in self.rows_by_type.values():
            place[rows] = np.arange(len(rows))
        return place

    @cached_property
    def rows_by_type(self) -> dict[int, Ints]:
        """Rows of each product type, ascending."""
        order = np.argsort(self.type_id, kind="stable")
        types, starts = np.unique(self.type_id[order], return_index=True)
        ends = np.append(starts[1:], len(order))
        return {
            int(kind): order[start:end].astype(np.int64)
            for kind, start, end in zip(types, starts, ends, strict=False)
        }


@dataclass(frozen=True)
class Vectors:
    """What collaborative and semantic training left behind, immutable under its ``tag``.

    ``product_id`` (sorted) names the rows of ``text`` (unit length, shape (n, d)), ``cluster``
    (semantic cluster, shape (n,)), ``item_factors`` (shape (n, k), the last column being the item
    bias; NaN rows for products never bought). ``shopper_id`` (sorted) names the rows of
    ``shopper_factors`` (shape (s, k), the last column being 1). The other columns, by product too
    but for the two flat ones, are those of ``statistics.Statistics``.
    """

    tag: str
    product_id: Ints
    text: NDArray[np.float32]
    cluster: Ints
    item_factors: NDArray[np.float32]
    shopper_id: Ints
    shopper_factors: NDArray[np.float32]
    place: Ints
    block: Ints
    width: Ints
    next_weight: NDArray[np.float32]
    next_total: NDArray[np.float32]
    alike: NDArray[np.float32]


@dataclass(frozen=True)
class Taste:
    """What is known of one shopper at ``served_at``.

    ``shopper_id`` finds the shopper's trained factors; None when anonymous. ``beta_u`` is the
    price sensitivity, 0 to 1, already shrunk to the store's mean. ``intent`` is the keep-quality
    EMA, 0 (save money) to 1 (keep quality). ``diet_bits`` is the diet profile. ``last_touched``
    maps a product id to when this shopper last bought or carted it (seconds since the epoch).
    ``centre_products`` are the most recent distinct purchases (at most 50), newest first;
    ``session_products`` what this session viewed or carted, newest first. ``bought`` holds all
    purchases by product: see ``bought.Bought``.
    """

    shopper_id: int | None
    beta_u: float
    intent: float
    diet_bits: int = 0
    last_touched: dict[int, float] = field(default_factory=dict)
    centre_products: tuple[int, ...] = ()
    session_products: tuple[int, ...] = ()
    bought: dict[int, Bought] = field(default_factory=dict)

    @cached_property
    def bought_columns(self) -> tuple[Ints, Floats]:
        """``bought`` as arrays: products (n,), and their times, last, lately, shape (n, 3)."""
        products = np.fromiter(self.bought, dtype=np.int64, count=len(self.bought))
        sums = np.fromiter(chain.from_iterable(self.bought.values()), dtype=np.float64)
        return products, sums.reshape(-1, 3)


@dataclass(frozen=True)
class State:
    """The world in which swaps are judged: a snapshot, a set of vectors, one shopper's taste."""

    snapshot: Snapshot
    vectors: Vectors
    taste: Taste

    @cached_property
    def bought(self) -> tuple[Ints, Floats]:
        """What the shopper bought that the snapshot holds: its rows (n,), and times, last and
        lately, shape (3, n)."""
        products, sums = self.taste.bought_columns
        rows = self.snapshot.rows_of(products)
        return rows[rows >= 0], np.ascontiguousarray(sums[rows >= 0].T)
