"""The proof that the loop learns, and that it learns nothing where there is nothing to learn."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from recommender.proof import steps, world
from recommender.proof.finding import Finding
from recommender.simulated.season import EmptyStore
from shop.progress import Progress


class Command(BaseCommand):
    help = (
        "Teach rankers by simulated shoppers in memory and check what they learned, and that "
        "shuffled labels, noise and labels without variation teach nothing. Reads the store's "
        "catalogue and writes nothing but reports; fails when one claim does not hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--quick", action="store_true", help="a fifth of the runs and visits")
        parser.add_argument(
            "--only",
            nargs="+",
            choices=steps.NAMES,
            default=steps.NAMES,
            help="some of the steps; a report is written only of all of them",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sizes, reports = steps.Sizes(), settings.DATA_DIR / "reports"
        if options["quick"]:
            sizes = steps.Sizes(pool=700, runs=4, persona_slates=400, lists=60, stores=1)
        only = [name for name in steps.NAMES if name in options["only"]]
        progress = Progress(len(only) + 1, out=self.stderr)
        found = []
        try:
            for finding in steps.findings(
                world.read(),
                sizes=sizes,
                seed=options["seed"],
                plots=reports,
                told=progress.step,
                only=only,
            ):
                found.append(finding)
                self.stdout.write(finding.text)
        except EmptyStore as error:
            raise CommandError(str(error)) from None
        progress.finish("Proved")
        if len(only) == len(steps.NAMES):
            _report(found, seed=options["seed"])
        failed = sum(not finding.passed for finding in found)
        if failed:
            raise CommandError(
                f"{failed} of {len(found)} claims do not hold (seed {options['seed']})."
            )
        self.stdout.write(f"All {len(found)} claims hold (seed {options['seed']}).")


def _report(found: list[Finding], *, seed: int) -> None:
    reports = settings.DATA_DIR / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    body = {"seed": seed, "findings": [finding.as_json() for finding in found]}
    (reports / "prove_learning.json").write_text(json.dumps(body, indent=1))
    table = "\n".join(finding.row for finding in found)
    (reports / "prove_learning.md").write_text(f"| claim | figure | |\n|---|---|---|\n{table}\n")
