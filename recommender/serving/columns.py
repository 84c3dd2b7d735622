"""Snapshots and vectors on disk, named by their content, and the ones that this process uses."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Generic, TypeVar

from recommender import conf, files
from recommender.models import ColumnsFile
from recommender.ranking import columns_file
from recommender.ranking.query import Snapshot, Vectors

logger = logging.getLogger(__name__)

T = TypeVar("T", Snapshot, Vectors)


def store(columns: Snapshot | Vectors, *, catalogue_version: int, now: datetime) -> None:
    """Keep ``columns`` under their tag; storing the same content twice changes nothing."""
    kind = ColumnsFile.Kind.SNAPSHOT if isinstance(columns, Snapshot) else ColumnsFile.Kind.VECTORS
    files.write("training", name_of(kind, columns.tag), columns_file.dump(columns))
    ColumnsFile.objects.update_or_create(
        tag=columns.tag,
        defaults={"kind": kind, "catalogue_version": catalogue_version, "made_at": now},
    )


def remove(row: ColumnsFile) -> None:
    """Delete the file and then the row; slates that name the tag cannot be checked any more."""
    files.delete("training", name_of(row.kind, row.tag))
    ColumnsFile.objects.filter(pk=row.pk).delete()


@lru_cache(maxsize=4)
def snapshot(tag: str) -> Snapshot:
    """The snapshot stored under ``tag``; FileNotFoundError or DamagedColumns when it cannot be."""
    data = files.mapped("training", name_of(ColumnsFile.Kind.SNAPSHOT, tag))
    return columns_file.load(Snapshot, data, tag=tag)


@lru_cache(maxsize=4)
def vectors(tag: str) -> Vectors:
    """The vectors stored under ``tag``; as for ``snapshot``."""
    data = files.mapped("training", name_of(ColumnsFile.Kind.VECTORS, tag))
    return columns_file.load(Vectors, data, tag=tag)


class Held(Generic[T]):
    """The columns in use in this process, asked about at most once in ``CHECK_SECONDS``.

    ``renew`` gets what is held and returns what is to be held. While one thread renews, the others
    go on with what there is.
    """

    def __init__(self, renew: Callable[[T | None], T]) -> None:
        self._renew: Callable[[T | None], T] = renew
        self._lock = threading.Lock()
        self._value: T | None = None
        self._checked = 0.0

    def get(self) -> T:
        value = self._value
        if value is not None and time.monotonic() - self._checked < conf.current().check_seconds:
            return value
        if not self._lock.acquire(blocking=value is None) and value is not None:
            return value
        try:
            if self._value is None or self._value is value:
                self._value = self._renewed(self._value)
                self._checked = time.monotonic()
            return self._value
        finally:
            self._lock.release()

    def _renewed(self, value: T | None) -> T:
        try:
            return self._renew(value)
        except (OSError, columns_file.DamagedColumns):
            if value is None:
                raise
            logger.exception("newer columns could not be read; the last good ones stay in use")
            return value

    def forget(self) -> None:
        """Ask again at the next ``get``, as a new process would."""
        with self._lock:
            self._value = None


def name_of(kind: str, tag: str) -> str:
    """A file's place in the ``training`` storage."""
    return f"{kind}-{tag}.columns"
