"""Bring a shop's own catalogue into the store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from shop.catalogue_file import photographs, plan
from shop.catalogue_file.columns import BrokenFile, map_columns, parse_renamed
from shop.catalogue_file.items import Checked, check
from shop.catalogue_file.read import read
from shop.progress import Progress

WARNINGS_SHOWN = 20


class Command(BaseCommand):
    help = (
        "Load products from a CSV or Parquet file, one row per SKU; see docs/catalogue-file.md. "
        "Good rows are loaded together, bad rows are listed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would change only")
        parser.add_argument(
            "--map",
            nargs="+",
            default=[],
            metavar="theirs=ours",
            help="which column of the file is which of ours",
        )

        parser.add_argument(
            "--pictures",
            type=Path,
            help="where the files of the picture column are (the file's folder)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        progress = Progress(2, out=self.stdout)
        dry_run: bool = options["dry_run"]
        try:
            header, rows = read(options["file"])
            places = map_columns(header, renamed=parse_renamed(options["map"]))
            progress.step("Checking the rows")
            checked = check(rows, places=places, width=len(header))
        except BrokenFile as broken:
            raise CommandError(f"{broken} Nothing was loaded.") from None
        if not dry_run:
            photographs.take(checked, folder=options["pictures"] or options["file"].parent)
        progress.step("Comparing with the store" if dry_run else "Writing products")
        outcome = plan.apply(checked.items, now=timezone.now(), dry_run=dry_run, progress=progress)
        left = [title for place, title in enumerate(header) if place not in places.values()]
        if left:
            self.stdout.write(f"Columns not used: {', '.join(left)}.")
        if "stock" not in places and outcome.new:
            self.stdout.write("No stock column: new products have a stock of 0 and cannot be sold.")
        self._tell(checked)
        bad = len({problem.row for problem in checked.problems})
        progress.finish(
            f"{'Dry run, nothing written: ' if dry_run else ''}{checked.rows:,} rows: "
            f"{outcome.new:,} new, {outcome.changed:,} changed, {outcome.unchanged:,} unchanged, "
            f"{bad:,} refused; {outcome.prices:,} prices recorded."
        )

    def _tell(self, checked: Checked) -> None:
        for problem in checked.problems:
            self.stdout.write(f"Refused: {problem}")
        for warning in checked.warnings[:WARNINGS_SHOWN]:
            self.stdout.write(f"Note: {warning}")
        if len(checked.warnings) > WARNINGS_SHOWN:
            more = len(checked.warnings) - WARNINGS_SHOWN
            self.stdout.write(f"… and {more:,} notes more.")
