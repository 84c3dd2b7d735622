"""The tree of shelves in memory: each with its parents, and how many products it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from shop.held import Held
from shop.models import Category, Product


@dataclass(frozen=True)
class Branch:
    """A shelf that holds ``count`` products on sale, those of the shelves ``below`` included."""

    shelf: Category
    count: int
    below: Sequence[Branch]


@dataclass(frozen=True)
class Tree:
    """``departments`` by name; ``branches`` are those that hold something.

    What it holds is shared by all threads: read it, never write.
    """

    version: int = -1
    by_slug: Mapping[str, Category] = field(default_factory=dict)
    departments: Sequence[Category] = ()
    branches: Sequence[Branch] = ()


def _read(version: int) -> Tree:
    found = {one.pk: one for one in Category.objects.order_by("name", "pk")}
    for one in found.values():
        if one.parent_id is not None:
            one.parent = found[one.parent_id]
    departments = [one for one in found.values() if one.level == Category.Level.DEPARTMENT]
    by_slug = {one.slug: one for one in found.values()}
    return Tree(version, by_slug, departments, _branches(found.values()))


def _branches(shelves: Iterable[Category]) -> Sequence[Branch]:
    on_sale = Product.objects.filter(is_active=True).order_by().values_list("category")
    own: dict[int, int] = dict(on_sale.annotate(Count("pk")))
    below: defaultdict[int | None, list[Category]] = defaultdict(list)
    for shelf in shelves:
        below[shelf.parent_id].append(shelf)

    def grown(parent: int | None) -> list[Branch]:
        branches = []
        for shelf in below[parent]:
            further = grown(shelf.pk)
            count = own.get(shelf.pk, 0) + sum(branch.count for branch in further)
            if count:
                branches.append(Branch(shelf, count, further))
        return branches

    return grown(None)


_held = Held(_read)
current, forget = _held.current, _held.forget
