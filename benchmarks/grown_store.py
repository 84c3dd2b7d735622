"""Makes a copied demo store twenty times as large: ``benchmarks/panel.py --grown`` (TARGETS S2).

Every product type becomes four, and each of these holds five products for one: a larger store has
more kinds of things, and more of each kind. The copies have their originals' texts and factors.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from django.db import connection, transaction
from django.utils import timezone

from benchmarks import filled_log
from recommender.ranking.columns_file import tagged
from recommender.ranking.query import Vectors
from recommender.serving import columns, vectors
from shop.models import CatalogueVersion

TYPES, OF_ONE = 4, 5
EVENTS = 1_000_000


def grow() -> None:
    """Categories, products, vectors and log of the database that is in use."""
    held = vectors.current()
    with transaction.atomic(), connection.cursor() as cursor:
        step = _most(cursor, "shop_product")
        types = _most(cursor, "shop_category")
        for copy in range(1, TYPES):
            cursor.execute(
                "INSERT INTO shop_category (id, level, name, slug, parent_id) SELECT id + %s, "
                "level, name || ' ' || %s, slug || '-copy-' || %s, parent_id FROM shop_category "
                "WHERE level = 2 AND id <= %s",
                [copy * types, copy, copy, types],
            )
        own = [c for c in _columns(cursor, "shop_product") if c not in ("id", "sku", "category_id")]
        for copy in range(1, TYPES * OF_ONE):
            cursor.execute(
                f"INSERT INTO shop_product (id, sku, category_id, {', '.join(own)}) "  # noqa: S608
                f"SELECT id + %s, sku || '-copy-' || %s, category_id + %s, {', '.join(own)} "
                "FROM shop_product WHERE id <= %s",
                [copy * step, copy, copy % TYPES * types, step],
            )
        cursor.execute("UPDATE shop_catalogueversion SET value = value + 1")
    _store(held, step)
    filled_log.fill(EVENTS)


def _store(held: Vectors, step: int) -> None:
    copies = TYPES * OF_ONE
    unknown = np.full((copies - 1) * len(held.place), -1, dtype=np.int64)
    grown = replace(
        held,
        product_id=np.concatenate([held.product_id + copy * step for copy in range(copies)]),
        text=np.tile(held.text, (copies, 1)),
        cluster=np.tile(held.cluster, copies),
        item_factors=np.tile(held.item_factors, (copies, 1)),
        # Which copy follows which, nobody has seen yet.
        place=np.concatenate([held.place, unknown]),
        block=np.concatenate([held.block, np.zeros_like(unknown)]),
        width=np.concatenate([held.width, np.zeros_like(unknown)]),
        next_total=np.tile(held.next_total, copies),
    )
    version = CatalogueVersion.current()
    columns.store(tagged(grown), catalogue_version=version, now=timezone.now())
    vectors.forget()


def _most(cursor, table: str) -> int:
    cursor.execute(f"SELECT max(id) FROM {table}")  # noqa: S608 a name of ours
    return int(cursor.fetchone()[0])


def _columns(cursor, table: str) -> list[str]:
    cursor.execute(f"SELECT name FROM pragma_table_info('{table}')")  # noqa: S608 a name of ours
    return [row[0] for row in cursor.fetchall()]
