"""The columns of an evaluation file, declared once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from shop.models.catalogue import BaseUnit
from shop.tags import DIET_TAGS

LAST_WEEK = 53
MOST_CENTS = 99_999_999
UNITS = ("", *BaseUnit.values)
DIETS = tuple(DIET_TAGS)


class BadFile(ValueError):
    """What is wrong with the file, and where, in a sentence."""


@dataclass(frozen=True)
class Column:
    """``least`` and ``most`` bound numbers; ``empty`` says that a cell may be null.

    ``about`` says of what the column tells: a "purchase" in its row, the "basket" or the "product"
    (the same in all rows of one), the "query" that the row may be, or what its store showed that
    "week".
    """

    name: str
    kind: Literal["integer", "number", "name", "text", "time", "flag", "words", "integers"]
    about: Literal["purchase", "basket", "product", "query", "week"]
    least: float = float("-inf")
    most: float = float("inf")
    empty: bool = False
    words: tuple[str, ...] = ()


COLUMNS = (
    Column("household", "integer", "basket"),
    Column("store", "integer", "basket"),
    Column("basket", "integer", "purchase"),
    Column("time", "time", "basket"),
    Column("week", "integer", "basket", least=1, most=LAST_WEEK),
    Column("product", "integer", "purchase"),
    Column("quantity", "integer", "purchase", least=1, most=MOST_CENTS),
    Column("paid", "integer", "purchase", least=1, most=MOST_CENTS),
    Column("regular", "integer", "purchase", least=1, most=MOST_CENTS),
    Column("type", "name", "product"),
    Column("aisle", "name", "product"),
    Column("brand", "name", "product"),
    Column("text", "text", "product"),
    Column("amount", "number", "product", least=0.001, most=MOST_CENTS, empty=True),
    Column("unit", "text", "product", empty=True, words=UNITS[1:]),
    Column("own_brand", "flag", "product"),
    Column("quality", "number", "product", least=0.0, most=1.0),
    Column("diet", "words", "product", empty=True, words=DIETS),
    Column("anchor", "integer", "query", empty=True),
    Column("candidates", "integers", "query", empty=True),
    Column("leaflet", "integers", "week", empty=True),
    Column("display", "integers", "week", empty=True),
)
BY_NAME = {column.name: column for column in COLUMNS}
ASKED = tuple(column.name for column in COLUMNS if column.about == "query")
SHOWN = tuple(column.name for column in COLUMNS if column.about == "week")
NEEDED = tuple(column.name for column in COLUMNS if column.about not in {"query", "week"})
