"""Who may train: one row, taken by a conditional update, with a fencing number.

A holder that was paused past its lease finds its fence overtaken and can no longer publish. Buckets
coalesce: the lease is taken for the newest due bucket, and finishing it satisfies all older ones.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import DatabaseError, connection, transaction
from django.db.models import Case, F, Q, QuerySet, When
from django.utils import timezone

from recommender import conf
from recommender.models import TrainingRun
from tracking import log

logger = logging.getLogger(__name__)

LONGEST_BACKOFF = 300


def due_bucket() -> int | None:
    """The newest bucket of purchases that no training has satisfied yet; None when there is none.

    Every ``RETRAIN_EVERY``-th purchase completes a bucket. Somebody who asks for a training makes
    the newest one due again.
    """
    bucket = log.purchases() // conf.current().retrain_every
    run = TrainingRun.objects.filter(pk=1).values_list("trained_bucket", "asked_at").first()
    trained, asked_at = run or (0, None)
    return bucket if bucket > trained or asked_at is not None else None


def ask(*, now: datetime) -> None:
    """Let the workers train once more, whether or not a bucket is due."""
    TrainingRun.objects.get_or_create(pk=1)
    TrainingRun.objects.filter(pk=1).update(asked_at=now)


def take(bucket: int, *, now: datetime, by_hand: bool = False) -> int | None:
    """Take the lease for ``bucket``; the fence to show later, or None when it is not to be had.

    It is not to be had while another holder's lease runs, or when ``bucket`` is already satisfied;
    the latter does not matter to a training started ``by_hand``.
    """
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    wanted = Q(trained_bucket__lt=bucket) | Q(asked_at__isnull=False)
    if by_hand:
        # Somebody who asks need not wait out the pause after a breakdown.
        free, wanted = free | ~Q(state=TrainingRun.State.RUNNING), Q()
    with transaction.atomic():
        TrainingRun.objects.get_or_create(pk=1)
        taken = TrainingRun.objects.filter(free, wanted, pk=1).update(
            bucket=bucket,
            fence=F("fence") + 1,
            # A newer bucket has not been tried yet, whatever became of the one before it.
            attempts=Case(When(bucket=bucket, then=F("attempts") + 1), default=1),
            leased_until=now + timedelta(seconds=conf.current().lease_seconds),
            state=TrainingRun.State.RUNNING,
            message="",
            started_at=now,
            ended_at=None,
        )
        if not taken:
            return None
        # The update holds the row's lock until the end of this transaction.
        return TrainingRun.objects.values_list("fence", flat=True).get(pk=1)


def renew(fence: int, *, now: datetime) -> bool:
    """Hold the lease longer; False when it belongs to somebody else by now."""
    until = now + timedelta(seconds=conf.current().lease_seconds)
    return bool(_held(fence).update(leased_until=until))


@contextmanager
def renewed(fence: int) -> Iterator[None]:
    """Renews the lease from a thread while the block runs; a paused process stops renewing.

    After ``TRAINING_SECONDS`` it is renewed no more: the worker that would end a training which
    hangs may be gone itself, and then this one would keep all others out for ever.
    """
    ended = threading.Event()
    until = time.monotonic() + conf.current().training_seconds

    def keep() -> None:
        while not ended.wait(conf.current().lease_seconds / 3) and time.monotonic() < until:
            try:
                renew(fence, now=timezone.now())
            except DatabaseError:
                logger.exception("the lease could not be renewed; the next turn tries again")
        connection.close()

    thread = threading.Thread(target=keep, name="lease", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def holds(fence: int) -> bool:
    """Does ``fence`` still hold the lease? Call inside the transaction that depends on it."""
    return _held(fence).select_for_update().exists()


def finish(fence: int, *, state: TrainingRun.State, message: str, now: datetime) -> bool:
    """The bucket is satisfied, whatever came of it; False when the lease was lost before."""
    _answer(fence)
    return bool(
        _held(fence).update(
            trained_bucket=F("bucket"),
            attempts=0,
            leased_until=None,
            state=state,
            message=message,
            ended_at=now,
        )
    )


def fail(fence: int, *, message: str, now: datetime) -> bool:
    """The training broke down: the bucket stays due and is tried again, each time a bit later.

    After ``TRAINING_ATTEMPTS`` it is given up, and the next bucket is the next to be tried.
    """
    run = _held(fence).first()
    if run is None:
        return False
    if run.attempts >= conf.current().training_attempts:
        return _give_up(run, message, now=now)
    pause = timedelta(seconds=min(2**run.attempts, LONGEST_BACKOFF))
    return bool(
        _held(fence).update(
            leased_until=now + pause,
            state=TrainingRun.State.FAILED,
            message=message,
            ended_at=now,
        )
    )


def give_up_lost(*, now: datetime) -> bool:
    """Give up a bucket whose last holder vanished with the last attempt; True when that was so."""
    run = TrainingRun.objects.filter(
        pk=1,
        state=TrainingRun.State.RUNNING,
        leased_until__lt=now,
        attempts__gte=conf.current().training_attempts,
    ).first()
    if run is None:
        return False
    return _give_up(run, "the process that trained it is gone", now=now)


def _give_up(run: TrainingRun, message: str, *, now: datetime) -> bool:
    """The bucket counts as satisfied; the attempts stay, for an alarm to count them."""
    told = (
        f"Bucket {run.bucket} was given up after {run.attempts} attempts; the last one: "
        f"{message.rstrip('.')}. The live policy stays."
    )
    _answer(run.fence)
    return bool(
        _held(run.fence).update(
            trained_bucket=F("bucket"),
            leased_until=None,
            state=TrainingRun.State.FAILED,
            message=told,
            ended_at=now,
        )
    )


def _answer(fence: int) -> None:
    """Who asked for a training has had it; what was asked for meanwhile is still to be done."""
    _held(fence).filter(asked_at__lte=F("started_at")).update(asked_at=None)


def _held(fence: int) -> QuerySet[TrainingRun]:
    return TrainingRun.objects.filter(pk=1, fence=fence, state=TrainingRun.State.RUNNING)
