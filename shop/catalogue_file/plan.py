"""What a checked file would change in the store, and the change itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction

from shop import usual_prices
from shop.catalogue_file import tree
from shop.catalogue_file.items import Item
from shop.models import CatalogueVersion, PriceChange, Product
from shop.pictures import Picture
from shop.progress import Progress
from shop.sizes import parse_size

BATCH = 2_000
FIELDS = (
    "name",
    "category_id",
    "brand_id",
    "size_text",
    "amount",
    "base_unit",
    "price",
    "regular_price",
    "stock",
    "description",
    "diet_tags",
    "quality_tags",
    "picture",
    "picture_width",
    "picture_height",
    "is_active",
)


@dataclass
class Outcome:
    """How many products are new, changed and as they were; how many prices moved."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    prices: int = 0


@dataclass
class _Batch:
    new: list[Product] = field(default_factory=list)
    changed: list[Product] = field(default_factory=list)
    repriced: list[Product] = field(default_factory=list)


class _DryRun(Exception):
    """Rolls back everything that a dry run wrote."""


def apply(items: Sequence[Item], *, now: datetime, dry_run: bool, progress: Progress) -> Outcome:
    """Write all items in one transaction; products that the file does not change are not touched.

    A dry run does the same work and takes it back. ``now`` dates the price changes.
    """
    outcome = Outcome()
    try:
        with transaction.atomic():
            _write(items, outcome, now=now, progress=progress)
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return outcome


def _write(items: Sequence[Item], outcome: Outcome, *, now: datetime, progress: Progress) -> None:
    categories = tree.categories(item.category for item in items)
    brands = tree.brands(item.brand for item in items if item.brand)
    done = 0
    for part in _parts(items):
        batch = _compare(part, categories, brands, now=now)
        Product.objects.bulk_create(batch.new, batch_size=500)
        Product.objects.bulk_create(
            batch.changed,
            batch_size=500,
            update_conflicts=True,
            unique_fields=["sku"],
            update_fields=FIELDS,
        )
        PriceChange.objects.bulk_create(
            [
                PriceChange(
                    product_id=product.pk,
                    price=product.price,
                    regular_price=product.regular_price,
                    since=now,
                )
                for product in (*batch.new, *batch.repriced)
            ],
            batch_size=1000,
        )
        usual_prices.refresh([product.pk for product in batch.repriced], now=now)
        outcome.new += len(batch.new)
        outcome.changed += len(batch.changed)
        outcome.unchanged += len(part) - len(batch.new) - len(batch.changed)
        outcome.prices += len(batch.new) + len(batch.repriced)
        done += len(part)
        progress.update(done, len(items))
    if outcome.new or outcome.changed:
        CatalogueVersion.grow()


def _parts(items: Iterable[Item]) -> Iterator[list[Item]]:
    waiting = iter(items)
    while part := list(islice(waiting, BATCH)):
        yield part


def _compare(
    part: Sequence[Item],
    categories: Mapping[tree.Path, int],
    brands: Mapping[str, int],
    *,
    now: datetime,
) -> _Batch:
    batch = _Batch()
    skus = [item.sku for item in part]
    standing = {product.sku: product for product in Product.objects.filter(sku__in=skus)}
    for item in part:
        said = _said(item, categories, brands)
        product = standing.get(item.sku)
        if product is None:
            batch.new.append(Product(sku=item.sku, created_at=now, **said))
            continue
        moved = {name for name, value in said.items() if getattr(product, name) != value}
        for name in moved:
            setattr(product, name, said[name])
        if moved:
            batch.changed.append(product)
        if moved & {"price", "regular_price"}:
            batch.repriced.append(product)
    return batch


def _said(
    item: Item, categories: Mapping[tree.Path, int], brands: Mapping[str, int]
) -> dict[str, Any]:
    """The product's fields that the file tells."""
    folded = tuple(name.casefold() for name in item.category)
    said: dict[str, Any] = {
        "name": item.name,
        "category_id": categories[folded],
        "price": item.price,
        "regular_price": item.regular_price,
        "brand_id": brands[item.brand.casefold()] if item.brand else None,
        "stock": item.stock,
        "description": item.description,
        "diet_tags": item.diet_tags,
        "quality_tags": item.quality_tags,
        "is_active": item.active,
    }
    said = {name: value for name, value in said.items() if value is not None}
    if isinstance(item.picture, Picture):
        said["picture"] = item.picture.name
        said["picture_width"] = item.picture.width
        said["picture_height"] = item.picture.height
    if item.size is not None:
        size = parse_size(item.size)
        said["size_text"] = item.size
        said["amount"] = size.amount if size else None
        said["base_unit"] = size.base_unit.value if size else ""
    return said
