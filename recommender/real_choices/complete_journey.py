"""The Complete Journey as a history of choices: the demo's data, in the ranking core's words."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pandas as pd
from pyarrow import compute, parquet

from recommender.ranking import standing
from recommender.ranking.choices.history import History, Shown
from recommender.ranking.query import Ints, Snapshot
from shop.complete_journey import files
from shop.complete_journey.prices import shelf_prices
from shop.complete_journey.selection import described, sold_here
from shop.models.catalogue import BaseUnit
from shop.tags import DIET_TAGS, QUALITY_TAGS


def read() -> tuple[History, list[str]]:
    """The history, and a text for each product of its shelf; raises files.PackageMissing."""
    columns = [*files.LINE_COLUMNS, "store_id"]
    path = files.folder() / "transactions.parquet"
    lines = shelf_prices(parquet.read_table(path, columns=columns).to_pandas())
    lines = lines.sort_values("transaction_timestamp", kind="stable", ignore_index=True)
    sold = sold_here(files.products())
    middle = lines.groupby("product_id")["paid"].median().round().astype(np.int64)
    products = described(sold.merge(middle.rename("paid"), left_on="product_id", right_index=True))
    products = products.sort_values("product_id", ignore_index=True)
    shelf = _shelf(products)
    row = shelf.rows_of(lines["product_id"].to_numpy(np.int64))
    lines, row = lines[row >= 0], row[row >= 0]
    stamps = lines["transaction_timestamp"].dt.as_unit("s").astype(np.int64)
    history = History(
        shelf=shelf,
        household=lines["household_id"].to_numpy(np.int64),
        store=lines["store_id"].to_numpy(np.int64),
        basket=lines["basket_id"].to_numpy(np.int64),
        product=row,
        quantity=lines["quantity"].to_numpy(np.int64),
        paid=lines["paid"].to_numpy(np.int64),
        regular=lines["regular"].to_numpy(np.int64),
        week=lines["week"].to_numpy(np.int64),
        time=stamps.to_numpy(np.float64),
        shown=_shown(shelf),
    )
    parts = ("brand_name", "type", "aisle", "size_text")
    texts = products[list(parts)].agg(" ".join, axis=1).tolist()
    return history, texts


def _shown(shelf: Snapshot) -> dict[int, Shown]:
    """The package's promotions by week, for the products of the shelf."""
    names = ["product_id", "store_id", "week", "display_location", "mailer_location"]
    source = parquet.ParquetFile(files.folder() / "promotions.parquet")
    parts: dict[int, list[tuple[Ints, ...]]] = {}
    stores: dict[int, list[Ints]] = {}
    for batch in source.iter_batches(batch_size=1_000_000, columns=names):
        product, store, week = (batch.column(at).to_numpy() for at in range(3))
        display, leaflet = (
            compute.not_equal(batch.column(at), "0").to_numpy(zero_copy_only=False) for at in (3, 4)
        )
        row = shelf.rows_of(product)
        place = store.astype(np.int64) * len(shelf.product_id) + row
        for number in np.unique(week).tolist():
            here = week == number
            stores.setdefault(number, []).append(np.unique(store[here]))
            here &= row >= 0
            parts.setdefault(number, []).append((place[here], leaflet[here], display[here]))
    return {number: _of_week(stores[number], parts[number]) for number in sorted(parts)}


def _of_week(stores: list[Ints], parts: list[tuple[Ints, ...]]) -> Shown:
    place, leaflet, display = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(place, kind="stable")
    found = np.unique(np.concatenate(stores)).astype(np.int64)
    return Shown(found, place[order], leaflet[order], display[order])


def draw_households(history: History, count: int | None, *, seed: int) -> Ints:
    """``count`` households drawn at random; all of them without a count."""
    known = np.unique(history.household)
    if count is None or count >= len(known):
        return known
    return np.sort(np.random.default_rng(seed).choice(known, count, replace=False))


def _shelf(products: pd.DataFrame) -> Snapshot:
    def codes(column: str) -> Ints:
        return np.asarray(pd.factorize(products[column], sort=True)[0], dtype=np.int64)

    type_id = np.asarray(
        products.groupby(["store_department", "aisle", "type"]).ngroup(), dtype=np.int64
    )
    amount = pd.to_numeric(products["amount"]).fillna(0.0)
    units = {unit: code for code, unit in enumerate(["", *BaseUnit.values])}
    price = products["paid"].to_numpy(np.int64)
    nothing = np.full(len(products), np.nan)
    return Snapshot(
        tag="complete-journey",
        as_of=datetime(2017, 1, 1, tzinfo=UTC),
        product_id=products["product_id"].to_numpy(np.int64),
        type_id=type_id,
        aisle_id=np.asarray(products.groupby(["store_department", "aisle"]).ngroup(), np.int64),
        brand_id=codes("brand_name"),
        price_cents=price,
        regular_cents=price,
        usual_cents=price,
        amount_milli=(1000 * amount).round().to_numpy(np.int64),
        base_unit=products["base_unit"].map(units).to_numpy(np.int64),
        own_brand=products["own_brand"].to_numpy(bool),
        popularity=standing.share_within_type(type_id, np.zeros(len(products))),
        popularity_half_year=standing.share_within_type(type_id, np.zeros(len(products))),
        price_percentile=nothing,
        in_leaflet=nothing,
        on_display=nothing,
        quality_share=products["quality"].map(len).to_numpy(np.float64) / len(QUALITY_TAGS),
        diet_bits=_bits(products["diet"]),
        diet_tags=tuple(DIET_TAGS),
    )


def _bits(tags: pd.Series) -> Ints:
    place = {tag: 1 << at for at, tag in enumerate(DIET_TAGS)}
    return np.array([sum(place[tag] for tag in own) for own in tags], dtype=np.int64)
