"""From the database's URL to Django's settings for it."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def named(url: str, *, pooled: bool) -> dict[str, Any]:
    """Django's settings for the database that ``url`` names: ``sqlite:///path`` or ``postgres://…``.

    Raises ImproperlyConfigured, without the URL's password, where it names none.
    """
    parts = urlsplit(url)
    if not parts.path[1:]:
        raise ImproperlyConfigured(
            f"DATABASE_URL is '{parts.scheme}://…', which names no database."
        )
    if parts.scheme == "sqlite":
        return {
            "ENGINE": "config.sqlite",
            "NAME": unquote(parts.path[1:]),
            # Opening costs as much as a page's statements, and closing the last one a checkpoint.
            "CONN_MAX_AGE": 600,
            "OPTIONS": {
                # Deferred transactions that read and then write fail with "database is locked".
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
            },
        }
    try:
        port = str(parts.port or "")
    except ValueError:
        raise ImproperlyConfigured(
            f"DATABASE_URL is '{parts.scheme}://…', whose port is not a number."
        ) from None
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path[1:]),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": port,
        "CONN_MAX_AGE": 0 if pooled else 60,
        "CONN_HEALTH_CHECKS": not pooled,
        "OPTIONS": {**dict(parse_qsl(parts.query)), **({"pool": True} if pooled else {})},
    }
