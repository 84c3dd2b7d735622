"""What a process keeps in memory of the catalogue, until the catalogue changes."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import Generic, TypeVar

from shop.models import CatalogueVersion

T = TypeVar("T")

LOOKS_AGAIN_AFTER = 5.0
"""Seconds until a process asks again whether the catalogue has changed."""


class Held(Generic[T]):
    """``read`` makes it for a version of the catalogue; threads share it: read it, never write."""

    def __init__(self, read: Callable[[int], T]) -> None:
        self._read = read
        self._kept: tuple[float, int, T | None] = (float("-inf"), -1, None)

    def current(self) -> T:
        """As of the newest version; asks for that (one query) every few seconds."""
        asked, version, value = self._kept
        if value is not None and monotonic() - asked < LOOKS_AGAIN_AFTER:
            return value
        newest = CatalogueVersion.current()
        if value is None or newest != version:
            value = self._read(newest)
        self._kept = (monotonic(), newest, value)
        return value

    def forget(self) -> None:
        """As a new process would stand."""
        self._kept = (float("-inf"), -1, None)
