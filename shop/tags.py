"""The tags that a product can carry: key → label. Forms, catalogue and ranker know these."""

from __future__ import annotations

from collections.abc import Collection, Sequence

DIET_TAGS: dict[str, str] = {
    "vegetarian": "Vegetarian",
    "vegan": "Vegan",
    "gluten-free": "Gluten-free",
    "lactose-free": "Lactose-free",
    "sugar-free": "Sugar-free or unsweetened",
    "fat-free": "Fat-free",
    "low-fat": "Light or lower in fat",
    "low-sodium": "Low in sodium",
    "caffeine-free": "Caffeine-free",
}
QUALITY_TAGS: dict[str, str] = {
    "organic": "Organic",
    "premium": "Premium",
    "natural": "Natural",
    "wholegrain": "Whole grain",
    "fresh": "Fresh",
    "lean": "Lean",
    "pure-juice": "100 % or mostly juice",
    "choice-grade": "Choice grade",
    "free-range": "Free-range",
    "fair-trade": "Fair trade",
    "imported": "Imported",
}


def lost(anchor: Sequence[str], instead: Collection[str]) -> list[str]:
    """The diet tags of ``anchor`` that ``instead`` does not carry. A swap may lose none."""
    return [tag for tag in anchor if tag not in instead]
