"""What the trade knows about a written size and the text does not say."""

from __future__ import annotations

import re
from decimal import Decimal

from shop.models.catalogue import BaseUnit
from shop.sizes import Size, parse_size, times

FLUID_CATEGORIES = {
    "BLEACH",
    "CANNED JUICES",
    "FLUID MILK PRODUCTS",
    "FRZN JCE CONC/DRNKS",
    "ICE CREAM/MILK/SHERBTS",
    "ISOTONIC DRINKS",
    "JUICE",
    "LAUNDRY DETERGENTS",
    "REFRGRATD JUICES/DRNKS",
    "SOFT DRINKS",
    "WATER",
    "WATER - CARBONATED/FLVRD DRINK",
}
FLUID_TYPES = re.compile(
    r"JUICE|JCE|\bTEA (SWEE|UNSWEE|CAN|BOTT)|SOY/RICE MILK|FLUID MILK|CIDER|LIQUID|LIGHTER FLUID"
    r"|VINEGAR|SALAD OIL|(CANOLA|CORN|OLIVE) OIL|SEMI-SOLID|POURABLE|MOLASSES & SYRUPS|EXTRACTS"
    r"|HOT SAUCE|STEAK & WORCH|SOY SAUCE|GLASS CLEAN|DRAIN CARE|TOILET BOWL|BATHROOM CLEAN"
    r"|CANNED MILK|SPRING WATERS|HAIR SPRAY"
)
WEIGHT_TYPES = re.compile(r"YOGURT|DRY SOUP|MONODOSE")
CANS = re.compile(r"^SOFT DRINKS 12/18&15PK|^SOFT DRINKS 20PK&24PK")
BOTTLES = re.compile(r"^SFT DRNK MLT-PK BTL")
CAPACITY_TYPES = re.compile(r"BAGS?\b|COMPACTOR|CUPS$|STORAGE CONTAIN|FOILWARE|PLATE")
YIELD_TYPES = re.compile(r"SOFT DRINK (POWDER|CANISTER)")
CAPACITY_CATEGORIES = {
    "FD WRAPS/BAGS/TRSH BG",
    "PAPER HOUSEWARES",
    "PLASTIC HOUSEWARES",
    "DISPOSIBLE FOILWARE",
    "SPRING/SUMMER SEASONAL",
}
CARTON_POUNDS = Decimal("4536")
"""Grams; produce by more than ten pounds for less than 25 cents a pound is a shipping carton."""
CARTON_CENTS_PER_GRAM = Decimal("25") / Decimal("453.59237")
MULTI_PACK_FROM = Decimal("2.00")
TOO_DEAR = 3
"""Times the type's middle unit price; above it the size is one piece of a multi-pack."""
TOO_CHEAP = 8
"""Times below the middle unit price; there the size is a shipping carton."""


def is_fluid(category: str, product_type: str) -> bool:
    """Whether plain ounces of this type are fluid ounces."""
    if WEIGHT_TYPES.search(product_type):
        return False
    return category in FLUID_CATEGORIES or FLUID_TYPES.search(product_type) is not None


def size_of(
    written: str, *, department: str, category: str, product_type: str, price: Decimal
) -> Size | None:
    """The whole pack, or None when the data do not tell it; ``price`` in the store's currency."""
    size = parse_size(written, fluid=is_fluid(category, product_type))
    if size is None:
        return None
    if department == "PRODUCE" and _is_carton(size, price):
        return None
    if YIELD_TYPES.search(product_type) and size.base_unit == BaseUnit.MILLILITRE:
        return None
    if (
        category in CAPACITY_CATEGORIES
        and CAPACITY_TYPES.search(product_type)
        and size.base_unit in (BaseUnit.MILLILITRE, BaseUnit.GRAM)
    ):
        return None
    if category == "FACIAL TISS/DNR NAPKIN" and "TISSUE" in product_type:
        return _as_sheets(size)
    return _whole_multi_pack(size, product_type, price)


def _is_carton(size: Size, price: Decimal) -> bool:
    """Produce sizes often name the shipping carton: a head of lettuce "24 CT", bananas "40 LB"."""
    if size.base_unit == BaseUnit.PIECE:
        return size.amount > 6
    if size.base_unit != BaseUnit.GRAM or size.amount <= CARTON_POUNDS:
        return False
    return size.amount > 2 * CARTON_POUNDS or price * 100 / size.amount < CARTON_CENTS_PER_GRAM


def _as_sheets(size: Size) -> Size:
    if size.base_unit != BaseUnit.PIECE:
        return size
    return Size(size.amount, BaseUnit.SHEET, size.text.replace("ct", "sheets"))


def _whole_multi_pack(size: Size, product_type: str, price: Decimal) -> Size:
    """The trade types name the multi-pack, and many sizes only its can or bottle."""
    one = size.base_unit == BaseUnit.MILLILITRE and size.amount < 800
    if CANS.search(product_type) and price >= MULTI_PACK_FROM / 2:
        cans = 24 if "24PK" in product_type else 12
        if size.base_unit == BaseUnit.PIECE:
            can = parse_size("12 FL OZ")
            return times(int(size.amount), can) if can else size
        return times(cans, size) if one and price >= MULTI_PACK_FROM else size
    if BOTTLES.search(product_type) and one and price >= MULTI_PACK_FROM:
        return times(6, size)
    return size
