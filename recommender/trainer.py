"""The worker's side of a training: takes the lease, spawns the process that trains, watches it.

LightGBM is never loaded here: a process of its own uses two threads, and may be killed.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from recommender import conf, lease

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.1

REFUSED = 3
"""Exit code of ``train_ranker`` when there is nothing to learn; no breakdown, the lease is ended."""


def run_if_due() -> bool:
    """Train the newest due bucket, if there is one and nobody else does; True when it was done here.

    Blocks until the training has ended. May be called by any number of processes at any time.
    """
    bucket = lease.due_bucket()
    if bucket is None:
        return False
    fence = lease.take(bucket, now=timezone.now())
    if fence is None:
        return False
    logger.info("training bucket %s under fence %s", bucket, fence)
    try:
        problem = _watch(_spawn(bucket, fence), fence)
    except OSError as error:
        problem = f"The training could not be started: {error}"
    if problem:
        logger.error("bucket %s: %s", bucket, problem)
        lease.fail(fence, message=problem, now=timezone.now())
    return True


def _spawn(bucket: int, fence: int) -> subprocess.Popen[bytes]:
    threads = str(conf.current().training_threads)
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "train_ranker"]
    return subprocess.Popen(  # noqa: S603 the arguments are our own numbers
        [*command, "--bucket", str(bucket), "--fence", str(fence)],
        # Waiting threads that spin take the core away from whoever has work to do.
        env={**os.environ, "OMP_NUM_THREADS": threads, "OMP_WAIT_POLICY": "PASSIVE"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def _watch(process: subprocess.Popen[bytes], fence: int) -> str:
    """Renew the lease until the process ends; what went wrong, or an empty text."""
    settings_now = conf.current()
    deadline = time.monotonic() + settings_now.training_seconds
    renewed = time.monotonic()
    leased = True
    try:
        while process.poll() is None:
            if time.monotonic() > deadline:
                return f"The training took longer than {settings_now.training_seconds} s."
            if leased and time.monotonic() - renewed > settings_now.lease_seconds / 3:
                # A training that has published still computes its weights, without the lease.
                leased = lease.renew(fence, now=timezone.now())
                renewed = time.monotonic()
            time.sleep(POLL_SECONDS)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    if process.returncode in (0, REFUSED):
        return ""
    return f"The training process ended with code {process.returncode}."
