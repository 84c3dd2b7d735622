"""Quality and diet tags, as far as the trade text honestly says them."""

from __future__ import annotations

import re

QUALITY = {
    "organic": r"\bORGANIC",
    "premium": r"\bPREM(IUM)?\b|\bGOURMET|\bANGUS",
    "natural": r"^NUTRITION|\bNATURAL (BEEF|CHEESE)|: NATURAL",
    "wholegrain": r"\bWHEAT|MULTIGRAIN|WHOLE GRAIN|OATMEAL",
    "fresh": r"^(PRODUCE|SEAFOOD|MEAT|PASTRY|SALAD BAR) |\bFRESH$",
    "lean": r"/ LEAN$|EXTRA LEAN",
    "pure-juice": r"100% PURE JUICE|OVER 5|\(100% JUICE\)",
    "choice-grade": r"\bCHOICE BEEF",
    "free-range": r"FREE.RANGE|CAGE.FREE",
    "imported": r"\bIMPORT",
}
DIET = {
    "caffeine-free": r"\bDECAF",
    "lactose-free": r"\bSOY/RICE MILK|SOY BASE|\bTOFU",
    "sugar-free": r"\bUNSWE|\bNO SWE|SUGAR.FREE|/ SWEETENERS$",
    "low-fat": r"BETTER FOR YOU|DIET/LIGHT|LOW.FAT|/ LEAN$|EGGS SUBSTITUTE",
    "fat-free": r"\bFAT.FREE|SKIM",
    "low-sodium": r"LOW.SODIUM|LOW.SALT",
    "gluten-free": r"GLUTEN.FREE",
}
MEATLESS_DEPARTMENTS = {
    "Produce",
    "Bakery",
    "Dairy & eggs",
    "Breakfast",
    "Drinks",
    "Snacks & sweets",
}
MEATLESS_AISLES = {
    "Baking",
    "Baking mixes",
    "Canned fruit",
    "Canned vegetables",
    "Dressings & mayonnaise",
    "Frozen bread",
    "Frozen fruit & juice",
    "Frozen potatoes",
    "Frozen vegetables",
    "Ice cream",
    "Oil & shortening",
    "Pasta",
    "Peanut butter & jam",
    "Pickles, olives & relish",
    "Spices & extracts",
    "Sugar & sweeteners",
}
MEATLESS_TYPES = re.compile(r"MEAT ALTERNATIVES|DRY BEANS|TOFU")
UNCERTAIN = re.compile(
    r"MARSHMALLOW|GELATIN|CANDY|FRUIT SNACKS|YOGURT|MISC|PIE (SHELLS|FILLING)|GRAVY|PORK"
    r"|SHORTENING|DIPS|REFRIG PIZZA|GLAZES|SALAD KITS|/ KITS$|TREATS|SUPPLIES|SNACKS CHIP|FILTERS"
)
"""Gelatine, lard, bacon or meat may be inside: the text does not say, so nothing is claimed."""


def quality_tags(*, department: str, category: str, product_type: str) -> list[str]:
    """Keys of ``shop.tags.QUALITY_TAGS``, sorted."""
    text = f"{department} / {category} / {product_type}"
    return sorted(tag for tag, pattern in QUALITY.items() if re.search(pattern, text))


def diet_tags(
    *, department: str, category: str, product_type: str, store_department: str, aisle: str
) -> list[str]:
    """Keys of ``shop.tags.DIET_TAGS``, sorted; vegetarian follows from the store's aisle."""
    text = f"{department} / {category} / {product_type}"
    tags = {tag for tag, pattern in DIET.items() if re.search(pattern, text)}
    meatless = store_department in MEATLESS_DEPARTMENTS or aisle in MEATLESS_AISLES
    if MEATLESS_TYPES.search(text) or (meatless and not UNCERTAIN.search(text)):
        tags.add("vegetarian")
    return sorted(tags)
