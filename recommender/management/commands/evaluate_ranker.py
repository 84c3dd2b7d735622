"""How well the ranker foresees real choices: ``manage.py evaluate_ranker``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from shop.progress import Progress

FEWEST_HOUSEHOLDS = 20


class Command(BaseCommand):
    help = (
        "Compares the ranker with tuned baselines on real grocery choices: those of the demo's "
        "data, or a shop's own (docs/evaluation-file.md). Writes table, figures and JSON to "
        "DATA_DIR/reports."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data",
            required=True,
            metavar="complete-journey|FILE",
            help="a Parquet file, or the demo's",
        )
        parser.add_argument("--households", type=int, help="draw so many; default: all")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--threads", type=int, default=2, help="for training trees")
        parser.add_argument(
            "--write", type=Path, metavar="FILE", help="only write the choices to a file for --data"
        )
        parser.add_argument(
            "--ablation", action="store_true", help="also what each feature is worth (an hour)"
        )
        parser.add_argument(
            "--curve", action="store_true", help="also how much is learned from how many choices"
        )
        parser.add_argument(
            "--coverage", action="store_true", help="also how many switches candidates cover"
        )
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        from threadpoolctl import threadpool_limits

        from recommender.ranking.choices import ablation, coverage, protocol, report
        from recommender.ranking.semantic import CharacterNgrams
        from recommender.real_choices import curve, drawings, source

        if options["households"] is not None and options["households"] < FEWEST_HOUSEHOLDS:
            raise CommandError("--households must be at least 20: fewer give no interval.")
        more = options["ablation"] + options["coverage"] + options["curve"]
        progress = Progress(2 + len(protocol.STEPS) + more, out=self.stderr)
        progress.step("Read the purchases")
        try:
            data = source.read(
                options["data"], households=options["households"], seed=options["seed"]
            )
        except source.Unreadable as error:
            raise CommandError(str(error)) from None
        if options["write"] is not None:
            rows = source.write(options["write"], data)
            progress.finish(f"Wrote {rows:,} purchases to {options['write']}")
            return
        progress.step("Embed the products' texts")
        text = CharacterNgrams().embed(data.texts)

        def told(share: float) -> None:
            progress.update(int(1000 * share), 1000)

        # ALS makes many small products; with several threads each it is many times slower.
        with threadpool_limits(1, "blas"):
            try:
                compared = protocol.run(
                    data.history,
                    text,
                    data.questions,
                    seed=options["seed"],
                    threads=options["threads"],
                    step=progress.step,
                    told=told,
                )
            except ValueError as error:
                raise CommandError(f"{options['data']}: {error}.") from None
            figures, tables = compared.figures, [report.markdown(compared.figures)]
            _keep(figures, tables, real_choices=drawings.methods(figures))
            if options["coverage"]:
                progress.step("Look where switches lead")
                figures["coverage"] = coverage.run(data.history, text, data.questions)
                tables.append(coverage.markdown(figures["coverage"]))
                _keep(figures, tables)
            if options["curve"]:
                progress.step("Learn from few and from many choices")
                figures["curve"] = curve.run(compared.prepared, seed=options["seed"], told=told)
                tables.append(curve.markdown(figures["curve"]))
                _keep(figures, tables, real_curve=curve.plot(figures["curve"]))
            if options["ablation"]:
                progress.step("Teach without each feature")
                figures["ablation"] = ablation.run(
                    compared.prepared, seed=options["seed"], threads=options["threads"], told=told
                )
                tables.append(ablation.markdown(figures["ablation"]))
                _keep(figures, tables, real_worth=drawings.worth(figures["ablation"]))
        progress.finish("Compared")
        self.stdout.write(json.dumps(figures) if options["json"] else "\n\n".join(tables))


def _keep(figures: dict[str, Any], tables: list[str], **drawings: str) -> None:
    """Writes what there is so far, so that a later part that is cut short costs nothing else."""
    reports = settings.DATA_DIR / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    (reports / "evaluate_ranker.json").write_text(json.dumps(figures, indent=1))
    (reports / "evaluate_ranker.md").write_text("\n\n".join([*tables, ""]))
    for name, drawing in drawings.items():
        (reports / f"{name}.svg").write_text(drawing)
