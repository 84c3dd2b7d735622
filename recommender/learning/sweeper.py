"""One thread in every worker that asks the database each second what is to be done.

Broker messages get lost; a due bucket does not. The thread outlives every error.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from celery.signals import worker_ready, worker_shutting_down
from django.db import close_old_connections, connection
from django.utils import timezone

from recommender import conf
from recommender.learning import erasure, lease, refit, retention, standby, trainer
from recommender.serving import processes
from shop import usual_prices

logger = logging.getLogger(__name__)

ASKS_EVERY_SECONDS = 600.0

_stop = threading.Event()
_asked = float("-inf")


def sweep() -> None:
    """One round: start what is due in a thread of its own."""
    now = timezone.now()
    due = lease.due_bucket() is not None or trainer.without_weights() is not None
    due = due or erasure.due(now=now) or retention.due(now=now)
    if due and not _training.is_alive():
        _start_training()


def work() -> None:
    """Whatever is due, one after the other, the training first."""
    trainer.run_if_due()
    trainer.weigh_if_overdue()
    erasure.run(now=timezone.now())
    retention.prune_daily(now=timezone.now())


def daily() -> None:
    """What one worker does once a day; asked about every ten minutes."""
    global _asked  # noqa: PLW0603 this process's own clock
    if time.monotonic() - _asked < ASKS_EVERY_SECONDS:
        return
    _asked = time.monotonic()
    usual_prices.refresh_if_due(now=timezone.now())
    refit.start_if_due(now=timezone.now())


def _start_training() -> None:
    global _training  # noqa: PLW0603 one training thread per worker
    _training = threading.Thread(target=_train, name="training", daemon=True)
    _training.start()


def _train() -> None:
    try:
        work()
    except Exception:
        logger.exception("what was due could not be done; the next round tries again")
        time.sleep(conf.current().check_seconds)
    finally:
        connection.close()


def _forever() -> None:
    while not _stop.wait(conf.current().check_seconds):
        try:
            close_old_connections()
            standby.prepare()
            sweep()
            daily()
        except Exception:
            logger.exception("the sweeper stumbled; the next round tries again")


_training = threading.Thread()


@worker_ready.connect  # type: ignore[untyped-decorator]
def start(**_: Any) -> None:
    """Celery calls this once in the worker's main process."""
    _stop.clear()
    threading.Thread(target=_forever, name="sweeper", daemon=True).start()
    processes.Follower("worker").start()


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def stop(**_: Any) -> None:
    """No new training is started once the worker is told to stop."""
    _stop.set()
