"""Django's SQLite with fair turns for those who write."""

from __future__ import annotations

import sqlite3


def is_busy(error: BaseException | None) -> bool:
    """Was a statement refused because others were at the database? Nothing of it was done."""
    code = getattr(error, "sqlite_errorcode", None)
    # The extended codes say in their upper bytes why it is busy.
    return code is not None and code & 0xFF == sqlite3.SQLITE_BUSY
