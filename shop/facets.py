"""What a page of products can be narrowed down by, with how many products each choice leaves.

One light row per product that fits the words and the shelf; every choice is counted from those, so
that the whole page costs one query for all its counts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet

from shop.models import Product
from shop.models.catalogue import CENT, WORTH_TELLING
from shop.money import text
from shop.tags import DIET_TAGS

BRANDS_SHOWN = 8
BOUNDS = (Decimal(0), Decimal(2), Decimal(5), Decimal(10), Decimal(20))


@dataclass(frozen=True)
class Narrowed:
    """What was chosen: any of ``brands``, all of ``diet``, prices inclusive."""

    brands: Sequence[str] = ()
    diet: Sequence[str] = ()
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    promotion: bool = False


@dataclass(frozen=True)
class Choice:
    """``count`` products are left with this choice and all others that stand."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Band:
    """A range of prices; ``low`` and ``high`` are as the form takes them, empty when open."""

    low: str
    high: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Shelf:
    name: str
    slug: str
    count: int


@dataclass(frozen=True)
class Facets:
    """``total`` products fit everything."""

    total: int
    shelves: Sequence[Shelf]
    brands: Sequence[Choice]
    diet: Sequence[Choice]
    bands: Sequence[Band]
    promotions: int


class _Row(NamedTuple):
    shelf: str
    slug: str
    brand: str | None
    price: Decimal
    usual_price: Decimal | None
    diet_tags: list[str]

    @property
    def on_promotion(self) -> bool:
        return self.usual_price is not None and self.price <= self.usual_price * WORTH_TELLING


def of(products: QuerySet[Product], narrowed: Narrowed, *, level: str) -> Facets:
    """The choices among ``products``, which are not narrowed yet; ``level`` leads to the shelf."""
    columns = (f"{level}__name", f"{level}__slug", "brand__name")
    found = products.order_by().values_list(*columns, "price", "usual_price", "diet_tags")
    rows = [_Row(*row) for row in found]
    left = [row for row in rows if _fits(row, narrowed)]
    shelves = Counter((row.shelf, row.slug) for row in left if row.slug)
    return Facets(
        total=len(left),
        shelves=[Shelf(*shelf, count) for shelf, count in sorted(shelves.items())],
        brands=_brands(rows, narrowed),
        diet=_diet(left, narrowed),
        bands=_bands(rows, narrowed),
        promotions=sum(_fits(row, narrowed, but="promotion") and row.on_promotion for row in rows),
    )


_kept: tuple[int, dict[int | None, Facets]] = (-1, {})


def kept(products: QuerySet[Product], *, level: str, shelf: int | None, version: int) -> Facets:
    """As ``of`` for all ``products`` of a shelf (None: of the store), not narrowed down.

    Counted once per process and ``version`` of the catalogue: a row per product is too dear for
    a page that most visits begin with.
    """
    global _kept  # noqa: PLW0603 the counts of the newest catalogue
    if _kept[0] != version:
        _kept = (version, {})
    counted = _kept[1]
    if shelf not in counted:
        counted[shelf] = of(products, Narrowed(), level=level)
    return counted[shelf]


def forget() -> None:
    """As a new process would stand."""
    global _kept  # noqa: PLW0603
    _kept = (-1, {})


def _fits(row: _Row, narrowed: Narrowed, *, but: str = "") -> bool:
    low, high = narrowed.min_price, narrowed.max_price
    return (
        (but == "brands" or not narrowed.brands or row.brand in narrowed.brands)
        and (not narrowed.diet or set(narrowed.diet) <= set(row.diet_tags))
        and (but == "price" or low is None or row.price >= low)
        and (but == "price" or high is None or row.price <= high)
        and (but == "promotion" or not narrowed.promotion or row.on_promotion)
    )


def _brands(rows: Iterable[_Row], narrowed: Narrowed) -> list[Choice]:
    """The brands with most products, and those that are chosen already."""
    counts = Counter(row.brand for row in rows if row.brand and _fits(row, narrowed, but="brands"))
    most = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:BRANDS_SHOWN]
    names = dict.fromkeys([*narrowed.brands, *(name for name, _ in most)])
    return [Choice(name, name, counts[name], name in narrowed.brands) for name in names]


def _diet(left: Iterable[_Row], narrowed: Narrowed) -> list[Choice]:
    counts = Counter(tag for row in left for tag in row.diet_tags)
    return [
        Choice(tag, label, counts[tag], tag in narrowed.diet)
        for tag, label in DIET_TAGS.items()
        if counts[tag] or tag in narrowed.diet
    ]


def _bands(rows: Iterable[_Row], narrowed: Narrowed) -> list[Band]:
    prices = [row.price for row in rows if _fits(row, narrowed, but="price")]
    bands = []
    for low, above in zip(BOUNDS, (*BOUNDS[1:], None), strict=True):
        high = None if above is None else above - CENT
        count = sum(low <= price and (high is None or price <= high) for price in prices)
        if count:
            chosen = (narrowed.min_price or Decimal(0), narrowed.max_price) == (low, high)
            bands.append(
                Band(f"{low}" if low else "", f"{high or ''}", _words(low, above), count, chosen)
            )
    return bands


def _words(low: Decimal, above: Decimal | None) -> str:
    if above is None:
        return f"{text(low)} and more"
    return f"Under {text(above)}" if not low else f"{text(low)} to {text(above - CENT)}"
