"""Which products the demo store sells, and everything that it says about them."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd

from shop.complete_journey.brands import OWN_BRAND, OWN_ORGANIC_BRAND, brand_of
from shop.complete_journey.names import product_names
from shop.complete_journey.sizes import TOO_CHEAP, TOO_DEAR, size_of
from shop.complete_journey.tags import diet_tags, quality_tags
from shop.complete_journey.tree import place
from shop.sizes import Size

RECENT_WEEKS = 13
"""A product not sold in the last quarter has no usable price."""


def sold_here(products: pd.DataFrame) -> pd.DataFrame:
    """The products that a grocery store sells, with their place in its tree.

    Adds store_department, aisle, type, product.
    """
    keys = products[["department", "product_category", "product_type"]]
    distinct = keys.drop_duplicates()
    places = [(*key, place(*key)) for key in distinct.itertuples(index=False, name=None)]
    found = pd.DataFrame(
        [(*key, *where) for *key, where in places if where is not None],
        columns=[*keys.columns, "store_department", "aisle", "type", "product"],
    )
    return products.merge(found, on=list(keys.columns))


def best_sellers(sold: pd.DataFrame, lines: pd.DataFrame, *, count: int) -> pd.DataFrame:
    """The ``count`` products of ``sold`` bought most often (lines, not units) in ``lines``.

    ``lines`` has product_id, week, quantity and paid (cents); products without a price of the last
    ``RECENT_WEEKS`` weeks are left out. Adds purchases and units.
    """
    totals = lines.groupby("product_id").agg(
        purchases=("quantity", "size"), units=("quantity", "sum"), last_week=("week", "max")
    )
    current = totals[totals["last_week"] > lines["week"].max() - RECENT_WEEKS]
    ranked = sold.merge(current, left_on="product_id", right_index=True)
    order = ["purchases", "product_id"]
    return ranked.sort_values(order, ascending=[False, True]).head(count).reset_index(drop=True)


def described(chosen: pd.DataFrame) -> pd.DataFrame:
    """Adds brand, size, name and tags; needs ``paid`` (the current price in cents).

    New columns: brand_name, own_brand, size_text, amount, base_unit, diet, quality, name.
    """
    frame = chosen.reset_index(drop=True)
    sizes = _sizes(frame)
    frame["size_text"] = [size.text if size else "" for size in sizes]
    frame["amount"] = [size.amount if size else None for size in sizes]
    frame["base_unit"] = [str(size.base_unit) if size else "" for size in sizes]
    trade = list(
        frame[["department", "product_category", "product_type"]].itertuples(index=False, name=None)
    )
    frame["quality"] = [quality_tags(department=a, category=b, product_type=c) for a, b, c in trade]
    frame["diet"] = [
        diet_tags(department=a, category=b, product_type=c, store_department=d, aisle=e)
        for (a, b, c), d, e in zip(trade, frame["store_department"], frame["aisle"], strict=True)
    ]
    frame["brand_name"] = [
        brand_of(manufacturer=int(number), private=kind == "Private", organic="organic" in quality)
        for number, kind, quality in zip(
            frame["manufacturer_id"], frame["brand"], frame["quality"], strict=True
        )
    ]
    frame["own_brand"] = frame["brand_name"].isin([OWN_BRAND, OWN_ORGANIC_BRAND])
    frame["name"] = product_names(frame)
    return frame


def _sizes(frame: pd.DataFrame) -> list[Size | None]:
    """Sizes whose unit price is far from the type's middle one are dropped."""
    sizes = [
        size_of(
            row.package_size,
            department=row.department,
            category=row.product_category,
            product_type=row.product_type,
            price=Decimal(int(row.paid)) / 100,
        )
        for row in frame.itertuples()
    ]
    amount = pd.Series([float(size.amount) if size else None for size in sizes], dtype=float)
    unit = pd.Series([str(size.base_unit) if size else "" for size in sizes])
    unit_price = frame["paid"] / amount
    middle = unit_price.groupby([frame["type"], unit]).transform("median")
    credible = (unit_price <= TOO_DEAR * middle) & (unit_price * TOO_CHEAP >= middle)
    return [size if fine else None for size, fine in zip(sizes, credible, strict=True)]
