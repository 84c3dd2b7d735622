"""Django's SQLite, except that whoever waits for the write lock asks for it at an even pace.

SQLite's own waiting asks less and less often, in the end ten times a second. Between eight busy
writers the lock is hardly ever free at such a moment, and whoever has waited long is passed by
whoever has just come, until the time is up: "database is locked". Asked for at an even pace, the
lock goes to each of those who wait with the same chance.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from typing import Any

from django.db.backends.sqlite3 import base

from config.sqlite import is_busy

PACE = 0.002
"""Seconds between two tries: far less than a shopper notices, and little work."""


class DatabaseWrapper(base.DatabaseWrapper):
    """As long as ``OPTIONS["timeout"]`` a statement waits for its turn, then it is refused."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> sqlite3.Connection:
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        # Opened with SQLite's own patience; from here on the cursor is the one that waits.
        connection.execute("PRAGMA busy_timeout = 0")
        return connection

    def create_cursor(self, name: str | None = None) -> FairCursor:
        cursor: FairCursor = self.connection.cursor(factory=FairCursor)
        cursor.patience = self.settings_dict["OPTIONS"].get("timeout", 5.0)
        return cursor


class FairCursor(base.SQLiteCursorWrapper):
    """A cursor whose statements wait for the write lock at an even pace."""

    patience: float

    def execute(self, query: str, params: Any = None) -> Any:
        return self._in_turn(lambda: super(FairCursor, self).execute(query, params))

    def executemany(self, query: str, param_list: Any) -> Any:
        if self.connection.in_transaction:
            return super().executemany(query, param_list)
        # Each row would be a transaction of its own, and nobody could tell which are in.
        self.execute("BEGIN IMMEDIATE")
        with self.connection:
            return super().executemany(query, param_list)

    def _in_turn(self, statement: Callable[[], Any]) -> Any:
        given_up = time.monotonic() + self.patience
        while True:
            try:
                return statement()
            except sqlite3.OperationalError as refused:
                if not is_busy(refused) or time.monotonic() > given_up:
                    raise
                # Inside a transaction its snapshot is too old, and waiting would not help.
                if self.connection.in_transaction:
                    raise
            time.sleep(PACE)
