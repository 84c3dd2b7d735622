"""The tree of shelves in memory: departments, aisles and types, each with its parents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic

from shop.models import CatalogueVersion, Category

LOOKS_AGAIN_AFTER = 5.0
"""Seconds until a process asks again whether the catalogue has changed."""


@dataclass(frozen=True)
class Tree:
    """``departments`` by name. What it holds is shared by all threads: read it, never write."""

    version: int = -1
    by_slug: Mapping[str, Category] = field(default_factory=dict)
    departments: Sequence[Category] = ()


_kept = (float("-inf"), Tree())


def current() -> Tree:
    """This process's tree; asks for the catalogue's version (one query) every few seconds."""
    global _kept  # noqa: PLW0603 the shelves of the newest catalogue, needed by every shelf page
    asked, tree = _kept
    if monotonic() - asked < LOOKS_AGAIN_AFTER:
        return tree
    version = CatalogueVersion.current()
    if version != tree.version:
        tree = _read(version)
    _kept = (monotonic(), tree)
    return tree


def forget() -> None:
    """As a new process would stand."""
    global _kept  # noqa: PLW0603
    _kept = (float("-inf"), Tree())


def _read(version: int) -> Tree:
    found = {one.pk: one for one in Category.objects.order_by("name", "pk")}
    for one in found.values():
        if one.parent_id is not None:
            one.parent = found[one.parent_id]
    departments = [one for one in found.values() if one.level == Category.Level.DEPARTMENT]
    return Tree(version, {one.slug: one for one in found.values()}, departments)
