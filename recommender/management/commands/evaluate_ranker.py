"""How well the ranker foresees real choices: ``manage.py evaluate_ranker``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from shop.progress import Progress


class Command(BaseCommand):
    help = "Compares the ranker with its baselines on a year of real grocery choices."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", required=True, choices=["complete-journey"])
        parser.add_argument("--households", type=int, help="draw so many; default: all")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        from recommender import complete_journey
        from recommender.ranking.choices import protocol, report
        from recommender.ranking.semantic import CharacterNgrams
        from shop.complete_journey.files import PackageMissing

        if options["households"] is not None and options["households"] < 20:
            raise CommandError("--households must be at least 20: fewer give no interval.")
        progress = Progress(6, out=self.stderr)
        progress.step("Read the purchases")
        try:
            history, texts = complete_journey.read()
        except PackageMissing as error:
            raise CommandError(str(error)) from None
        progress.step("Embed the products' texts")
        text = CharacterNgrams().embed(texts)
        households = complete_journey.draw_households(
            history, options["households"], seed=options["seed"]
        )
        figures = protocol.run(
            history,
            text,
            households,
            seed=options["seed"],
            threads=2,
            step=progress.step,
            told=lambda share: progress.update(int(1000 * share), 1000),
        )
        progress.finish("Compared")
        reports = settings.DATA_DIR / "reports"
        reports.mkdir(parents=True, exist_ok=True)
        (reports / "evaluate_ranker.json").write_text(json.dumps(figures, indent=1))
        self.stdout.write(json.dumps(figures) if options["json"] else report.markdown(figures))
