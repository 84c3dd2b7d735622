"""Which generation each web and worker process serves, so that anybody can see all of them follow.

A thread in every process looks at the live tag each second, with or without requests, and keeps one
row of its own: written when something changes, and slowly otherwise to say that it lives.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.db import close_old_connections
from django.db.models import QuerySet
from django.utils import timezone

from recommender import conf
from recommender.models import ServingProcess
from recommender.serving import live_ranker

logger = logging.getLogger(__name__)

SILENT_BEATS = 3
"""A process that has missed so many heartbeats is gone."""


@dataclass(frozen=True)
class Told:
    """What the process wrote about itself last."""

    generation: int
    problem: str


class Follower:
    """Keeps one process on the live generation and its row true; ``role`` is web or worker.

    ``after`` is called after every look, so that no page has to wait for what it makes ready.
    """

    def __init__(self, role: str, after: Callable[[], object] = lambda: None) -> None:
        self.role, self.after = role, after
        self._told: Told | None = None
        self._due = timezone.now()

    def start(self) -> None:
        """Look every ``CHECK_SECONDS`` from a thread. Never in a process that forks afterwards."""
        threading.Thread(target=self._forever, name="follower", daemon=True).start()

    def look(self) -> None:
        """Follow the live tag once; one query while nothing has changed."""
        live = live_ranker.current()
        now = Told(live.generation, live_ranker.health.problem)
        if now != self._told or timezone.now() >= self._due:
            self._tell(now)

    def _tell(self, told: Told) -> None:
        now = timezone.now()
        beat = timedelta(seconds=conf.current().heartbeat_seconds)
        values = {"role": self.role, "seen_at": now}
        if told != self._told:
            values |= {"generation": told.generation, "problem": told.problem, "since": now}
        me = {"host": socket.gethostname()[:120], "pid": os.getpid()}
        # A row of an earlier process with this number is taken over.
        ServingProcess.objects.update_or_create(**me, defaults=values, create_defaults=me | values)
        ServingProcess.objects.filter(seen_at__lt=now - SILENT_BEATS * beat).delete()
        self._told, self._due = told, now + beat

    def _forever(self) -> None:
        try:
            live_ranker.load_libraries()
        except Exception:
            logger.exception("what rankers need could not be loaded; the first ranker tries again")
        while True:
            time.sleep(conf.current().check_seconds)
            try:
                close_old_connections()
                self.look()
                self.after()
                close_old_connections()
            except Exception:
                logger.exception("the follower stumbled; the next round tries again")
                # The row may be gone, or half known: write it whole.
                self._told = None


def serving() -> QuerySet[ServingProcess]:
    """The processes that were heard of lately."""
    lately = SILENT_BEATS * timedelta(seconds=conf.current().heartbeat_seconds)
    return ServingProcess.objects.filter(seen_at__gte=timezone.now() - lately)


def told() -> list[dict[str, object]]:
    """Role and generation of each process, for everybody: no host, no number."""
    return [
        {"role": role, "generation": generation, "problem": problem}
        for role, generation, problem in serving().values_list("role", "generation", "problem")
    ]
