"""Search and the shelves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shop import catalogue as shelves
from shop import facets, tree
from shop import search as words
from shop.errors import Missing
from shop.facets import Narrowed, Shelf
from shop.forms import SORTS, CatalogueForm
from shop.models import Category, Product

FEWEST_LETTERS, LOOKED_THROUGH, SUGGESTED_TYPES, SUGGESTED = 2, 24, 3, 6
DIVIDED = {
    None: ("Departments", "category__parent__parent"),
    Category.Level.DEPARTMENT: ("Aisles", "category__parent"),
    Category.Level.AISLE: ("Types", "category"),
}
"""What a page of no category, a department or an aisle is divided into."""


@dataclass(frozen=True)
class Pages:
    """Where the page stands among its like."""

    number: int
    count: int

    @property
    def previous(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def next(self) -> int | None:
        return self.number + 1 if self.number < self.count else None

    @property
    def shown(self) -> list[int | None]:
        """The first, the last and those around this one; None stands for a gap."""
        near = {1, self.count, *range(self.number - 1, self.number + 2)}
        numbers = sorted(number for number in near if 1 <= number <= self.count)
        shown: list[int | None] = []
        for number in numbers:
            if shown and shown[-1] != number - 1:
                shown.append(None)
            shown.append(number)
        return shown


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Products by words, shelf, price and promotion."""
    return _catalogue(request, None)


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """What stands under the search field while somebody types: types first, then products."""
    form = CatalogueForm(request.GET)
    form.is_valid()
    typed = form.wanted["search"].strip()
    found: list[Product] = []
    if len(typed) >= FEWEST_LETTERS:
        best = shelves.ordered(shelves.matching(text=typed), "relevance")
        found = list(best.select_related("category")[:LOOKED_THROUGH])
    kinds = list({product.category_id: product.category for product in found}.values())
    context = {"typed": typed, "kinds": kinds[:SUGGESTED_TYPES], "products": found[:SUGGESTED]}
    return render(request, "shop/suggestions.html", context)


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """A department, an aisle or a type."""
    try:
        shelf = shelves.category(slug)
    except Missing as missing:
        raise Http404(missing.message) from None
    return _catalogue(request, shelf)


def _catalogue(request: HttpRequest, shelf: Category | None) -> HttpResponse:
    form = CatalogueForm(request.GET)
    form.is_valid()
    wanted = form.wanted
    reading = words.read(wanted["search"])
    narrowed = Narrowed(
        brands=wanted["brand"],
        diet=wanted["diet"],
        min_price=wanted["min_price"],
        max_price=wanted["max_price"],
        promotion=wanted["promotion"],
    )
    title, level = DIVIDED.get(Category.Level(shelf.level) if shelf else None, ("", "category"))
    products = shelves.matching(text=reading, shelf=shelf)
    if plain := not any((wanted["search"], *asdict(narrowed).values())):
        of_shelf, version = shelf.pk if shelf else None, tree.current().version
        found = facets.kept(products, level=level, shelf=of_shelf, version=version)
    else:
        found = facets.of(products, narrowed, level=level)
    total = found.total
    matching = shelves.matching(text=reading, shelf=shelf, **asdict(narrowed))
    last = max(1, -(-total // shelves.PAGE_SIZE))
    pages = Pages(number=min(wanted["page"], last), count=last)
    ordered = shelves.ordered(matching, wanted["sort"]).select_related("brand", "category")
    first = (pages.number - 1) * shelves.PAGE_SIZE
    context = {
        "category": shelf,
        "category_path": path(shelf) if shelf else [],
        # Counts of the whole tree are true of a page that nothing narrows down.
        "branches": tree.current().branches if plain and shelf else (),
        "opened": _upwards(shelf),
        "heading": shelf.name if shelf else _heading(wanted),
        "wanted": {**wanted, **form.typed},
        "corrected": reading.corrected,
        "limited": any(asdict(narrowed).values()),
        "errors": form.errors,
        "sorts": SORTS,
        "facets": found,
        "shelves": _addressed(request, found.shelves) if title else [],
        "shelves_title": title,
        "total": total,
        "pages": pages,
        "products": list(ordered[first : first + shelves.PAGE_SIZE]) if total else [],
    }
    return render(request, "shop/catalogue.html", context, status=422 if form.errors else 200)


def _addressed(request: HttpRequest, found: Sequence[Shelf]) -> list[dict[str, Any]]:
    """The shelves that hold what was found, with how many, and their addresses."""
    query = request.GET.copy()
    query.pop("page", None)
    address = f"?{query.urlencode()}" if query else ""
    return [
        {**asdict(part), "url": reverse("category", args=[part.slug]) + address} for part in found
    ]


def _upwards(shelf: Category | None) -> set[int]:
    """Its own key and those of what it lies in, the parents being loaded."""
    keys = set()
    while shelf is not None:
        keys.add(shelf.pk)
        shelf = shelf.parent
    return keys


def _heading(wanted: dict[str, Any]) -> str:
    if wanted["search"]:
        return f"Search: {wanted['search']}"
    return "On promotion" if wanted["promotion"] else "All products"


def path(category: Category) -> list[Category]:
    """From the department down, the parents being loaded; of two of one name the upper one."""
    steps = [category]
    while (parent := steps[0].parent) is not None:
        steps = [parent, *(step for step in steps if step.name != parent.name)]
    return steps
