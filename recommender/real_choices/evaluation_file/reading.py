"""An evaluation file as a history, its products' texts and its queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recommender.ranking import standing
from recommender.ranking.choices.history import History
from recommender.ranking.choices.questions import FIRST_WEEK, Questions, first_of_household
from recommender.ranking.query import Ints, Snapshot
from recommender.real_choices.evaluation_file.columns import EMPTY, Cells, cells, refuse
from recommender.real_choices.evaluation_file.schema import (
    ASKED,
    BY_NAME,
    COLUMNS,
    DIETS,
    LAST_WEEK,
    NEEDED,
    SHOWN,
    UNITS,
    BadFile,
)
from recommender.real_choices.evaluation_file.shown import read_shown


@dataclass(frozen=True)
class Contents:
    """``texts`` has an entry per product of the shelf; ``questions`` is None in a file of
    purchases alone."""

    history: History
    texts: list[str]
    questions: Questions | None


def read(path: Path) -> Contents:
    """Raises BadFile with a sentence that says what is wrong and where."""
    try:
        names = pq.read_schema(path).names
        present = [c.name for c in COLUMNS if c.name in names]
        missing = [name for name in NEEDED if name not in names]
        if missing:
            raise BadFile(f"Columns are missing: {', '.join(missing)}.")
        for pair in (ASKED, SHOWN):
            if len([name for name in pair if name in names]) == 1:
                raise BadFile(f"Columns {' and '.join(pair)} come together: one is missing.")
        table = pq.read_table(path, columns=present, read_dictionary=["text", "unit"])
    except (OSError, pa.ArrowException) as error:
        raise BadFile(f"{path} cannot be read as Parquet: {error}") from None
    if not table.num_rows:
        raise BadFile("The file has no rows.")
    found = {name: cells(BY_NAME[name], table[name]) for name in present}
    del table
    _same_within(found, "basket", found["basket"].values)
    _same_within(found, "product", found["product"].values)
    order = np.argsort(found["time"].values, kind="stable")
    _weeks_rise(found["week"].values, order)
    shelf, texts = _shelf(found)
    row = shelf.rows_of(found["product"].values)

    def column(name: str) -> Ints:
        return np.asarray(found[name].values[order], dtype=np.int64)

    history = History(
        shelf=shelf,
        household=column("household"),
        store=column("store"),
        basket=column("basket"),
        product=row[order],
        quantity=column("quantity"),
        paid=column("paid"),
        regular=column("regular"),
        week=column("week"),
        time=found["time"].values[order],
        shown=read_shown(found, shelf.product_id) if SHOWN[0] in found else {},
    )
    return Contents(history, texts, _questions(found, order, history))


def _same_within(found: dict[str, Cells], about: str, key: NDArray) -> None:
    """Refuses a basket, or a product, of which two rows say different things."""
    _, first, which = np.unique(key, return_index=True, return_inverse=True)
    for name, own in found.items():
        if BY_NAME[name].about != about:
            continue
        values = _as_numbers(own)
        before = values[first[which]]
        differs = (values != before) & ~(_unknown(values) & _unknown(before))
        refuse(
            differs,
            name,
            lambda row: (
                f"it differs from row {first[which[row]] + 1:,}, which is of the same {about} "
                f"{key[row]}"
            ),
        )


def _unknown(values: NDArray) -> NDArray:
    return np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), dtype=bool)


def _as_numbers(own: Cells) -> NDArray:
    """A number per row; of a list of words the set of bits that they stand for."""
    if not len(own.ends):
        return own.values
    row = np.repeat(np.arange(len(own.ends) - 1), np.diff(own.ends))
    bit = np.array([1 << DIETS.index(word) for word in own.words], dtype=np.int64)
    bits = np.zeros(len(own.ends) - 1, dtype=np.int64)
    np.bitwise_or.at(bits, row, bit[own.values] if len(bit) else own.values)
    return bits


def _weeks_rise(week: NDArray, order: Ints) -> None:
    falls = np.zeros(len(week), dtype=bool)
    falls[order[1:]] = np.diff(week[order]) < 0
    refuse(falls, "week", lambda row: f"{week[row]} follows a later week, though time goes on")
    if week.max() != LAST_WEEK:
        raise BadFile(
            f"Column week: the newest week is {week.max()}; number the weeks so that it is "
            f"{LAST_WEEK}."
        )


def _shelf(found: dict[str, Cells]) -> tuple[Snapshot, list[str]]:
    products, first, row = np.unique(
        found["product"].values, return_index=True, return_inverse=True
    )

    def of(name: str) -> NDArray:
        return _as_numbers(found[name])[first]

    paid = _middle(found["paid"].values, row)
    unit = np.asarray([UNITS.index(word) for word in found["unit"].words] + [0], dtype=np.int64)
    amount = np.nan_to_num(of("amount")) * (of("unit") != EMPTY)
    kind = of("type").astype(np.int64)
    shelf = Snapshot(
        tag="evaluation-file",
        as_of=datetime(1970, 1, 1, tzinfo=UTC),
        product_id=products.astype(np.int64),
        type_id=kind,
        aisle_id=of("aisle").astype(np.int64),
        brand_id=of("brand").astype(np.int64),
        price_cents=paid,
        regular_cents=paid,
        usual_cents=paid,
        amount_milli=(1000 * amount).round().astype(np.int64),
        base_unit=unit[of("unit")],
        own_brand=of("own_brand").astype(bool),
        popularity=standing.share_within_type(kind, np.zeros(len(products))),
        popularity_half_year=standing.share_within_type(kind, np.zeros(len(products))),
        price_percentile=np.full(len(products), np.nan),
        in_leaflet=np.full(len(products), np.nan),
        on_display=np.full(len(products), np.nan),
        quality_share=of("quality").astype(np.float64),
        diet_bits=of("diet").astype(np.int64),
        diet_tags=DIETS,
    )
    words = found["text"].words
    return shelf, [words[at] for at in of("text").tolist()]


def _middle(paid: NDArray, row: NDArray) -> Ints:
    """The middle price of each product, in cents."""
    order = np.lexsort((paid, row))
    count = np.bincount(row)
    start = np.cumsum(count) - count
    pair = paid[order][start + (count - 1) // 2] + paid[order][start + count // 2]
    return np.asarray((pair / 2).round(), dtype=np.int64)


def _questions(found: dict[str, Cells], order: Ints, history: History) -> Questions | None:
    if "anchor" not in found:
        return None
    anchor, offered = found["anchor"].values, found["candidates"]
    sizes = np.diff(offered.ends)
    asked = anchor != EMPTY
    refuse(asked & ~offered.told, "candidates", lambda row: "an anchor without candidates")
    refuse(~asked & offered.told, "anchor", lambda row: "candidates without an anchor")
    early = asked & (found["week"].values < FIRST_WEEK)
    refuse(early, "week", lambda row: f"a query before week {FIRST_WEEK}")
    known = history.shelf.rows_of(offered.values)
    owner = np.repeat(np.arange(len(sizes)), sizes)
    strange = np.zeros(len(sizes), dtype=bool)
    strange[owner[known < 0]] = True
    refuse(
        strange,
        "candidates",
        lambda row: f"{_first_unknown(offered.of(row), history)} is the product of no row",
    )
    anchor_row = history.shelf.rows_of(anchor)
    refuse(
        asked & (anchor_row < 0), "anchor", lambda row: f"{anchor[row]} is the product of no row"
    )
    at = np.flatnonzero(asked[order])
    lists = []
    for row in order[at].tolist():
        own = np.unique(known[offered.ends[row] : offered.ends[row + 1]])
        if len(own) < sizes[row]:
            raise BadFile(f"Row {row + 1:,}, column candidates: a product stands in it twice.")
        lists.append(own)
    return Questions(at, anchor_row[order[at]], first_of_household(history)[at], tuple(lists))


def _first_unknown(products: NDArray, history: History) -> int:
    return int(products[history.shelf.rows_of(products) < 0][0])
