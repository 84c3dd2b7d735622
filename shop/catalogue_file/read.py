"""Rows of text from a CSV or Parquet file."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow
from pyarrow import parquet

from shop.catalogue_file.columns import BrokenFile

DELIMITERS = ",;\t|"
PARQUET_MAGIC = b"PAR1"
ZIP_MAGIC = b"PK\x03\x04"
Row = tuple[int, Sequence[str]]


def read(path: Path) -> tuple[list[str], Iterator[Row]]:
    """The header, and the rows with their numbers as a spreadsheet shows them (the header is 1).

    A row is a list of stripped texts; an empty value is "". Wholly blank rows are passed over.
    BrokenFile at the start, or while reading, when the file cannot be understood.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BrokenFile(f"{path}: {error.strerror}.") from None
    if not data.strip():
        raise BrokenFile(f"{path} is empty.")
    if data.startswith(PARQUET_MAGIC):
        return _parquet(path)
    if data.startswith(ZIP_MAGIC):
        raise BrokenFile(f"{path} is a spreadsheet or an archive; save it as CSV first.")
    return _csv(path, _text(path, data))


def _text(path: Path, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            byte = data[error.start]
    raise BrokenFile(
        f"{path} is neither UTF-8 nor Windows-1252: byte 0x{byte:02x} in line {line}. "
        "Save it as UTF-8."
    )


def _csv(path: Path, text: str) -> tuple[list[str], Iterator[Row]]:
    first = text.lstrip().split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)

    def rows() -> Iterator[Row]:
        try:
            for number, cells in enumerate(reader, start=1):
                stripped = [cell.strip() for cell in cells]
                if any(stripped):
                    yield number, stripped
        except csv.Error as error:
            raise BrokenFile(
                f"{path}, line {reader.line_num}: {error}. A quote inside a quoted cell must be "
                "doubled, and a quoted cell must be closed."
            ) from None

    found = rows()
    try:
        _, header = next(found)
    except StopIteration:
        raise BrokenFile(f"{path} has no header.") from None
    return list(header), found


def _parquet(path: Path) -> tuple[list[str], Iterator[Row]]:
    try:
        file = parquet.ParquetFile(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise BrokenFile(f"{path} is not a whole Parquet file: {error}") from None

    def rows() -> Iterator[Row]:
        number = 1
        try:
            for batch in file.iter_batches():
                columns = [column.to_pylist() for column in batch.columns]
                for values in zip(*columns, strict=True):
                    number += 1
                    cells = [_shown(value) for value in values]
                    if any(cells):
                        yield number, cells
        except (pyarrow.ArrowException, OSError) as error:
            raise BrokenFile(f"{path}, after row {number}: {error}") from None

    return list(file.schema_arrow.names), rows()


def _shown(value: Any) -> str:
    """A Parquet value as a person would type it; binary fractions to four decimals."""
    if value is None:
        return ""
    if isinstance(value, float):
        if not math.isfinite(value):
            return "" if math.isnan(value) else str(value)
        return f"{value:.4f}".rstrip("0").rstrip(".")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return "|".join(_shown(part) for part in value)
    return str(value).strip()
