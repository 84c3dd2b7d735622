"""All steps of the demo store, from the package's files to the last order line."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple

import pandas as pd
from django.db import connection, transaction
from django.utils import timezone

from shop import usual_prices
from shop.complete_journey import files, history, store
from shop.complete_journey.prices import shelf_prices, weekly_prices
from shop.complete_journey.selection import best_sellers, described, sold_here
from shop.models import CatalogueVersion
from shop.progress import Progress

STEPS = 6


class Loaded(NamedTuple):
    """What is in the store now; ``products`` has one row per product, for the report."""

    products: pd.DataFrame
    members: int
    orders: int
    lines: int
    price_changes: int
    last_order: datetime


def load(*, count: int, now: datetime, progress: Progress) -> Loaded:
    """Write the demo store in one transaction; the tables must not hold it yet.

    Raises PackageMissing when the data package is not installed.
    """
    zone = timezone.get_default_timezone()
    progress.step("Reading the data")
    lines = shelf_prices(files.lines())
    shift = history.shift_to(now, lines["transaction_timestamp"], zone=zone)
    progress.step("Choosing and naming products")
    chosen = best_sellers(sold_here(files.products()), lines, count=count)
    lines = lines[lines["product_id"].isin(chosen["product_id"])]
    prices = weekly_prices(lines)
    current = prices.groupby("product_id")[["paid", "regular"]].last()
    products = described(chosen.merge(current, left_on="product_id", right_index=True, how="left"))
    shown = files.shown().set_index("product_id")
    for column in shown:
        # What the promotion table does not list was not shown.
        products[column] = products["product_id"].isin(shown.index[shown[column]])
    starts = history.week_starts(lines)
    with transaction.atomic():
        progress.step("Writing products")
        opened = history.in_utc(starts.iloc[:1], shift=shift, zone=zone).iloc[0]
        created = opened.to_pydatetime().replace(tzinfo=UTC)
        made = store.write_products(products, store.write_categories(products), created=created)
        ids = pd.Series({number: product.pk for number, product in made.items()})
        progress.step("Writing price history")
        since = history.in_utc(starts, shift=shift, zone=zone)
        prices = prices.assign(
            product=prices["product_id"].map(ids), since=prices["week"].map(since)
        )
        store.write_price_changes(prices, progress=progress)
        usual_prices.refresh(now=now)
        progress.step("Writing members and orders")
        households = sorted(lines["household_id"].unique().tolist())
        members = store.write_members(households, joined=created)
        baskets = history.baskets(lines)
        baskets = baskets.assign(
            member=baskets["household_id"].map(members),
            time=history.in_utc(baskets["time"], shift=shift, zone=zone),
        )
        orders = store.write_orders(baskets, progress=progress)
        progress.step("Writing order lines")
        names = pd.Series(dict(zip(products["product_id"], products["name"], strict=True)))
        lines = lines.assign(
            order=lines["basket_id"].map(orders),
            product=lines["product_id"].map(ids),
            name=lines["product_id"].map(names),
        ).sort_values("order", kind="stable")
        store.write_order_lines(lines, progress=progress)
        CatalogueVersion.grow()
    last = baskets["time"].max().to_pydatetime().replace(tzinfo=UTC)
    return Loaded(products, len(members), len(orders), len(lines), len(prices), last)


def analyse() -> None:
    """Tell the database's planner what the tables hold now."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
