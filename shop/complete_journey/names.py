"""Product names that a shopper can tell apart: brand, variety where needed, type, size."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

VARIETIES = (Path(__file__).parent / "varieties.txt").read_text("utf-8").split()
PROPER = (
    "Angus",
    "Anjou",
    "Asian",
    "Bartlett",
    "Bosc",
    "Braeburn",
    "English",
    "Fuji",
    "Gala",
    "Golden",
    "Granny",
    "Italian",
    "Mexican",
    "Rainier",
    "Roma",
    "Red Delicious",
)
_SPREAD = 2_654_435_761
"""Knuth's multiplicative hash: neighbouring product ids get words far apart."""


def product_names(products: pd.DataFrame) -> list[str]:
    """A name per row, in row order, all different.

    Needs the columns product_id, brand_name, product (the type's phrase) and size_text. Where
    brand, phrase and size are shared, an invented variety word chosen from the product id tells
    the products apart; once chosen, it does not depend on the order of the rows.
    """
    frame = products[["product_id", "brand_name", "product", "size_text"]].astype({"product": str})
    varieties = pd.Series("", index=frame.index)
    for _, group in frame.groupby(["brand_name", "product", "size_text"], sort=False):
        if len(group) > 1:
            for row, word in _varieties(group["product_id"]).items():
                varieties[row] = word
    return [
        _name(brand, variety, phrase, size)
        for brand, variety, phrase, size in zip(
            frame["brand_name"], varieties, frame["product"], frame["size_text"], strict=True
        )
    ]


def _varieties(ids: pd.Series) -> dict[Any, str]:
    taken: set[str] = set()
    words: dict[Any, str] = {}
    for row, product_id in ids.sort_values().items():
        start = (int(product_id) * _SPREAD % 2**32) >> 8
        rounds = 0
        while (word := _word(start, rounds)) in taken:
            rounds += 1
        taken.add(word)
        words[row] = word
    return words


def _word(start: int, rounds: int) -> str:
    """Single words first; a group with more products than words goes on with a number."""
    word = VARIETIES[(start + rounds) % len(VARIETIES)]
    again = rounds // len(VARIETIES)
    return f"{word} {again + 1}" if again else word


def _name(brand: str, variety: str, phrase: str, size: str) -> str:
    proper = phrase.startswith(PROPER) or phrase[:2].isupper()
    named = phrase if proper else phrase[:1].lower() + phrase[1:]
    named = " ".join(part for part in (brand, variety, named) if part)
    return f"{named}, {size}" if size else named
