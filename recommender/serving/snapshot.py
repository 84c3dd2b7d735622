"""The catalogue as columns: read from the tables when they changed, stored, held in memory."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
from django.db.models import Max, Sum
from django.utils import timezone

from recommender import conf
from recommender.models import ColumnsFile
from recommender.ranking import standing
from recommender.ranking.columns_file import DamagedColumns, tagged
from recommender.ranking.query import Floats, Ints, Snapshot
from recommender.serving import columns
from shop.models import CatalogueVersion, Order, OrderLine, Product
from shop.saving import unit_code

logger = logging.getLogger(__name__)

SALES_WEEKS = standing.HALF_YEAR_WEEKS
"""In the decayed popularity the oldest of them count a ninetieth."""


def current() -> Snapshot:
    """The snapshot of the catalogue as it is now, at most ``CHECK_SECONDS`` behind."""
    return _held.get()


def forget() -> None:
    """Start as a new process would."""
    global _version  # noqa: PLW0603 the version that the held snapshot was made from
    _held.forget()
    _version = -1


def build(*, as_of: datetime) -> Snapshot:
    """All active products as columns, sorted by id; popularity from the orders up to ``as_of``."""
    rows: list[tuple[Any, ...]] = list(
        Product.objects.filter(is_active=True)
        .order_by("pk")
        .values_list(
            "pk",
            "category_id",
            "category__parent_id",
            "brand_id",
            "price",
            "regular_price",
            "amount",
            "base_unit",
            "brand__own_brand",
            "diet_tags",
            "quality_tags",
            "in_leaflet",
            "on_display",
            "usual_price",
        )
    )
    fields = list(zip(*rows, strict=True)) if rows else [()] * 14
    product_id, type_id, aisle_id, brand_id = (_ids(fields[at]) for at in range(4))
    price_cents, regular_cents = (
        np.array([int(value * 100) for value in fields[at]], dtype=np.int64) for at in (4, 5)
    )
    amount = np.array([0 if v is None else int(v * 1000) for v in fields[6]], dtype=np.int64)
    diet_tags = tuple(sorted({tag for tags in fields[9] for tag in tags}))
    quality_tags = {tag for tags in fields[10] for tag in tags}
    bit = {tag: 1 << at for at, tag in enumerate(diet_tags)}
    unit = np.array([unit_code(value) for value in fields[7]], dtype=np.int64)
    # Prices per gram and per piece do not compare: a type is ranked unit by unit.
    type_and_unit = type_id * 16 + unit
    sold = _sales(product_id, as_of)
    return tagged(
        Snapshot(
            tag="",
            as_of=as_of,
            product_id=product_id,
            type_id=type_id,
            aisle_id=aisle_id,
            brand_id=brand_id,
            price_cents=price_cents,
            regular_cents=regular_cents,
            usual_cents=np.array(
                [0 if v is None else int(v * 100) for v in fields[13]], dtype=np.int64
            ),
            amount_milli=amount,
            base_unit=unit,
            own_brand=np.array([bool(value) for value in fields[8]], dtype=np.bool_),
            popularity=standing.popularity(
                type_id,
                sold_row=sold.row,
                sold_quantity=sold.quantity,
                days_ago=sold.days_ago,
            ),
            popularity_half_year=standing.share_within_type(type_id, _packs(sold, len(product_id))),
            price_percentile=standing.percentile_within_type(
                type_and_unit, standing.unit_price(price_cents, amount)
            ),
            quality_share=np.array(
                [len(set(tags)) / max(len(quality_tags), 1) for tags in fields[10]],
                dtype=np.float64,
            ),
            in_leaflet=_told(fields[11]),
            on_display=_told(fields[12]),
            diet_bits=np.array(
                [sum(bit[tag] for tag in set(tags)) for tags in fields[9]], dtype=np.int64
            ),
            diet_tags=diet_tags,
        )
    )


def _ids(values: tuple[Any, ...]) -> Ints:
    return np.array([value or 0 for value in values], dtype=np.int64)


def _told(values: tuple[bool | None, ...]) -> Floats:
    """1 or 0; NaN where the store says nothing."""
    return np.array([np.nan if value is None else float(value) for value in values], np.float64)


class _Sales(NamedTuple):
    """Parallel: the product's row, packs sold in one week, and how long ago that was."""

    row: Ints
    quantity: Floats
    days_ago: Floats


def _packs(sold: _Sales, products: int) -> Floats:
    return np.bincount(sold.row, weights=sold.quantity, minlength=products).astype(np.float64)


def _sales(product_id: Ints, as_of: datetime) -> _Sales:
    """Weeks are summed in the database, so that a long history costs twenty-six short answers."""
    sold = OrderLine.objects.exclude(order__origin=Order.Origin.SIMULATED).filter(
        product__isnull=False
    )
    newest = Order.objects.exclude(origin=Order.Origin.SIMULATED).filter(placed_at__lte=as_of)
    end = newest.aggregate(newest=Max("placed_at"))["newest"] or as_of
    products: list[int] = []
    units: list[float] = []
    days: list[float] = []
    for week in range(SALES_WEEKS):
        until = end - timedelta(weeks=week)
        of_week = (
            sold.filter(order__placed_at__lte=until)
            .filter(order__placed_at__gt=until - timedelta(weeks=1))
            .values_list("product_id")
            .annotate(units=Sum("quantity"))
            .order_by("product_id")
        )
        for product, quantity in of_week:
            products.append(product)
            units.append(float(quantity))
            days.append(7.0 * week + 3.5)
    ids = np.array(products, dtype=np.int64)
    at = np.minimum(np.searchsorted(product_id, ids), max(len(product_id) - 1, 0))
    known = product_id[at] == ids if len(product_id) else np.zeros(len(ids), dtype=np.bool_)
    return _Sales(at[known].astype(np.int64), np.array(units)[known], np.array(days)[known])


def _renew(held: Snapshot | None) -> Snapshot:
    global _version  # noqa: PLW0603
    version, now = CatalogueVersion.current(), timezone.now()
    oldest = now - timedelta(days=conf.current().snapshot_days)
    if held is not None and version == _version and held.as_of >= oldest:
        return held
    stored = (
        ColumnsFile.objects.filter(
            kind=ColumnsFile.Kind.SNAPSHOT, catalogue_version=version, made_at__gte=oldest
        )
        .order_by("-made_at")
        .first()
    )
    fresh = _read(stored.tag) if stored is not None else None
    if fresh is None:
        fresh = build(as_of=now)
        columns.store(fresh, catalogue_version=version, now=now)
    _version = version
    return fresh


def _read(tag: str) -> Snapshot | None:
    try:
        return columns.snapshot(tag)
    except (OSError, DamagedColumns):
        logger.exception("snapshot %s cannot be read; the tables are read again", tag[:12])
        return None


_version = -1
_held = columns.Held(_renew)
