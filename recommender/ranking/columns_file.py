"""Snapshots and vectors as bytes, named by their content, laid out so that a file can be mapped.

After eight bytes of magic and eight of length comes a JSON header; the arrays follow, each at a
multiple of 64 bytes, as they lie in memory. Read from a mapping they are views of it, so that all
processes of a machine share one copy.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, replace
from datetime import datetime
from mmap import mmap
from typing import Any, TypeVar

import numpy as np

from recommender.ranking.query import Snapshot, Vectors

Columns = TypeVar("Columns", Snapshot, Vectors)

MAGIC = b"columns1"
ALIGNMENT = 64


class DamagedColumns(ValueError):
    """The bytes are not what their tag promises."""


def content_tag(columns: Snapshot | Vectors) -> str:
    """SHA-256 over every column but the tag itself, in declared order."""
    digest = hashlib.sha256(type(columns).__name__.encode())
    for field in fields(columns):
        if field.name == "tag":
            continue
        value = getattr(columns, field.name)
        if isinstance(value, np.ndarray):
            digest.update(f"{field.name}{value.dtype.str}{value.shape}".encode())
            digest.update(_bytes(value))
        else:
            digest.update(f"{field.name}{_plain(value)!r}".encode())
    return digest.hexdigest()


def tagged(columns: Columns) -> Columns:
    """The same columns under their content tag."""
    return replace(columns, tag=content_tag(columns))


def dump(columns: Snapshot | Vectors) -> bytes:
    """The columns as bytes."""
    arrays: dict[str, tuple[str, tuple[int, ...], int]] = {}
    plain: dict[str, Any] = {}
    parts: list[bytes | memoryview] = []
    end = 0
    for field in fields(columns):
        value = getattr(columns, field.name)
        if not isinstance(value, np.ndarray):
            plain[field.name] = _plain(value)
            continue
        begin = _aligned(end)
        parts += [bytes(begin - end), _bytes(value)]
        arrays[field.name] = (value.dtype.str, value.shape, begin)
        end = begin + value.nbytes
    header = json.dumps({"plain": plain, "arrays": arrays}).encode()
    start = _aligned(len(MAGIC) + 8 + len(header))
    header = header.ljust(start - len(MAGIC) - 8)
    return b"".join([MAGIC, len(header).to_bytes(8, "little"), header, *parts])


def load(kind: type[Columns], data: bytes | mmap, *, tag: str) -> Columns:
    """Reads what ``dump`` wrote, as read-only views of ``data``.

    Raises DamagedColumns when the content is not that of ``tag``.
    """
    try:
        columns = kind(**_values(data))
    except Exception as error:  # any parse error means the same: not the file that was written
        raise DamagedColumns(f"{kind.__name__} {tag[:12]} cannot be read: {error}") from error
    if content_tag(columns) != tag:
        raise DamagedColumns(f"{kind.__name__} {tag[:12]} has other content than its tag says")
    return columns


def _values(data: bytes | mmap) -> dict[str, Any]:
    if data[: len(MAGIC)] != MAGIC:
        raise ValueError("it does not begin as a file of columns does")
    length = int.from_bytes(data[len(MAGIC) : len(MAGIC) + 8], "little")
    start = len(MAGIC) + 8 + length
    header = json.loads(data[len(MAGIC) + 8 : start])
    values: dict[str, Any] = header["plain"]
    for name, (dtype, shape, begin) in header["arrays"].items():
        kind, count = np.dtype(dtype), int(np.prod(shape))
        # An empty array has no bytes to lie at.
        flat = np.frombuffer(data, kind, count, start + begin) if count else np.empty(0, kind)
        values[name] = flat.reshape(shape)
    if "as_of" in values:
        values["as_of"] = datetime.fromisoformat(values["as_of"])
    if "diet_tags" in values:
        values["diet_tags"] = tuple(values["diet_tags"])
    return values


def _aligned(at: int) -> int:
    return -(-at // ALIGNMENT) * ALIGNMENT


def _bytes(array: np.ndarray) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
