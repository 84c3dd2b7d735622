"""Measure what a ranker leans on, from the training set that was stored with it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommender import conf, report
from recommender.learning import training
from recommender.models import RankerVersion


class Command(BaseCommand):
    # The worker that spawns this has passed them.
    requires_system_checks: list[str] = []
    help = "Measure held-out importance again; for a ranker whose training was interrupted."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tag")

    def handle(self, *args: Any, **options: Any) -> None:
        version = RankerVersion.objects.filter(tag=options["tag"]).first()
        if version is None:
            raise CommandError(f"There is no ranker {options['tag']!r}.")
        training.weigh(version, threads=conf.current().training_threads)
        version.refresh_from_db()
        self.stdout.write(report.text(version))
