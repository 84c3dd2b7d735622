"""What stands on the shelves: products by words, shelf and price, in an order, a page at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import F, FloatField, Q, QuerySet, TextField
from django.db.models.functions import Cast

from shop import price_rows, search, tree
from shop.errors import Missing
from shop.models import Category, Product
from shop.models.catalogue import WORTH_TELLING

PAGE_SIZE = 24
SORTS = ("relevance", "popularity", "price", "-price", "unit_price", "name")


@dataclass(frozen=True)
class Page:
    """``number`` is 1-based; a page past the last is empty; ``pages`` is at least 1."""

    products: Sequence[Product]
    total: int
    number: int
    pages: int


def category(slug: str) -> Category:
    """The department, aisle or type with its parents. Raises Missing (``unknown_category``)."""
    found = tree.current().by_slug.get(slug)
    if found is None:
        # One made in the last few seconds is in the database first.
        found = Category.objects.select_related("parent__parent").filter(slug=slug).first()
    if found is None:
        raise Missing(f"There is no category {slug!r}.", code="unknown_category")
    return found


def product(product_id: int, *, prices: bool = False) -> Product:
    """One product on sale with brand and category path; ``prices`` for ``price_rows.read``.

    Raises Missing (``unknown_product``).
    """
    found = Product.objects.select_related("brand", "category__parent__parent")
    if prices:
        found = found.annotate(**{price_rows.COLUMN: price_rows.of_products()})
    one = found.filter(pk=product_id, is_active=True).first()
    if one is None:
        raise Missing("This product is not sold here.", code="unknown_product")
    return one


def matching(
    *,
    text: str | search.Reading = "",
    shelf: Category | None = None,
    min_price: Decimal | None = None,
    max_price: Decimal | None = None,
    promotion: bool = False,
    brands: Sequence[str] = (),
    diet: Sequence[str] = (),
) -> QuerySet[Product]:
    """Products on sale that fit everything given, annotated with ``relevance``; not ordered.

    ``shelf`` stands for its whole subtree, prices are inclusive; any of ``brands``, all of the tags
    of ``diet``.
    """
    reading = search.read(text) if isinstance(text, str) else text
    found = search.matching(Product.objects.filter(is_active=True), reading)
    if shelf is not None:
        under = Category.objects.filter(
            Q(pk=shelf.pk) | Q(parent=shelf.pk) | Q(parent__parent=shelf.pk)
        )
        found = found.filter(category__in=under.order_by().values("pk"))
    if min_price is not None:
        found = found.filter(price__gte=min_price)
    if max_price is not None:
        found = found.filter(price__lte=max_price)
    if promotion:
        found = found.filter(price__lte=F("usual_price") * WORTH_TELLING)
    if brands:
        found = found.filter(brand__name__in=brands)
    if diet:
        # SQLite has no containment of JSON; the list's text holds each tag in its own quotes.
        found = found.annotate(diet_text=Cast("diet_tags", TextField()))
        for tag in diet:
            found = found.filter(diet_text__contains=f'"{tag}"')
    return found


def ordered(products: QuerySet[Product], sort: str) -> QuerySet[Product]:
    """What ``matching`` found, in one of ``SORTS``; unknown unit prices come last.

    Raises ValueError for another sort.
    """
    if sort == "relevance":
        return search.by_relevance(products)
    if sort == "unit_price":
        # SQLite divides whole amounts as integers unless told that they are not.
        price = Cast("price", FloatField()) / Cast("amount", FloatField())
        return products.order_by(price.asc(nulls_last=True), "pk")
    if sort == "popularity":
        return products.order_by("-sold", "pk")
    if sort not in SORTS:
        raise ValueError(f"sort is {sort!r}, which is none of {', '.join(SORTS)}")
    return products.order_by(sort, "pk")


def page(products: QuerySet[Product], *, number: int = 1, size: int = PAGE_SIZE) -> Page:
    """One page of ordered products with brand and category, in two queries."""
    total = products.order_by().count()
    first = (number - 1) * size
    shown = products.select_related("brand", "category")[first : first + size]
    return Page(list(shown) if first < total else [], total, number, max(1, -(-total // size)))
