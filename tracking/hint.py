"""Tells the workers that something was bought. The database is the truth; this may get lost.

How long a dead broker may hold a checkout is bounded by the broker options in the settings; the
breaker here makes the next checkouts not wait at all.
"""

from __future__ import annotations

import logging
import threading
import time

from celery import current_app
from django.conf import settings

logger = logging.getLogger(__name__)

PAUSE = 10.0
# A worker that comes back after an outage finds due work by itself; old hints are only ballast.
EXPIRES = 60


class Breaker:
    """Open for ``pause`` seconds after a failure; says once that it failed, once that it works."""

    def __init__(self, pause: float) -> None:
        self.pause = pause
        self.failed = False
        self.closed_at = 0.0
        self.lock = threading.Lock()

    def lets_pass(self) -> bool:
        return time.monotonic() >= self.closed_at

    def failure(self, error: Exception) -> None:
        with self.lock:
            first, self.failed = not self.failed, True
            self.closed_at = time.monotonic() + self.pause
        if first:
            logger.warning("The after-purchase hint was not sent (%s); workers sweep.", error)

    def success(self) -> None:
        with self.lock:
            again, self.failed = self.failed, False
        if again:
            logger.info("After-purchase hints are sent again.")


breaker = Breaker(PAUSE)


def send() -> None:
    """Send the task named in ``settings.AFTER_PURCHASE_TASK`` without arguments; never raises."""
    if not breaker.lets_pass():
        return
    try:
        current_app.send_task(
            settings.AFTER_PURCHASE_TASK, ignore_result=True, retry=False, expires=EXPIRES
        )
    except Exception as error:
        # Whatever a broker client raises, the order is placed and must be answered as such.
        breaker.failure(error)
    else:
        breaker.success()
