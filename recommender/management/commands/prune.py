"""Delete what the retention settings do not keep."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from recommender.learning import retention


class Command(BaseCommand):
    help = (
        "Delete log rows, tastes, rankers, training partitions, snapshots and vectors that are "
        "older than the settings keep, and files that no row names. A worker does it once a day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def handle(self, *args: Any, **options: Any) -> None:
        look = retention.plan if options["dry_run"] else retention.prune
        found = look(now=timezone.now())
        lines = list(found.lines()) or ["nothing"]
        words = "Would be deleted" if options["dry_run"] else "Deleted"
        self.stdout.write("\n".join([f"{words}:", *(f"  {line}" for line in lines)]))
        if options["verbosity"] > 1:
            rows = [version.tag for version in found.versions]
            rows += [partition.name for partition in found.partitions]
            rows += [f"{row.kind} {row.tag}" for row in found.columns]
            rows += [f"{storage}/{name}" for storage, name in found.files]
            self.stdout.write("\n".join(rows))
