"""Home, search and the shelves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from shop.forms import CatalogueForm
from shop.models import Category, Product

PAGE = 24
PROMOTIONS = 10
SORTS = {
    "popular": ("-sold", "pk"),
    "price": ("price", "pk"),
    "-price": ("-price", "pk"),
    "name": ("name", "pk"),
}
SHELVES = {
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
def home(request: HttpRequest) -> HttpResponse:
    """What is cheaper than usual, and where things stand."""
    cheaper = _sold().filter(price__lt=F("regular_price"), stock__gt=0)
    context = {
        "promotions": list(cheaper.order_by("-sold", "pk")[:PROMOTIONS]),
        "departments": list(Category.objects.filter(level=Category.Level.DEPARTMENT)),
    }
    return render(request, "shop/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Products by words, shelf, price and promotion."""
    return _catalogue(request, None)


@require_safe
def category(request: HttpRequest, slug: str) -> HttpResponse:
    """A department, an aisle or a type."""
    found = get_object_or_404(Category.objects.select_related("parent__parent"), slug=slug)
    return _catalogue(request, found)


def _catalogue(request: HttpRequest, shelf: Category | None) -> HttpResponse:
    form = CatalogueForm(request.GET)
    form.is_valid()
    wanted = form.wanted
    matching = _matching(wanted, shelf)
    divided = SHELVES.get(Category.Level(shelf.level) if shelf else None)
    shelves = _counted(request, matching, divided[1]) if divided else []
    total = sum(row["count"] for row in shelves) if divided else matching.count()
    count = max(1, -(-total // PAGE))
    pages = Pages(number=min(wanted["page"], count), count=count)
    first = (pages.number - 1) * PAGE
    products = matching.select_related("brand", "category").order_by(*SORTS[wanted["sort"]])
    context = {
        "category": shelf,
        "category_path": path(shelf) if shelf else [],
        "heading": shelf.name if shelf else _heading(wanted),
        "wanted": {**wanted, **form.typed},
        "errors": form.errors,
        "sorts": form.fields["sort"].choices,
        "shelves": [row for row in shelves if row["name"]],
        "shelves_title": divided[0] if divided else "",
        "total": total,
        "pages": pages,
        "products": list(products[first : first + PAGE]) if total else [],
    }
    return render(request, "shop/catalogue.html", context, status=422 if form.errors else 200)


def _matching(wanted: dict[str, Any], shelf: Category | None) -> QuerySet[Product]:
    found = Product.objects.filter(is_active=True)
    for word in wanted["search"].split():
        found = found.filter(Q(name__icontains=word) | Q(brand__name__icontains=word))
    if shelf is not None:
        up = "__parent" * (Category.Level.TYPE - shelf.level)
        found = found.filter(**{f"category{up}": shelf})
    if wanted["min_price"] is not None:
        found = found.filter(price__gte=wanted["min_price"])
    if wanted["max_price"] is not None:
        found = found.filter(price__lte=wanted["max_price"])
    if wanted["promotion"]:
        found = found.filter(price__lt=F("regular_price"))
    return found


def _counted(request: HttpRequest, matching: QuerySet[Product], level: str) -> list[dict[str, Any]]:
    """The shelves that hold what was found, with how many, and their addresses."""
    name, slug = f"{level}__name", f"{level}__slug"
    query = request.GET.copy()
    query.pop("page", None)
    words = f"?{query.urlencode()}" if query else ""
    return [
        {
            "name": row[name],
            "count": row["count"],
            "url": reverse("category", args=[row[slug]]) + words if row[slug] else "",
        }
        for row in matching.values(name, slug).annotate(count=Count("pk")).order_by(name)
    ]


def _heading(wanted: dict[str, Any]) -> str:
    if wanted["search"]:
        return f"Search: {wanted['search']}"
    return "On promotion" if wanted["promotion"] else "All products"


def _sold() -> QuerySet[Product]:
    return Product.objects.filter(is_active=True).select_related("brand", "category")


def path(category: Category) -> list[Category]:
    """From the department down; the parents should be loaded."""
    steps = [category]
    while steps[0].parent is not None:
        steps.insert(0, steps[0].parent)
    return steps
