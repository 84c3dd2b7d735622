"""Categories and brands by name, made where they are missing."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.text import slugify

from shop.models import Brand, Category

Path = tuple[str, ...]


def categories(paths: Iterable[Path]) -> dict[Path, int]:
    """Ids of the types at the end of ``paths`` (three names each, in lower case as keys).

    A name that exists under the same parent in another case is the same category.
    """
    known: dict[tuple[int | None, str], int] = {
        (parent, name.casefold()): pk
        for pk, parent, name in Category.objects.values_list("pk", "parent_id", "name")
    }
    slugs = set(Category.objects.values_list("slug", flat=True))
    ids: dict[Path, int | None] = {(): None}
    shown = {_fold(path): path for path in sorted(set(paths), reverse=True)}
    for level in Category.Level:
        depth = int(level) + 1
        wanted = {key[:depth]: path[:depth] for key, path in shown.items()}
        missing = [key for key in sorted(wanted) if (ids[key[:-1]], key[-1]) not in known]
        made = Category.objects.bulk_create(
            Category(
                parent_id=ids[key[:-1]],
                level=level,
                name=wanted[key][-1],
                slug=_slug(wanted[key], slugs),
            )
            for key in missing
        )
        for key, node in zip(missing, made, strict=True):
            known[ids[key[:-1]], key[-1]] = node.pk
        ids.update({key: known[ids[key[:-1]], key[-1]] for key in wanted})
    return {
        key: pk for key, pk in ids.items() if pk is not None and len(key) == len(Category.Level)
    }


def brands(names: Iterable[str]) -> dict[str, int]:
    """Ids by name in lower case."""
    known = {name.casefold(): pk for pk, name in Brand.objects.values_list("pk", "name")}
    missing = {name.casefold(): name for name in sorted(set(names), reverse=True)}
    new = [Brand(name=name) for key, name in sorted(missing.items()) if key not in known]
    known.update({brand.name.casefold(): brand.pk for brand in Brand.objects.bulk_create(new)})
    return known


def _fold(path: Path) -> Path:
    return tuple(name.casefold() for name in path)


def _slug(path: Path, taken: set[str]) -> str:
    """The name alone where that is free, with its parents where it is not, numbered at last."""
    longest = " ".join(path)
    tries = [slugify(" ".join(path[start:]))[:130] for start in range(len(path) - 1, -1, -1)]
    base = slugify(longest)[:130] or "category"
    slug = next((slug for slug in tries if slug and slug not in taken), "")
    number = 2
    while not slug:
        candidate = f"{base}-{number}"
        slug = "" if candidate in taken else candidate
        number += 1
    taken.add(slug)
    return slug
