"""What is answered when the database had no turn for a request, or was away for a moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from config import sqlite

STATUS = 503
RETRY_AFTER = {"Retry-After": "5"}
MESSAGE = (
    "The store is busy and could not do this. Send the same request again in a few seconds: "
    "nothing is done by half, and an order with the same Idempotency-Key is placed once."
)


def is_busy(error: Exception) -> bool:
    """Would the same request succeed later? Every verb is one transaction, and it was not kept.

    Of SQLite's operational errors only the lock goes away by itself; a missing table does not. With
    PostgreSQL they are connections, locks and limits.
    """
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    return sqlite.is_busy(cause) if isinstance(cause, sqlite3.Error) else True


class BusyMiddleware:
    """A page that asks to send it again, in place of "something went wrong"."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_busy(error):
            return None
        # Without the context of other pages, which would ask the database.
        return HttpResponse(render_to_string("503.html"), status=STATUS, headers=RETRY_AFTER)
