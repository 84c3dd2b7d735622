"""Which column of a file is which of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

REQUIRED = ("sku", "name", "category", "price")
SYNONYMS: dict[str, tuple[str, ...]] = {
    "sku": ("id", "item id", "item number", "article number", "product id", "code", "gtin", "ean"),
    "name": ("title", "product", "product name", "item", "item name"),
    "category": ("category path", "categories", "product type", "product category", "department"),
    "brand": ("manufacturer", "brand name", "vendor"),
    "price": ("current price", "sale price", "selling price"),
    "regular_price": ("list price", "original price", "compare at price", "rrp", "msrp"),
    "size": ("pack size", "package size", "contents", "net content", "unit size"),
    "stock": ("quantity", "qty", "inventory", "on hand", "stock level", "inventory quantity"),
    "description": ("details", "long description", "product description", "body"),
    "diet_tags": ("diet", "dietary", "diets"),
    "quality_tags": ("quality", "labels", "certifications"),
    "picture": ("image", "image file", "photo", "picture file", "image name"),
    "active": ("is active", "enabled", "published", "visible"),
}


class BrokenFile(Exception):
    """The file as a whole cannot be read; nothing is loaded."""


def map_columns(header: Sequence[str], *, renamed: Mapping[str, str]) -> dict[str, int]:
    """Our column → its place in ``header``; columns that we do not know are left out.

    ``renamed`` (theirs → ours) goes before our own names, and those before their synonyms; case,
    spaces, hyphens and underscores do not matter. BrokenFile when a required column is missing, a
    renamed one does not exist, or two columns of the file are the same one of ours.
    """
    keys = [_key(title) for title in header]
    found = _renamed(keys, header, renamed)
    for names in (lambda ours: (ours,), lambda ours: SYNONYMS[ours]):
        taken = set(found.values())
        for ours in SYNONYMS.keys() - found.keys():
            wanted = [_key(name) for name in names(ours)]
            places = [place for place, key in enumerate(keys) if key in wanted]
            places = [place for place in places if place not in taken]
            if len(places) > 1:
                both = " and ".join(repr(header[place]) for place in places[:2])
                raise BrokenFile(f"The columns {both} are both {ours}; choose with --map.")
            if places:
                found[ours] = places[0]
    missing = [ours for ours in REQUIRED if ours not in found]
    if missing:
        raise BrokenFile(
            f"No column for {', '.join(missing)} among {', '.join(map(repr, header))}. "
            "Name it with --map theirs=ours."
        )
    return found


def parse_renamed(pairs: Sequence[str]) -> dict[str, str]:
    """``["Artikel=sku"]`` → ``{"Artikel": "sku"}``; BrokenFile for anything else."""
    renamed = {}
    for pair in pairs:
        theirs, equals, ours = pair.rpartition("=")
        if not equals or not theirs.strip() or ours.strip() not in SYNONYMS:
            raise BrokenFile(
                f"--map {pair}: write theirs=ours, where ours is one of {', '.join(SYNONYMS)}."
            )
        renamed[theirs.strip()] = ours.strip()
    return renamed


def _renamed(
    keys: Sequence[str], header: Sequence[str], renamed: Mapping[str, str]
) -> dict[str, int]:
    found: dict[str, int] = {}
    for theirs, ours in renamed.items():
        if _key(theirs) not in keys:
            titles = ", ".join(map(repr, header))
            raise BrokenFile(f"--map {theirs}={ours}: the file has no such column, only {titles}.")
        if ours in found:
            raise BrokenFile(f"--map names two columns for {ours}.")
        found[ours] = keys.index(_key(theirs))
    return found


def _key(title: str) -> str:
    return " ".join(title.replace("_", " ").replace("-", " ").casefold().split())
