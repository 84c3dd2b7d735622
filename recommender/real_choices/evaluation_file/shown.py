"""What the stores showed in a query's week: as lists of products in the file, and back again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from recommender.ranking.choices.history import History, Shown
from recommender.ranking.choices.questions import Questions
from recommender.ranking.query import Ints
from recommender.real_choices.evaluation_file.columns import Cells, refuse
from recommender.real_choices.evaluation_file.schema import SHOWN


def columns(
    history: History, questions: Questions, offered: Sequence[Ints]
) -> dict[str, pa.ListArray]:
    """Which of each query's anchor and candidates were shown; null where no store tells it."""
    products = history.shelf.product_id
    lists: dict[str, list[list[int] | None]] = {name: [None] * len(history.week) for name in SHOWN}
    for at, purchase in enumerate(questions.purchase.tolist()):
        store = int(history.store[purchase])
        shown = history.shown.get(int(history.week[purchase]))
        if shown is None or store not in shown.stores:
            continue
        rows = np.union1d(offered[at], questions.anchor[at])
        wanted = store * len(products) + rows
        at_place = np.searchsorted(shown.place, wanted)
        rows, at_place = rows[at_place < len(shown.place)], at_place[at_place < len(shown.place)]
        there = shown.place[at_place] == store * len(products) + rows
        for name in SHOWN:
            lists[name][purchase] = products[rows[there & getattr(shown, name)[at_place]]].tolist()
    return {name: pa.array(own, pa.list_(pa.int64())) for name, own in lists.items()}


def read_shown(found: dict[str, Cells], products: Ints) -> dict[int, Shown]:
    """By week, from the lists of the file's rows; ``products`` are those of the shelf.

    Raises BadFile for a product of no row.
    """
    week, store = found["week"].values, found["store"].values
    places = {name: _places(found[name], name, store, products) for name in SHOWN}
    leaflet, told = found["leaflet"].told, found["display"].told
    refuse(leaflet & ~told, "display", lambda row: "it is empty, leaflet is not")
    refuse(told & ~leaflet, "leaflet", lambda row: "it is empty, display is not")
    shown = {}
    for number in np.unique(week[told]).tolist():
        own = {name: place[week[row] == number] for name, (place, row) in places.items()}
        place = np.unique(np.concatenate(list(own.values())))
        flags = (np.isin(place, own[name]) for name in SHOWN)
        stores = np.unique(store[told & (week == number)])
        shown[int(number)] = Shown(stores, place, *flags)
    return shown


def _places(own: Cells, name: str, store: NDArray, products: Ints) -> tuple[Ints, Ints]:
    """Store x products + shelf row of every entry of the lists, and the row that it stands in."""
    row = np.repeat(np.arange(len(store)), np.diff(own.ends))
    at = np.minimum(np.searchsorted(products, own.values), len(products) - 1)
    strange = products[at] != own.values
    unknown = np.zeros(len(store), dtype=bool)
    unknown[row[strange]] = True
    refuse(unknown, name, lambda _: f"{own.values[strange][0]} is the product of no row")
    return store[row] * len(products) + at, row
