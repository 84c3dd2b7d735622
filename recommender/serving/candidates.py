"""Which swaps may be ranked at all: the hard limits, applied to columns in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.db.models import BigIntegerField, QuerySet

from recommender import conf
from recommender.ranking.features.alignment import align
from recommender.ranking.features.substitution import next_share
from recommender.ranking.near_types import near_types
from recommender.ranking.query import Flags, Ints, Snapshot, Swaps, Vectors
from shop.models import Product
from shop.models.carts import MOST_OF_ONE
from shop.provider import Line
from shop.saving import offer
from tracking.prepared import Given, Prepared

NEAR_TYPES = 3

ASKED = 240


def _stock() -> QuerySet[Product, Any]:
    products: Any = [Given("products", BigIntegerField(), at) for at in range(ASKED)]
    standing = Product.objects.filter(pk__in=products, is_active=True, stock__gt=0)
    return standing.order_by().values_list("pk", "stock")


STOCK = Prepared(_stock)


def eligible(
    *,
    anchors: Sequence[Line],
    cart: Sequence[Line],
    dismissed: Collection[int],
    snapshot: Snapshot,
    vectors: Vectors,
) -> Swaps:
    """Every swap that keeps what the anchor's line is needed for, stock not yet looked at.

    Same product type, cheaper for the same amount and not dearer per unit, no diet tag of the
    anchor lost, not in the cart, not dismissed. Where a type has too few, products of the nearest
    types join whose sizes compare. Per anchor those that shoppers take after it and the most saving
    are kept.
    """
    settings = conf.current()
    fewest = settings.fewest_in_type
    taken = np.fromiter({*dismissed, *(line.product_id for line in cart)}, dtype=np.int64)
    free = np.ones(len(snapshot.product_id), dtype=np.bool_)
    taken_rows = snapshot.rows_of(taken)
    free[taken_rows[taken_rows >= 0]] = False
    rows = snapshot.rows_of(np.array([line.product_id for line in anchors], dtype=np.int64))
    most = max(settings.most_pairs // max(len(anchors), 1), fewest)
    found = []
    for row, line in zip(rows.tolist(), anchors, strict=True):
        if row < 0:
            continue
        swaps = _allowed(
            row, line, snapshot.rows_by_type[int(snapshot.type_id[row])], free, snapshot
        )
        if len(swaps) < fewest:
            near = _near_types(snapshot, vectors).get(int(snapshot.type_id[row]), ())
            swaps = _with_near_types(
                swaps, row, line, near=near, fewest=fewest, free=free, snapshot=snapshot
            )
        found.append(_best(swaps, snapshot, vectors, most))
    return _joined(found)


def in_stock(swaps: Swaps, snapshot: Snapshot) -> Flags:
    """Whether the packs of each swap are in stock by the database's word, in one query.

    Of more than ``ASKED`` products in several.
    """
    ids = snapshot.product_id[swaps.candidate_row]
    stock: dict[int, int] = {}
    asked = list(set(ids.tolist()))
    for begin in range(0, len(asked), ASKED):
        some = asked[begin : begin + ASKED]
        # The text of the query is the same for any number: the last one is asked for again.
        stock |= dict(STOCK.rows(products=some + some[-1:] * (ASKED - len(some))))
    packs = np.array([stock.get(product, 0) for product in ids.tolist()], dtype=np.int64)
    return packs >= swaps.quantity


def _allowed(row: int, line: Line, candidates: Ints, free: Flags, snapshot: Snapshot) -> Swaps:
    candidates = candidates[free[candidates]]
    tags = snapshot.diet_bits[row]
    candidates = candidates[(snapshot.diet_bits[candidates] & tags) == tags]
    found = offer(
        anchor_quantity=line.quantity,
        anchor_price=snapshot.price_cents[row],
        anchor_amount=snapshot.amount_milli[row],
        anchor_unit=snapshot.base_unit[row],
        price=snapshot.price_cents[candidates],
        amount=snapshot.amount_milli[candidates],
        unit=snapshot.base_unit[candidates],
    )
    kept = found.allowed & (found.quantity <= MOST_OF_ONE)
    number = int(kept.sum())
    return Swaps(
        anchor_row=np.full(number, row, dtype=np.int64),
        candidate_row=candidates[kept],
        anchor_quantity=np.full(number, line.quantity, dtype=np.int64),
        quantity=found.quantity[kept].astype(np.int64),
        saving_cents=found.saving[kept].astype(np.int64),
    )


def _with_near_types(
    swaps: Swaps,
    row: int,
    line: Line,
    *,
    near: Sequence[int],
    fewest: int,
    free: Flags,
    snapshot: Snapshot,
) -> Swaps:
    unit = snapshot.base_unit[row]
    for kind in near:
        other = snapshot.rows_by_type[kind]
        # Without a common unit nothing says that the one can stand for the other.
        other = other[(snapshot.base_unit[other] == unit) & (unit != 0)]
        swaps = _joined([swaps, _allowed(row, line, other, free, snapshot)])
        if len(swaps) >= fewest:
            break
    return swaps


def _best(swaps: Swaps, snapshot: Snapshot, vectors: Vectors, most: int) -> Swaps:
    """Half of ``most`` by what shoppers take after the anchor, half by saving; all of so few.

    Of real switches (docs/adr/0008) 85.5 % are to one of the 24 that this keeps; by popularity
    in place of what follows 83.8 %.
    """
    if len(swaps) <= most:
        return swaps
    likely = next_share(swaps, snapshot, vectors)
    by_sales = np.argsort(-likely, kind="stable")[: most // 2]
    by_saving = np.argsort(-swaps.saving_cents, kind="stable")
    by_saving = by_saving[~np.isin(by_saving, by_sales)][: most - len(by_sales)]
    return swaps.take(np.sort(np.concatenate([by_sales, by_saving])))


def _joined(parts: Sequence[Swaps]) -> Swaps:
    if len(parts) == 1:
        return parts[0]
    empty = np.empty(0, dtype=np.int64)
    columns = (
        np.concatenate([empty, *(getattr(part, name) for part in parts)])
        for name in ("anchor_row", "candidate_row", "anchor_quantity", "quantity", "saving_cents")
    )
    return Swaps(*columns)


@dataclass(frozen=True)
class _Near:
    """The nearest types of each type, for one pair of snapshot and vectors."""

    tags: tuple[str, str]
    types: dict[int, tuple[int, ...]]


_kept = _Near(("", ""), {})


def _near_types(snapshot: Snapshot, vectors: Vectors) -> dict[int, tuple[int, ...]]:
    global _kept  # noqa: PLW0603 worked out once per snapshot and vectors
    tags = (snapshot.tag, vectors.tag)
    if _kept.tags != tags:
        text = align(snapshot, vectors).text(np.arange(len(snapshot.product_id)))
        _kept = _Near(tags, near_types(snapshot.rows_by_type, text, most=NEAR_TYPES))
    return _kept.types
