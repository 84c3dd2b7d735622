"""Collaborative and text vectors: fitted on the store's own history, stored, held in memory."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from django.utils.module_loading import import_string

from recommender import conf
from recommender.models import ColumnsFile
from recommender.ranking.collaborative import fit_bpr
from recommender.ranking.columns_file import DamagedColumns, tagged
from recommender.ranking.query import Ints, Vectors
from recommender.ranking.semantic import CharacterNgrams, Embedder
from recommender.ranking.statistics import Purchases, fit_statistics
from recommender.ranking.vectors import make_vectors
from recommender.serving import columns
from shop.models import CatalogueVersion, Order, OrderLine, Product

logger = logging.getLogger(__name__)

NONE = Vectors(
    tag="",
    product_id=np.empty(0, dtype=np.int64),
    text=np.empty((0, 1), dtype=np.float32),
    cluster=np.empty(0, dtype=np.int64),
    item_factors=np.empty((0, 1), dtype=np.float32),
    shopper_id=np.empty(0, dtype=np.int64),
    shopper_factors=np.empty((0, 1), dtype=np.float32),
    place=np.empty(0, dtype=np.int64),
    block=np.empty(0, dtype=np.int64),
    width=np.empty(0, dtype=np.int64),
    next_weight=np.empty(0, dtype=np.float32),
    next_total=np.empty(0, dtype=np.float32),
    alike=np.empty(0, dtype=np.float32),
)
"""Before the first fit: every collaborative and text feature is undefined."""


def current() -> Vectors:
    """The newest vectors, at most ``CHECK_SECONDS`` behind."""
    return _held.get()


def forget() -> None:
    """Start as a new process would."""
    _held.forget()


def fit(*, now: datetime) -> Vectors:
    """Fit on every member's purchases (simulated ones apart) and every product's text; store.

    A shopper's id is the member's. Products are all that ever were in the catalogue, so that a
    product out of season keeps its vectors.
    """
    version = CatalogueVersion.current()
    texts = Product.objects.order_by("pk").values_list(
        "pk", "category_id", "name", "brand__name", "category__name", "category__parent__name",
        "description",
    )  # fmt: skip
    rows = list(texts)
    ids, types = (np.array([row[at] for row in rows], dtype=np.int64) for at in range(2))
    text = _embedder().embed([" ".join(part for part in row[2:] if part) for row in rows])
    purchases = _purchases(ids)
    fitted = make_vectors(
        ids,
        text,
        fit_bpr(purchases.shopper, ids[purchases.product]),
        fit_statistics(types, purchases, now=now.timestamp()),
    )
    columns.store(fitted, catalogue_version=version, now=now)
    return fitted


def _purchases(ids: Ints) -> Purchases:
    """Every member's purchases, oldest first, simulated ones apart."""
    bought = (
        OrderLine.objects.exclude(order__origin=Order.Origin.SIMULATED)
        .filter(order__member__isnull=False, product__isnull=False)
        .values_list("order__member_id", "order_id", "product_id", "order__placed_at")
        .order_by("order__placed_at", "order_id", "pk")
    )
    members, orders, products, times = ([] for _ in range(4))
    for member, order, product, placed_at in bought.iterator(chunk_size=20_000):
        members.append(member)
        orders.append(order)
        products.append(product)
        times.append(placed_at.timestamp())
    return Purchases(
        np.array(members, dtype=np.int64),
        np.array(orders, dtype=np.int64),
        np.searchsorted(ids, np.array(products, dtype=np.int64)).astype(np.int64),
        np.array(times, dtype=np.float64),
    )


def forget_members(members: Sequence[int], *, now: datetime) -> None:
    """Take these accounts out of every stored set of vectors.

    The newest set is stored again without them; the others that hold one are deleted, and so is one
    that cannot be read. ``check_skew`` then counts the slates that it cannot look at.
    """
    rows = ColumnsFile.objects.filter(kind=ColumnsFile.Kind.VECTORS).order_by("-made_at")
    for at, row in enumerate(rows):
        try:
            held = columns.vectors(row.tag)
        except (OSError, DamagedColumns):
            columns.remove(row)
            continue
        others = ~np.isin(held.shopper_id, list(members))
        if others.all():
            continue
        if at == 0:
            rest = replace(
                held,
                shopper_id=held.shopper_id[others],
                shopper_factors=held.shopper_factors[others],
            )
            columns.store(tagged(rest), catalogue_version=row.catalogue_version, now=now)
        columns.remove(row)
    columns.vectors.cache_clear()


def _embedder() -> Embedder:
    path = conf.current().embedder
    embedder: Embedder = import_string(path)() if path else CharacterNgrams()
    return embedder


def _renew(held: Vectors | None) -> Vectors:
    newest = (
        ColumnsFile.objects.filter(kind=ColumnsFile.Kind.VECTORS)
        .order_by("-made_at")
        .values_list("tag", flat=True)
        .first()
    )
    if newest is None:
        return NONE
    if held is not None and held.tag == newest:
        return held
    try:
        return columns.vectors(newest)
    except (OSError, DamagedColumns):
        if held is not None:
            raise
        # Of another release, or damaged: without them features are unknown, with an error no
        # ranker serves. The next fit mends it.
        logger.exception(
            "vectors %s cannot be read; until the next fit there are none", newest[:12]
        )
        return NONE


_held = columns.Held(_renew)
