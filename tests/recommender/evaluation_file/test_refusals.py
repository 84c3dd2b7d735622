from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recommender.real_choices.evaluation_file.reading import read
from recommender.real_choices.evaluation_file.schema import COLUMNS, NEEDED, BadFile
from tests.recommender.evaluation_file.changed import cell, change


@pytest.mark.parametrize("column", NEEDED)
def test_a_missing_column_is_named(file, column):
    with pytest.raises(BadFile, match=rf"^Columns are missing: {column}\.$"):
        read(change(file, **{column: None}))


@pytest.mark.parametrize("column", [c.name for c in COLUMNS if c.kind not in ("text", "name")])
def test_a_column_of_another_kind_is_named_with_what_is_needed(file, column):
    rows = pq.read_table(file).num_rows
    with pytest.raises(BadFile, match=rf"^Column {column}: it holds string, .* is needed\.$"):
        read(change(file, **{column: pa.array(["x"] * rows)}))


@pytest.mark.parametrize("column", [c.name for c in COLUMNS if not c.empty])
def test_an_empty_cell_is_named_by_row_and_column(file, column):
    with pytest.raises(BadFile, match=rf"^Row 7, column {column}: it is empty\.$"):
        read(cell(file, column, 7, None))


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("paid", 0, "0 is not between 1 and"),
        ("quantity", -1, "-1 is not between 1 and"),
        ("week", 54, "54 is not between 1 and 53"),
        ("quality", 1.5, r"1\.5 is not between 0 and 1"),
        ("amount", float("inf"), "inf is not between"),
        ("unit", "stone", "'stone' is none of g, ml, piece"),
        ("diet", ["vegan", "kosher"], "'kosher' is none of vegetarian, vegan"),
        ("candidates", [10, None], "an entry of its list is empty"),
        ("brand", 99, "it differs from row .*, which is of the same product"),
        ("household", 99, "it differs from row .*, which is of the same basket"),
    ],
)
def test_a_bad_cell_is_named_with_the_reason(file, column, value, why):
    with pytest.raises(BadFile, match=rf"^Row 1,001, column {column}: {why}"):
        read(cell(file, column, 1_001, value))


def test_weeks_that_go_back_and_a_newest_week_that_is_not_53_are_refused(history, file):
    weeks = history.week.copy()
    weeks[weeks == 20] = 22
    with pytest.raises(BadFile, match="column week: 21 follows a later week"):
        read(change(file, week=pa.array(weeks)))
    with pytest.raises(BadFile, match="the newest week is 52; number the weeks so that it is 53"):
        read(change(file, week=pa.array(np.maximum(history.week - 1, 1))))


def test_queries_that_cannot_be_asked_are_refused(history, file):
    table = pq.read_table(file)
    asked = next(at for at, own in enumerate(table["candidates"].to_pylist(), 1) if own)
    for column, value, why in (
        ("candidates", None, "an anchor without candidates"),
        ("candidates", [10, 7], "7 is the product of no row"),
        ("candidates", [10, 20, 10], "a product stands in it twice"),
        ("anchor", None, "candidates without an anchor"),
        ("anchor", 7, "7 is the product of no row"),
    ):
        with pytest.raises(BadFile, match=rf"^Row {asked:,}, column {column}: {why}"):
            read(cell(file, column, asked, value))
        pq.write_table(table, file)
    with pytest.raises(BadFile, match="anchor and candidates come together"):
        read(change(file, anchor=None))


def test_what_is_no_parquet_and_what_holds_no_row_is_refused(file):
    pq.write_table(pq.read_table(file).slice(0, 0), file)
    with pytest.raises(BadFile, match="has no rows"):
        read(file)
    file.write_bytes(b"PAR1 but no more")
    with pytest.raises(BadFile, match="cannot be read as Parquet"):
        read(file)


def test_what_was_shown_must_be_products_of_the_file_and_told_of_both(file):
    table = pq.read_table(file)
    asked = next(at for at, own in enumerate(table["leaflet"].to_pylist(), 1) if own)
    with pytest.raises(BadFile, match=rf"^Row {asked:,}, column leaflet: 7 is the product of no"):
        read(cell(file, "leaflet", asked, [10, 7]))
    pq.write_table(table, file)
    with pytest.raises(BadFile, match=rf"^Row {asked:,}, column display: it is empty, leaflet"):
        read(cell(file, "display", asked, None))
    pq.write_table(table, file)
    with pytest.raises(BadFile, match="leaflet and display come together"):
        read(change(file, display=None))
