"""The quality table of the README: what learning from simulated shoppers is worth."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommender.simulated import comparison, season
from shop.progress import Progress


class Command(BaseCommand):
    help = (
        "Teach the rankers by simulated sessions and judge them on fresh ones of another seed. "
        "Nothing of it stays in the store; its database is busy meanwhile."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sessions", type=int, nargs="+", default=[200, 2000])
        parser.add_argument("--fresh", type=int, default=2000)
        parser.add_argument("--seeds", type=int, default=5)
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        if min(*options["sessions"], options["fresh"]) < 50 or options["seeds"] < 1:
            raise CommandError("--sessions and --fresh must be 50 or more, --seeds 1 or more.")
        progress = Progress(1, out=self.stderr)
        progress.step("Simulate, learn, compare")
        try:
            result = comparison.run(
                sizes=options["sessions"],
                fresh=options["fresh"],
                seeds=list(range(1, options["seeds"] + 1)),
                told=progress.update,
            )
        except season.EmptyStore as error:
            raise CommandError(str(error)) from None
        progress.finish("Compared")
        reports = settings.DATA_DIR / "reports"
        reports.mkdir(parents=True, exist_ok=True)
        (reports / "compare_rankers.json").write_text(json.dumps(result, indent=1))
        self.stdout.write(
            json.dumps(result)
            if options["json"]
            else comparison.markdown(result, fresh=options["fresh"], seeds=options["seeds"])
        )
