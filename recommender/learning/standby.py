"""A training process that stands ready, so that a due bucket does not wait for libraries.

Loading them takes longer than a young store's training. The process is spawned, never forked, has
not used LightGBM yet, trains once and is then replaced by another.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO

from django.conf import settings

_lock = threading.Lock()
_waiting: subprocess.Popen[bytes] | None = None
_told: subprocess.Popen[bytes] | None = None


def prepare() -> None:
    """Let a process stand ready, unless one does, or the last that did still trains.

    It ends by itself when the process that called this is gone.
    """
    global _waiting  # noqa: PLW0603 one ready process per worker is what this module is for
    with _lock:
        busy = any(process and process.poll() is None for process in (_waiting, _told))
        if not busy:
            _waiting = spawn("train_ranker", "--when-told", stdin=subprocess.PIPE)


def begin(bucket: int, fence: int) -> subprocess.Popen[bytes]:
    """Train in the process that stands ready, or else in a new one; raises OSError."""
    global _waiting, _told  # noqa: PLW0603
    with _lock:
        process, _waiting = _waiting, None
        if process and process.stdin and _tell(process.stdin, f"{bucket} {fence}\n"):
            _told = process
            return process
    return spawn("train_ranker", "--bucket", str(bucket), "--fence", str(fence))


def spawn(*arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
    """A command of ours in a process of its own; raises OSError when it cannot be started."""
    return subprocess.Popen(  # noqa: S603 the arguments are our own
        [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), *arguments],
        # A fit says itself how many threads it wants where there are rows for them. In all else
        # they wait for each other, and those that spin take the core from who has work to do.
        env={**os.environ, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"},
        stdin=stdin,
        stdout=subprocess.DEVNULL,
    )


def _tell(stdin: IO[bytes], line: str) -> bool:
    """Whether the line was taken: a process that was killed meanwhile reads no more."""
    try:
        stdin.write(line.encode())
        stdin.close()
    except OSError:
        return False
    return True
