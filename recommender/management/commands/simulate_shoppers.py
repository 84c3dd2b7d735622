"""Let the four personas shop, through the store's own code."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from recommender.ranking.personas import Persona
from recommender.simulated import season
from recommender.simulated.visit import Visit
from shop.progress import Progress


class Command(BaseCommand):
    help = (
        "Simulated shoppers browse, go over a budget, look at swaps and buy. Everything they leave "
        "has the origin 'simulated'. The same seed on the same store gives the same visits."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sessions", type=int, default=200)
        parser.add_argument("--slate-size", type=int, default=5)
        parser.add_argument("--seed", type=int, default=42)
        parser.add_argument(
            "--start", help="first day, ISO; default: 35 days before the last order"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        sessions, size = options["sessions"], options["slate_size"]
        if sessions < 1 or size < 2:
            raise CommandError("--sessions must be 1 or more, --slate-size 2 or more.")
        progress = Progress(1, out=self.stdout)
        progress.step("Simulated shoppers")
        try:
            visits = season.run(
                sessions=sessions,
                slate_size=size,
                seed=options["seed"],
                start=_start(options["start"]),
                told=progress.update,
            )
        except season.EmptyStore as error:
            raise CommandError(str(error)) from None
        progress.finish(f"{sessions:,} simulated sessions with {size} swaps each")
        self.stdout.write(_statistics(visits))


def _start(given: str | None) -> datetime | None:
    if given is None:
        return None
    try:
        moment = parse_datetime(given)
        day = parse_date(given) if moment is None else None
    except ValueError:
        moment = day = None
    if day is not None:
        moment = datetime(day.year, day.month, day.day)
    if moment is None:
        raise CommandError(f"--start is {given!r}, which is no date such as 2026-05-01.")
    return timezone.localtime(moment if timezone.is_aware(moment) else timezone.make_aware(moment))


def _statistics(visits: Sequence[Visit]) -> str:
    lines = [f"{'persona':<20}{'sessions':>9}{'looked at':>11}{'accepted':>10}{'taken back':>12}"]
    for persona in Persona:
        own = [visit for visit in visits if visit.persona == persona]
        lines.append(
            f"{persona:<20}{len(own):>9}{sum(visit.looked_at for visit in own):>11}"
            f"{sum(visit.accepted for visit in own):>10}"
            f"{sum(visit.taken_back for visit in own):>12}"
        )
    strangers = sum(not visit.member for visit in visits)
    return "\n".join([*lines, f"{strangers} of {len(visits)} shopped without an account."])
