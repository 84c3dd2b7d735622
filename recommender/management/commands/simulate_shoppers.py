"""Let the four personas shop, through the store's own code."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Max
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from recommender import snapshot, vectors
from recommender.ranking.personas import Persona
from recommender.simulated_cart import Shelves, visiting_times
from recommender.simulated_visit import Visit, play
from shop.models import Member, Order
from shop.progress import Progress

DAYS = 35
MOST_TRIES = 3
"""For every session wanted, so many visits may end without a full slate."""


class Command(BaseCommand):
    help = (
        "Simulated shoppers browse, go over a budget, look at swaps and buy. Everything they leave "
        "has the origin 'simulated'. The same seed on the same store gives the same visits."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--sessions", type=int, default=200)
        parser.add_argument("--slate-size", type=int, default=5)
        parser.add_argument("--seed", type=int, default=42)
        parser.add_argument("--start", help="first day, ISO; default: 35 days before the last order")
        parser.add_argument("--quiet", action="store_true", help="say nothing unless it fails")

    def handle(self, *args: Any, **options: Any) -> None:
        sessions, size = options["sessions"], options["slate_size"]
        if sessions < 1 or size < 2:
            raise CommandError("--sessions must be 1 or more, --slate-size 2 or more.")
        shelves = Shelves(snapshot.current(), vectors.current())
        if not len(shelves.snapshot.product_id):
            raise CommandError("The store has no products yet: load a catalogue first.")
        rng = np.random.default_rng(options["seed"])
        members = list(
            Member.objects.filter(household_id__isnull=False)
            .order_by("household_id")
            .values_list("pk", flat=True)
        )
        times = visiting_times(
            sessions * MOST_TRIES, start=_start(options["start"]), days=DAYS, rng=rng
        )
        # Every session keeps its moment, whichever visits before it found no full slate.
        moments = iter(times[::MOST_TRIES])
        progress = Progress(1, out=None if options["quiet"] else self.stdout)
        progress.step("Simulated shoppers")
        visits: list[Visit] = []
        for done in range(sessions):
            visits.append(_full_visit(shelves, members, next(moments), size, rng))
            progress.update(done + 1, sessions)
        progress.finish(f"{sessions:,} simulated sessions with {size} swaps each")
        if not options["quiet"]:
            self.stdout.write(_statistics(visits))


def _full_visit(
    shelves: Shelves, members: list[int], moment: datetime, size: int, rng: np.random.Generator
) -> Visit:
    for _ in range(MOST_TRIES * 3):
        visit = play(shelves, members, started_at=moment, slate_size=size, rng=rng)
        if visit.qid is not None:
            return visit
    raise CommandError(
        f"The store has too few cheaper alternatives for slates of {size}: "
        "try a smaller --slate-size or a larger catalogue."
    )


def _start(given: str | None) -> datetime:
    """Fixed by the store's history, so that a seed means the same visits tomorrow."""
    if given is None:
        real = Order.objects.exclude(origin=Order.Origin.SIMULATED)
        newest: datetime = real.aggregate(newest=Max("placed_at"))["newest"] or timezone.now()
        return timezone.localtime(newest) - timedelta(days=DAYS)
    moment = parse_datetime(given) or parse_datetime(f"{given}T00:00")
    if moment is None:
        raise CommandError(f"--start is {given!r}, which is no date.")
    return timezone.localtime(moment if timezone.is_aware(moment) else timezone.make_aware(moment))


def _statistics(visits: list[Visit]) -> str:
    lines = [f"{'persona':<20}{'sessions':>9}{'looked at':>11}{'accepted':>10}{'taken back':>12}"]
    counts = Counter(visit.persona for visit in visits)
    for persona in Persona:
        own = [visit for visit in visits if visit.persona == persona]
        lines.append(
            f"{persona:<20}{counts[persona]:>9}{sum(v.looked_at for v in own):>11}"
            f"{sum(v.accepted for v in own):>10}{sum(v.taken_back for v in own):>12}"
        )
    strangers = sum(not visit.member for visit in visits)
    return "\n".join([*lines, f"{strangers} of {len(visits)} shopped without an account."])
