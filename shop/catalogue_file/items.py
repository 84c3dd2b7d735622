"""Rows that can be loaded, and what is wrong with the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from shop.catalogue_file import cells
from shop.catalogue_file.columns import REQUIRED
from shop.catalogue_file.read import Row
from shop.pictures import Picture
from shop.sizes import parse_size
from shop.tags import DIET_TAGS, QUALITY_TAGS


class Problem(NamedTuple):
    """What is wrong, and where: the row as a spreadsheet shows it, the column's name of ours."""

    row: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"row {self.row}, {self.field}: {self.reason}"


@dataclass(frozen=True)
class Item:
    """One good row; None means that the file does not say.

    ``picture`` is a file's name until ``shop/catalogue_file/photographs.py`` has read the file.
    """

    row: int
    sku: str
    name: str
    category: tuple[str, str, str]
    price: Decimal
    regular_price: Decimal
    brand: str | None = None
    size: str | None = None
    stock: int | None = None
    description: str | None = None
    diet_tags: list[str] | None = None
    quality_tags: list[str] | None = None
    picture: Picture | str | None = None
    active: bool | None = None


@dataclass
class Checked:
    """``problems`` are rows left out, ``warnings`` are told of rows that are loaded."""

    items: list[Item] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    rows: int = 0


_READERS: dict[str, Callable[[str], Any]] = {
    "sku": lambda text: cells.short(text, most=64),
    "name": lambda text: cells.short(text, most=200),
    "category": cells.path,
    "price": cells.price,
    "regular_price": cells.price,
    "brand": lambda text: cells.short(text, most=120),
    "size": lambda text: cells.short(text, most=60),
    "stock": cells.stock,
    "description": lambda text: text.replace("\x00", ""),
    "diet_tags": lambda text: cells.tags(text, known=DIET_TAGS),
    "quality_tags": lambda text: cells.tags(text, known=QUALITY_TAGS),
    "picture": lambda text: cells.short(text, most=200),
    "active": cells.yes_or_no,
}


def check(rows: Iterable[Row], *, places: Mapping[str, int], width: int) -> Checked:
    """Read every row of ``width`` cells; ``places`` tells where our columns stand."""
    checked = Checked()
    rows_of_sku: dict[str, int] = {}
    rows_of_name: dict[str, int] = {}
    for number, row in rows:
        checked.rows += 1
        if len(row) != width:
            reason = f"has {len(row)} cells where the header has {width}"
            checked.problems.append(Problem(number, "row", reason))
            continue
        values, problems = _read({ours: row[place] for ours, place in places.items()}, number)
        sku = values.get("sku")
        if sku in rows_of_sku:
            reason = f"{sku!r} stands in row {rows_of_sku[sku]} already"
            problems.append(Problem(number, "sku", reason))
        if problems:
            checked.problems += problems
            continue
        item = Item(row=number, **values)
        rows_of_sku[item.sku] = number
        checked.items.append(item)
        checked.warnings += _warnings(item, rows_of_name)
        rows_of_name.setdefault(item.name.casefold(), number)
    return checked


def _read(texts: Mapping[str, str], number: int) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {}
    problems = []
    for ours, text in texts.items():
        if not text:
            if ours in REQUIRED:
                problems.append(Problem(number, ours, "is blank"))
            continue
        try:
            values[ours] = _READERS[ours](text)
        except cells.Refused as refused:
            problems.append(Problem(number, ours, str(refused)))
    if not problems:
        regular = values.setdefault("regular_price", values["price"])
        if regular < values["price"]:
            reason = f"{regular} is below the price {values['price']}"
            problems.append(Problem(number, "regular_price", reason))
    return values, problems


def _warnings(item: Item, rows_of_name: Mapping[str, int]) -> list[Problem]:
    found = []
    if item.name.casefold() in rows_of_name:
        other = rows_of_name[item.name.casefold()]
        found.append(Problem(item.row, "name", f"{item.name!r} is the name of row {other} too"))
    if item.size and parse_size(item.size) is None:
        reason = f"{item.size!r} is not understood; the product gets no unit price"
        found.append(Problem(item.row, "size", reason))
    return found
