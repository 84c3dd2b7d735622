"""Evaluation files with something changed."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

TEXTS = [f"Brand {at % 7} kind {at // 20} of {at}" for at in range(60)]


def change(file: Path, **columns: pa.Array | None) -> Path:
    """The same file with other columns; None takes one out."""
    table = pq.read_table(file)
    for name, values in columns.items():
        table = table.drop_columns([name])
        if values is not None:
            table = table.append_column(name, values)
    pq.write_table(table, file)
    return file


def cell(file: Path, column: str, row: int, value: object) -> Path:
    """The same file with one cell changed; ``row`` counts from 1."""
    table = pq.read_table(file)
    kind = table.schema.field(column).type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    values = table[column].to_pylist()
    values[row - 1] = value
    return change(file, **{column: pa.array(values, kind)})
