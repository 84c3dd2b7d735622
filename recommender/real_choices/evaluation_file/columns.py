"""One column of an evaluation file as an array, every cell checked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from recommender.real_choices.evaluation_file.schema import BadFile, Column

EMPTY = -1


@dataclass(frozen=True)
class Cells:
    """``values`` (rows,): numbers (NaN where empty), seconds, flags, or codes of ``words``.

    Codes are ``EMPTY`` where the cell is empty. A cell of "words" or "integers" is a list: then
    ``values`` holds all lists one after the other, ``ends`` (rows + 1,) where each begins, and
    ``told`` (rows,) whether there is one, be it empty; for other kinds both have no entry.
    """

    values: NDArray
    words: tuple = ()
    ends: NDArray = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    told: NDArray = field(default_factory=lambda: np.empty(0, dtype=bool))

    def of(self, row: int) -> NDArray:
        """The list in ``row``."""
        return self.values[self.ends[row] : self.ends[row + 1]]


def refuse(bad: NDArray, column: str, why: Callable[[int], str]) -> None:
    """Raises BadFile for the first row (0-based, told from 1) where ``bad`` is true."""
    if bad.any():
        row = int(np.argmax(bad))
        raise BadFile(f"Row {row + 1:,}, column {column}: {why(row)}.")


def cells(column: Column, data: pa.ChunkedArray) -> Cells:
    """The checked cells; raises BadFile naming the first bad one, or the type that is wrong."""
    kind, wanted = KINDS[column.kind]
    if not kind(data.type):
        raise BadFile(f"Column {column.name}: it holds {data.type}, {wanted} is needed.")
    array = data.combine_chunks()
    if isinstance(array, pa.ChunkedArray):  # no chunk at all
        array = pa.concat_arrays(array.chunks) if array.num_chunks else pa.array([], data.type)
    empty = np.asarray(array.is_null())
    if not column.empty:
        refuse(empty, column.name, lambda row: "it is empty")
    if column.kind in ("words", "integers"):
        return _lists(column, array)
    if column.kind in ("name", "text"):
        return _codes(column, array, empty)
    if column.kind == "time":
        return Cells(np.asarray(array.cast(pa.timestamp("us")).cast(pa.int64())) / 1e6)
    if column.kind == "flag":
        return Cells(np.asarray(array.fill_null(False)))
    number = pa.int64() if column.kind == "integer" else pa.float64()
    values = np.asarray(array.cast(number).fill_null(0))
    outside = ~((values >= column.least) & (values <= column.most)) & ~empty
    refuse(
        outside,
        column.name,
        lambda row: f"{values[row]} is not between {column.least:g} and {column.most:g}",
    )
    if column.kind == "integer":
        return Cells(np.where(empty, EMPTY, values))
    return Cells(np.where(empty, np.nan, values))


def _codes(column: Column, array: pa.Array, empty: NDArray) -> Cells:
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    encoded = array.dictionary_encode()
    words = encoded.dictionary.to_pylist()
    code = np.asarray(encoded.indices.fill_null(0), dtype=np.int64)
    if column.words:
        known = np.array([word in column.words for word in words], dtype=bool)
        refuse(
            ~known[code] & ~empty if len(words) else empty[:0],
            column.name,
            lambda row: f"{words[code[row]]!r} is none of {', '.join(column.words)}",
        )
    # In the order of the words, whatever the order of the rows.
    order = sorted(range(len(words)), key=words.__getitem__)
    place = np.argsort(np.asarray(order, dtype=np.int64), kind="stable")
    coded = np.where(empty, EMPTY, place[code]) if len(words) else np.full(len(code), EMPTY)
    return Cells(coded, tuple(words[at] for at in order))


def _lists(column: Column, array: pa.ListArray) -> Cells:
    sizes = np.asarray(pc.fill_null(pc.list_value_length(array), 0), dtype=np.int64)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    flat = array.flatten()
    row = np.repeat(np.arange(len(sizes)), sizes)
    nothing = np.zeros(len(sizes), dtype=bool)
    nothing[row[np.asarray(flat.is_null())]] = True
    refuse(nothing, column.name, lambda at: "an entry of its list is empty")
    if column.kind == "integers":
        return Cells(np.asarray(flat.cast(pa.int64())), (), ends, np.asarray(array.is_valid()))
    inner = _codes(Column(column.name, "text", "product"), flat, np.zeros(len(flat), dtype=bool))
    strange = np.array([word not in column.words for word in inner.words], dtype=bool)
    if strange.any():
        first = int(row[np.argmax(strange[inner.values])])
        own = [inner.words[at] for at in inner.values[ends[first] : ends[first + 1]]]
        word = next(word for word in own if word not in column.words)
        known = ", ".join(column.words)
        raise BadFile(f"Row {first + 1:,}, column {column.name}: {word!r} is none of {known}.")
    return Cells(inner.values, inner.words, ends, np.asarray(array.is_valid()))


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_list(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind))


KINDS: dict[str, tuple[Callable[[pa.DataType], bool], str]] = {
    "integer": (pa.types.is_integer, "an integer"),
    "number": (
        lambda kind: bool(pa.types.is_integer(kind) or pa.types.is_floating(kind)),
        "a number",
    ),
    "name": (lambda kind: bool(pa.types.is_integer(kind)) or _is_text(kind), "an integer or text"),
    "text": (_is_text, "text"),
    "time": (
        lambda kind: bool(pa.types.is_timestamp(kind) and kind.tz is None),
        "a timestamp without a zone, in the store's time,",
    ),
    "flag": (pa.types.is_boolean, "true or false"),
    "words": (lambda kind: _is_list(kind) and _is_text(kind.value_type), "a list of texts"),
    "integers": (
        lambda kind: _is_list(kind) and bool(pa.types.is_integer(kind.value_type)),
        "a list of integers",
    ),
}
