"""The learning curve of TARGETS Q2: what is ranked how well after how many slates."""

from __future__ import annotations

import json
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommender.proof import curve_table, world
from recommender.ranking.errors import CannotLearn
from recommender.simulated.season import EmptyStore
from shop.progress import Progress


class Command(BaseCommand):
    help = (
        "Teach every rung by few and by many simulated slates, in memory, and judge it on fresh "
        "lists by the shoppers' true utility. Writes a table, JSON and a plot to DATA_DIR/reports."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--slates", type=int, nargs="+", default=[5, 50, 500, 2000, 5000])
        parser.add_argument(
            "--biased",
            type=int,
            nargs="+",
            default=[500, 2000, 8000],
            help="slates whose place p was examined with probability 1/p",
        )
        parser.add_argument("--fresh", type=int, default=300, help="lists to judge on, per seed")
        parser.add_argument("--seeds", type=int, default=5)
        parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")

    def handle(self, *args: Any, **options: Any) -> None:
        sizes, biased = sorted(set(options["slates"])), sorted(set(options["biased"]))
        seeds = options["seeds"]
        if min(*sizes, *biased) < 5 or options["fresh"] < 20 or seeds < 1:
            raise CommandError(
                "--slates and --biased must be 5 or more, --fresh 20 or more, --seeds 1 or more."
            )
        progress = Progress(1, out=self.stderr)
        progress.step("Learn and compare")
        try:
            figures = curve_table.run(
                world.read(),
                sizes=sizes,
                biased_sizes=biased,
                jobs=options["jobs"],
                seeds=list(range(1, seeds + 1)),
                fresh=options["fresh"],
                told=progress.update,
            )
        except (EmptyStore, CannotLearn) as error:
            raise CommandError(str(error)) from None
        progress.finish("Compared")
        table = curve_table.markdown(figures, seeds=seeds, fresh=options["fresh"])
        reports = settings.DATA_DIR / "reports"
        reports.mkdir(parents=True, exist_ok=True)
        (reports / "learning_curve.json").write_text(json.dumps(figures, indent=1))
        (reports / "learning_curve.md").write_text(f"{table}\n")
        (reports / "learning_curve.svg").write_text(curve_table.plot(figures))
        self.stdout.write(table)
