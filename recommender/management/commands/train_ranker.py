"""Train a ranker on the store's judged slates and, if it earned it, put it live."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from recommender import conf, report
from recommender.learning import lease, training
from recommender.learning.trainer import REFUSED
from recommender.models import TrainingRun
from recommender.ranking.errors import ForeignFingerprint
from recommender.ranking.training_set import TrainingSet, from_parquet
from recommender.serving import live_ranker
from tracking import log


class Command(BaseCommand):
    # The worker that spawns this has passed them.
    requires_system_checks: list[str] = []
    help = (
        "Train on the log (or a Parquet file), compare on later slates, publish through the gate. "
        "Ends with code 3 when there is nothing to learn; the live ranker then stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--data", type=Path, help="a file of export_training_data")
        parser.add_argument("--bucket", type=int, help="with --fence: a lease taken by a worker")
        parser.add_argument("--fence", type=int)
        parser.add_argument(
            "--when-told",
            action="store_true",
            help="load what a training needs, then wait for a line with bucket and fence",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        named = (options["bucket"], options["fence"])
        if options["when_told"]:
            told = _told()
            if told is None:
                return
            named = told
        given = _read(options["data"]) if options["data"] else None
        bucket, fence = _leased(*named)
        threads = conf.current().training_threads
        try:
            outcome = training.held(bucket=bucket, fence=fence, training=given, threads=threads)
        except training.LeaseLost as error:
            raise CommandError(f"{error}.") from error
        if outcome.state == TrainingRun.State.REFUSED:
            self.stderr.write(outcome.message)
            sys.exit(REFUSED)
        if outcome.version is not None:
            self.stdout.write(report.text(outcome.version))
        self.stdout.write(outcome.message)


def _told() -> tuple[int, int] | None:
    """Bucket and fence, as a worker writes them when one is due; None when the worker is gone."""
    live_ranker.load_libraries()
    words = sys.stdin.readline().split()
    # Whoever looks sees by its input that this process waits no longer.
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), sys.stdin.fileno())
    return (int(words[0]), int(words[1])) if words else None


def _read(path: Path) -> TrainingSet:
    try:
        return from_parquet(path.read_bytes())
    except ForeignFingerprint as error:
        raise CommandError(f"{path}: {error}.", returncode=REFUSED) from error
    except (OSError, ValueError) as error:
        raise CommandError(f"{path} is no training file: {error}") from error


def _leased(bucket: int | None, fence: int | None) -> tuple[int, int]:
    if bucket is not None and fence is not None:
        return bucket, fence
    if bucket is not None or fence is not None:
        raise CommandError("--bucket and --fence go together: they name a lease that was taken.")
    bucket = log.purchases() // conf.current().retrain_every
    fence = lease.take(bucket, now=timezone.now(), by_hand=True)
    if fence is None:
        raise CommandError("Another training runs at this moment; try again when it has ended.")
    return bucket, fence
