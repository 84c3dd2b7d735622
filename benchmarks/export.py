"""TARGETS S8: does exporting the newest day depend on how large the log is?

    python -m benchmarks.export [events …]     (10,000,000 and 100,000 when none are given)

Fills a SQLite log of each size (ten million events take about ten minutes and 12 GB), then exports
in turn from each, in processes of their own: the newest day, and all eight days that are open, as a
training does that finds everything before them exported. Prints medians and their ratio.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIZES = (10_000_000, 100_000)
ROUNDS = 9
STEPS = {"day": "the newest day", "training": "the eight open days"}


def serve(events: int) -> None:
    """The child: fills its log, then answers every line with the seconds that an export took."""
    import django

    django.setup()
    from django.core.management import call_command

    from benchmarks import filled_log
    from recommender.learning import partitions
    from recommender.models import Partition
    from recommender.ranking.features.schema import fingerprint

    call_command("migrate", verbosity=0)
    filled_log.fill(events)
    newest = filled_log.NEWEST_DAY
    now, since = newest + timedelta(days=1), newest - timedelta(days=180)
    first_open = (newest - timedelta(days=filled_log.OPEN_DAYS - 1)).date()
    Partition.objects.bulk_create(
        Partition(
            day=first_open - timedelta(days=ago),
            fingerprint=fingerprint(),
            rows=0,
            slates=0,
            final=True,
            made_at=now,
        )
        for ago in range(1, 181)
    )
    print("ready", flush=True)
    for line in sys.stdin:
        Partition.objects.filter(day__gte=first_open).delete()
        start = time.perf_counter()
        if line.strip() == "day":
            made = [partitions.export(newest.date(), now=now)]
        else:
            made = partitions.bring_up_to_date(now=now, since=since)
        seconds = time.perf_counter() - start
        print(json.dumps([seconds, sum(part.slates for part in made)]), flush=True)


def main(sizes: list[int]) -> None:
    """Fill the logs, then export from each in turn."""
    print(f"{os.cpu_count()} cores, load before the run {os.getloadavg()[0]:.1f}\n")
    with ExitStack() as stack:
        children = [stack.enter_context(_child(stack, events)) for events in sizes]
        for child in children:
            if child.stdout.readline().strip() != "ready":
                raise SystemExit("a log could not be filled")
        print("| events | export | slates | median | least | most | ratio |")
        print("|---|---|---|---|---|---|---|")
        for step, words in STEPS.items():
            took: list[list[float]] = [[] for _ in children]
            slates = 0
            for _ in range(ROUNDS):
                for at, child in enumerate(children):
                    seconds, slates = _ask(child, step)
                    took[at].append(seconds)
            least = statistics.median(took[-1])
            for events, own in zip(sizes, took, strict=True):
                middle = statistics.median(own)
                print(
                    f"| {events:,} | {words} | {slates:,} | {middle:.3f} s | {min(own):.3f} s | "
                    f"{max(own):.3f} s | {middle / least:.2f} |",
                    flush=True,
                )


def _child(stack: ExitStack, events: int) -> subprocess.Popen[str]:
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="basketwise-export-"))
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.export", "--serve", str(events)],
        cwd=ROOT,
        env={
            **os.environ,
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "OMP_NUM_THREADS": "1",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _ask(child: subprocess.Popen[str], step: str) -> tuple[float, int]:
    child.stdin.write(f"{step}\n")
    child.stdin.flush()
    seconds, slates = json.loads(child.stdout.readline())
    return seconds, slates


if __name__ == "__main__":
    if sys.argv[1:2] == ["--serve"]:
        serve(int(sys.argv[2]))
    else:
        main([int(given) for given in sys.argv[1:]] or list(SIZES))
