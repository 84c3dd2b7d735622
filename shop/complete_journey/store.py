"""Writing the demo store: catalogue, prices, members and their orders."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice

import pandas as pd
from django.contrib.auth.hashers import make_password
from django.core.management.color import no_style
from django.db import connection, models
from django.utils.text import slugify

from shop.models import Brand, Category, Member, Order, OrderLine, PriceChange, Product
from shop.progress import Progress

SKU_PREFIX = "CJ-"
BATCH = 20_000
LEAST_STOCK, MOST_STOCK = 50, 500


def is_loaded() -> bool:
    return Product.objects.filter(sku__startswith=SKU_PREFIX).exists()


def write_categories(products: pd.DataFrame) -> dict[tuple[str, str, str], Category]:
    """The tree of ``store_department``, ``aisle`` and ``type``; types by their three names."""
    made: dict[tuple[str, ...], Category] = {}
    slugs = set(Category.objects.values_list("slug", flat=True))
    levels = ["store_department", "aisle", "type"]
    for depth, level in enumerate(Category.Level):
        paths = sorted(set(products[levels[: depth + 1]].itertuples(index=False, name=None)))
        nodes = [
            Category(
                parent=made.get(path[:-1]), level=level, name=path[-1], slug=_slug(path, slugs)
            )
            for path in paths
        ]
        made.update(zip(paths, Category.objects.bulk_create(nodes), strict=True))
    return {(path[0], path[1], path[2]): node for path, node in made.items() if len(path) == 3}


def _slug(path: Sequence[str], taken: set[str]) -> str:
    for start in range(len(path) - 1, -1, -1):
        slug = slugify(" ".join(path[start:]))[:130]
        if slug not in taken:
            break
    while slug in taken:
        slug += "-2"
    taken.add(slug)
    return slug


def write_products(
    products: pd.DataFrame, categories: dict[tuple[str, str, str], Category], *, created: datetime
) -> dict[int, Product]:
    """The products by the data's product id."""
    own = products.drop_duplicates("brand_name").set_index("brand_name")["own_brand"]
    known = {brand.name: brand for brand in Brand.objects.filter(name__in=list(own.index))}
    new = [Brand(name=str(name), own_brand=bool(o)) for name, o in own.items() if name not in known]
    known.update({brand.name: brand for brand in Brand.objects.bulk_create(new)})
    rows = [
        Product(
            sku=f"{SKU_PREFIX}{row.product_id}",
            name=row.name,
            category=categories[row.store_department, row.aisle, row.type],
            brand=known[row.brand_name],
            size_text=row.size_text,
            amount=row.amount,
            base_unit=row.base_unit,
            price=_money(row.paid),
            regular_price=_money(row.regular),
            stock=_stock(row.product_id),
            diet_tags=row.diet,
            quality_tags=row.quality,
            in_leaflet=row.in_leaflet,
            on_display=row.on_display,
            sold=row.units,
            created_at=created,
        )
        for row in products.itertuples(index=False)
    ]
    made = Product.objects.bulk_create(rows, batch_size=500)
    return dict(zip(products["product_id"], made, strict=True))


def write_price_changes(prices: pd.DataFrame, *, progress: Progress) -> None:
    """``prices``: product (our id), since (naive UTC), paid and regular (cents)."""
    rows = zip(
        prices["product"].tolist(),
        _cents(prices["paid"]),
        _cents(prices["regular"]),
        _times(prices["since"]),
        strict=True,
    )
    _insert(
        PriceChange, ["product", "price", "regular_price", "since"], rows, len(prices), progress
    )


def write_members(households: Sequence[int], *, joined: datetime) -> dict[int, int]:
    """Accounts that nobody can sign in to; ids by household number."""
    members = [
        Member(
            username=f"household-{number}@demo.invalid",
            email=f"household-{number}@demo.invalid",
            first_name="Household",
            last_name=str(number),
            password=make_password(None),
            date_joined=joined,
            household_id=number,
        )
        for number in households
    ]
    made = Member.objects.bulk_create(members, batch_size=500)
    return {number: member.pk for number, member in zip(households, made, strict=True)}


def write_orders(baskets: pd.DataFrame, *, progress: Progress) -> pd.Series:
    """``baskets``: basket_id, member, time (naive UTC), total (cents); order ids by basket."""
    ids = _ids(Order, len(baskets))
    members = baskets["member"].tolist()
    rows = zip(
        ids,
        [uuid.uuid4().hex for _ in members],
        [f"m:{member}" for member in members],
        members,
        ["imported"] * len(members),
        _cents(baskets["total"]),
        _times(baskets["time"]),
        *([text] * len(members) for text in ("", "", "0.00", "")),
        strict=True,
    )
    fields = ["id", "token", "shopper_key", "member", "origin", "total", "placed_at"]
    fields += ["name", "email", "saved", "request_digest"]
    _insert(Order, fields, rows, len(baskets), progress)
    return pd.Series(ids, index=baskets["basket_id"])


def write_order_lines(lines: pd.DataFrame, *, progress: Progress) -> None:
    """``lines``: order and product (our ids), name, quantity, paid (cents)."""
    columns = [lines[name].tolist() for name in ("order", "product", "name", "quantity")]
    rows = zip(*columns, _cents(lines["paid"]), strict=True)
    fields = ["order", "product", "name", "quantity", "price"]
    _insert(OrderLine, fields, rows, len(lines), progress)


def _insert(
    model: type[models.Model],
    fields: Sequence[str],
    rows: Iterable[tuple],
    total: int,
    progress: Progress,
) -> None:
    """Plain inserts (PostgreSQL: COPY): model objects would take most of a minute for the lines."""
    quote = connection.ops.quote_name
    concrete = {field.name: str(field.column) for field in model._meta.concrete_fields}
    table, columns = (
        quote(model._meta.db_table),
        ", ".join(quote(concrete[name]) for name in fields),
    )
    places = ", ".join(["%s"] * len(fields))
    insert = f"INSERT INTO {table} ({columns}) VALUES ({places})"  # noqa: S608
    waiting, done = iter(rows), 0
    with connection.cursor() as cursor:
        while batch := list(islice(waiting, BATCH)):
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                    for row in batch:
                        copy.write_row(row)
            else:
                cursor.executemany(insert, batch)
            done += len(batch)
            progress.update(done, total)
        for statement in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(statement)


def _ids(model: type[models.Model], count: int) -> list[int]:
    last = model._default_manager.aggregate(last=models.Max("pk"))["last"] or 0
    return list(range(last + 1, last + 1 + count))


def _stock(product_id: int) -> int:
    return LEAST_STOCK + product_id * 7919 % (MOST_STOCK - LEAST_STOCK + 1)


def _money(cents: int) -> Decimal:
    return Decimal(int(cents)) / 100


def _cents(column: pd.Series) -> list[str]:
    return [f"{cents // 100}.{cents % 100:02d}" for cents in column.tolist()]


def _times(column: pd.Series) -> list[datetime] | list[str]:
    """SQLite keeps UTC text, as Django writes it; other databases take aware times."""
    if connection.vendor == "sqlite":
        return [f"{time:%Y-%m-%d %H:%M:%S}" for time in column.dt.to_pydatetime()]
    return [time.replace(tzinfo=UTC) for time in column.dt.to_pydatetime()]
