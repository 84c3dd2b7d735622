"""Reads the pictures that a catalogue file names; what cannot be used is told, its row loads."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from shop import pictures
from shop.catalogue_file.items import Checked, Item, Problem


def take(checked: Checked, *, folder: Path) -> None:
    """Stores every named picture of ``folder`` and puts it in its name's place."""
    root = folder.resolve()
    checked.items = [_taken(item, root, checked) for item in checked.items]


def _taken(item: Item, root: Path, checked: Checked) -> Item:
    if not isinstance(item.picture, str):
        return item
    path = (root / item.picture).resolve()
    try:
        if not path.is_relative_to(root):
            raise pictures.NoPicture("lies outside of the folder of pictures.")
        return replace(item, picture=pictures.read(path))
    except pictures.NoPicture as problem:
        checked.warnings.append(Problem(item.row, "picture", f"{item.picture!r}: {problem}"))
        return replace(item, picture=None)
