"""Where a product stands: store department → aisle → type, from the data's trade categories.

``aisles.csv`` lists the categories of a grocery store; what is not listed (fuel, coupons, tobacco,
alcohol, magazines, gift cards, toys…) is not sold here. ``types.csv`` gives readable names to trade
types, merges types that differ only in quality, and puts strays into their aisle.
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import NamedTuple

from shop.complete_journey.words import readable

HERE = Path(__file__).parent
CATEGORY_OF_DEPARTMENT = {"CHEF SHOPPE": "VALUE ADDED VEGETABLES"}
"""Departments whose products come without a category."""
SOLD_AS = {("DELI SUPPLIES", "CAKES - OTHER"): "CAKES"}
NEVER_SOLD = {"MISC SALES TRANS", "COUPONS/STORE & MFG"}


class Place(NamedTuple):
    """Names of the three levels, and the phrase that names one product of the type."""

    department: str
    aisle: str
    type: str
    product: str


def place(department: str, category: str, product_type: str) -> Place | None:
    """None when the store does not sell such things."""
    aisles, types, departments = _tables()
    category = SOLD_AS.get((category, product_type), category)
    category = category or CATEGORY_OF_DEPARTMENT.get(department, "")
    if category not in aisles or not product_type or product_type in NEVER_SOLD:
        return None
    store_department, aisle = aisles[category]
    known = types.get((category, product_type)) or types.get(("", product_type))
    if known is None:
        name = readable(product_type)
        return Place(store_department, aisle, name, name)
    if known["aisle"]:
        aisle = known["aisle"]
        store_department = departments[aisle]
    return Place(store_department, aisle, known["name"], known["product"] or known["name"])


@cache
def _tables() -> tuple[
    dict[str, tuple[str, str]], dict[tuple[str, str], dict[str, str]], dict[str, str]
]:
    with (HERE / "aisles.csv").open(encoding="utf-8", newline="") as file:
        aisles = {
            row["category"]: (row["department"], row["aisle"]) for row in csv.DictReader(file)
        }
    with (HERE / "types.csv").open(encoding="utf-8", newline="") as file:
        types = {(row["category"], row["type"]): row for row in csv.DictReader(file)}
    return aisles, types, {aisle: department for department, aisle in aisles.values()}
