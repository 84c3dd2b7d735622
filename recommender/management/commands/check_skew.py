"""Compare what was served with what the feature code makes of the logged inputs."""

from __future__ import annotations

from collections import deque
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from recommender import skew
from recommender.learning.frames import ORIGINS
from tracking import log

SHOWN = 20


class Command(BaseCommand):
    help = "Rebuild the newest served vectors bit for bit; fails when one value differs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--slates", type=int, default=1000, help="how many of the newest")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = log.slates(now=timezone.now(), origins=ORIGINS, mature_only=False)
        found = skew.check(list(deque(rows, maxlen=options["slates"])))
        for problem in found.problems[:SHOWN]:
            self.stderr.write(problem)
        summary = (
            f"{found.slates} slates, {found.values:,} values: {found.differences} differences; "
            f"{found.tastes} tastes differ from the events; "
            f"{found.foreign} slates of other features, "
            f"{found.gone} whose snapshot or vectors are no longer kept."
        )
        if not found.clean:
            raise CommandError(summary)
        self.stdout.write(summary)
