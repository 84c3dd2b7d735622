"""Everything that the demo store needs before it opens; what is done already is not done again."""

from __future__ import annotations

import secrets
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from recommender import conf
from recommender.learning import lease, training
from recommender.models import ColumnsFile, RankerVersion
from recommender.serving import snapshot, vectors
from recommender.simulated import season
from shop.complete_journey import load, store
from shop.complete_journey.files import PackageMissing
from shop.models import Member
from shop.progress import Progress
from tracking import log
from tracking.models import Origin, Session

PRODUCTS = 5000
SESSIONS, SLATE_SIZE, SEED = 400, 5, 42
MORE_SESSIONS, MOST_SESSIONS = 200, 1200
"""So many more visit while the gate lets no ranker through, up to so many in all."""
STAFF = "staff@basketwise.example"


class Command(BaseCommand):
    help = "Migrate, load the demo data, fit, simulate shoppers, train, and make a staff login."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        loaded = store.is_loaded()
        fitted = ColumnsFile.objects.filter(kind=ColumnsFile.Kind.VECTORS).exists()
        missing = SESSIONS - _visits()
        trained = RankerVersion.objects.exists()
        steps = (
            (0 if loaded else load.STEPS)
            + (not fitted)
            + (missing > 0 and not trained)
            + (not trained)
        )
        progress = Progress(steps, out=self.stdout)
        if not loaded:
            self._load(progress)
        if not fitted:
            progress.step("Learning who buys what, and what resembles what")
            vectors.fit(now=timezone.now())
        if missing > 0 and not trained:
            progress.step("Simulated shoppers")
            _visit(missing, progress)
        message = ""
        if not trained:
            progress.step("Training the ranker")
            message = _train()
            while not _live() and _visits() + MORE_SESSIONS <= MOST_SESSIONS:
                progress.steps += 2
                progress.step("More simulated shoppers: the gate was not sure yet")
                _visit(MORE_SESSIONS, progress)
                progress.step("Training the ranker again")
                message = _train()
        snapshot.current()
        if steps:
            progress.finish("The demo store is ready")
            self.stdout.write(message)
        self._staff()

    def _load(self, progress: Progress) -> None:
        try:
            load.load(count=PRODUCTS, now=timezone.now(), progress=progress)
        except PackageMissing as error:
            raise CommandError(str(error)) from None
        load.analyse()

    def _staff(self) -> None:
        if Member.objects.filter(is_superuser=True).exists():
            return
        password = secrets.token_urlsafe(9)
        Member.objects.create_superuser(STAFF, password)
        self.stdout.write(f"Staff login (shown only now): {STAFF}  password: {password}")


def _visits() -> int:
    return Session.objects.filter(origin=Origin.SIMULATED).count()


def _visit(sessions: int, progress: Progress) -> None:
    # A seed of its own each time, also after an interruption, so that no visit is played twice.
    season.run(
        sessions=sessions, slate_size=SLATE_SIZE, seed=SEED + _visits(), told=progress.update
    )


def _live() -> bool:
    return RankerVersion.objects.filter(status=RankerVersion.Status.LIVE).exists()


def _train() -> str:
    bucket = log.purchases() // conf.current().retrain_every
    fence = lease.take(bucket, now=timezone.now(), by_hand=True)
    if fence is None:
        raise CommandError("Another training runs at this moment; try again when it has ended.")
    outcome = training.held(bucket=bucket, fence=fence, threads=conf.current().training_threads)
    return outcome.message
