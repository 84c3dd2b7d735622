"""The worker's side of a training: takes the lease, tells the process that trains, watches it.

LightGBM is never loaded here: a process of its own uses two threads, and may be killed.
"""

from __future__ import annotations

import logging
import os
import subprocess
import time
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from recommender import conf
from recommender.learning import lease, standby
from recommender.models import RankerVersion

logger = logging.getLogger(__name__)

LOOK_EVERY = 0.2
"""Seconds between two looks at a running training."""

REFUSED = 3
"""Exit code of ``train_ranker`` when there is nothing to learn: no breakdown."""


def run_if_due() -> bool:
    """Train the newest due bucket, unless somebody else does; True when it was done here.

    Blocks until the training has ended. May be called by any number of processes at any time.
    """
    if lease.give_up_lost(now=timezone.now()):
        logger.error("a bucket was given up after %s attempts", conf.current().training_attempts)
    bucket = lease.due_bucket()
    if bucket is None:
        return False
    fence = lease.take(bucket, now=timezone.now())
    if fence is None:
        return False
    logger.info("training bucket %s under fence %s", bucket, fence)
    try:
        problem = _watch(standby.begin(bucket, fence))
    except OSError as error:
        problem = f"The training could not be started: {error}"
    if problem:
        logger.error("bucket %s: %s", bucket, problem)
        lease.fail(fence, message=problem, now=timezone.now())
    return True


def without_weights() -> str | None:
    """Tag of a live ranker whose training was killed before its weights were measured."""
    overdue = timezone.now() - timedelta(seconds=conf.current().weights_overdue_seconds)
    live = RankerVersion.objects.filter(
        status=RankerVersion.Status.LIVE,
        weights_state=RankerVersion.Weights.COMPUTING,
        trained_at__lt=overdue,
    )
    return live.values_list("tag", flat=True).first()


def weigh_if_overdue() -> None:
    """Measure the weights that a killed training left out. Twice measured is the same weights."""
    tag = without_weights()
    if tag is None:
        return
    problem = in_a_process("weigh_ranker", tag)
    if problem:
        logger.error("weights of %s: %s", tag, problem)
        # Else the next round would begin it again, for ever.
        RankerVersion.objects.filter(tag=tag).update(weights_state=RankerVersion.Weights.FAILED)


def in_a_process(*arguments: str) -> str:
    """Run this command of ours within a training's limits and wait; what went wrong, or nothing."""
    try:
        return _watch(standby.spawn(*arguments))
    except OSError as error:
        return f"The process could not be started: {error}"


def _watch(process: subprocess.Popen[bytes]) -> str:
    """Wait until the process ends, which renews its lease itself; what went wrong, or nothing."""
    settings_now = conf.current()
    seconds, megabytes = settings_now.training_seconds, settings_now.training_megabytes
    until = time.monotonic() + seconds
    try:
        while True:
            try:
                process.wait(timeout=LOOK_EVERY)
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() > until:
                    return f"The training took longer than {seconds} s."
                if _megabytes(process.pid) > megabytes:
                    return f"The training used more than {megabytes} MB of memory."
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode in (0, REFUSED):
        return ""
    return f"The training process ended with code {process.returncode}."


def _megabytes(pid: int) -> float:
    """Memory in use by a process; 0 where the system has no /proc to say so.

    A limit set by the system counts what is merely reserved: some 1.4 GB beside 0.25 GB in use.
    """
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20
