"""Snapshots and vectors as bytes: uncompressed npz without pickle, named by their content."""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, TypeVar

import numpy as np

from recommender.ranking.query import Snapshot, Vectors

Columns = TypeVar("Columns", Snapshot, Vectors)


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
            digest.update(np.ascontiguousarray(value).tobytes())
        else:
            digest.update(f"{field.name}{_plain(value)!r}".encode())
    return digest.hexdigest()


def tagged(columns: Columns) -> Columns:
    """The same columns under their content tag."""
    return replace(columns, tag=content_tag(columns))


def dump(columns: Snapshot | Vectors) -> bytes:
    """The columns as npz bytes."""
    arrays: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for field in fields(columns):
        value = getattr(columns, field.name)
        if isinstance(value, np.ndarray):
            arrays[field.name] = value
        else:
            plain[field.name] = _plain(value)
    buffer = io.BytesIO()
    np.savez(buffer, plain=np.array(json.dumps(plain)), **arrays)
    return buffer.getvalue()


def load(kind: type[Columns], data: bytes, *, tag: str) -> Columns:
    """Reads what ``dump`` wrote; raises DamagedColumns when the content is not that of ``tag``."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            values: dict[str, Any] = {name: arrays[name] for name in arrays.files}
        values.update(json.loads(str(values.pop("plain"))))
        if "as_of" in values:
            values["as_of"] = datetime.fromisoformat(values["as_of"])
        if "diet_tags" in values:
            values["diet_tags"] = tuple(values["diet_tags"])
        columns = kind(**values)
    except Exception as error:  # any parse error means the same: not the file that was written
        raise DamagedColumns(f"{kind.__name__} {tag[:12]} cannot be read: {error}") from error
    if content_tag(columns) != tag:
        raise DamagedColumns(f"{kind.__name__} {tag[:12]} has other content than its tag says")
    return columns


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
