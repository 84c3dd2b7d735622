"""What a long command tells while it works: "step 2/6 Orders … 40 %, about 12 s left"."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

TOLD_EVERY = 0.25
TOLD_EVERY_TO_A_FILE = 5.0
SECONDS_SHOWN_UP_TO = 90


class Output(Protocol):
    """A text stream, or a command's ``self.stdout``."""

    def write(self, text: str, /) -> Any: ...
    def flush(self) -> Any: ...
    def isatty(self) -> bool: ...


class Progress:
    """Steps one after the other; ``out=None`` keeps silent.

    On a terminal one line is rewritten; in a file or a pipe a line is added every five seconds.
    """

    def __init__(
        self, steps: int, *, out: Output | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.steps = steps
        self._out = out
        self._clock = clock
        self._rewrites = out is not None and out.isatty()
        self._number = 0
        self._title = ""
        self._began = self._step_began = self._told = clock()

    def step(self, title: str) -> None:
        """Begin the next step; the one before is told as finished with its seconds."""
        self._finish_step()
        self._number += 1
        self._title = title
        self._step_began = self._told = self._clock()
        if self._rewrites:
            self._write(f"\r{self._head()} …")

    def update(self, done: int, total: int) -> None:
        """``done`` of ``total`` of this step; the rest is estimated from the time so far."""
        now = self._clock()
        every = TOLD_EVERY if self._rewrites else TOLD_EVERY_TO_A_FILE
        if not 0 < done < total or now - self._told < every:
            return
        self._told = now
        left = (now - self._step_began) * (total - done) / done
        text = f"{self._head()} … {100 * done // total} %, about {_duration(left)} left"
        self._write(f"\r{text}   " if self._rewrites else f"{text}\n")

    def finish(self, summary: str) -> None:
        """End the last step and tell what was made, with the seconds of the whole."""
        self._finish_step()
        self._write(f"{summary} ({_duration(self._clock() - self._began)})\n")

    def _finish_step(self) -> None:
        if self._title:
            told = f"{self._head()}: {_duration(self._clock() - self._step_began)}"
            self._write(f"\r{told:<70}\n" if self._rewrites else f"{told}\n")
        self._title = ""

    def _head(self) -> str:
        return f"step {self._number}/{self.steps} {self._title}"

    def _write(self, text: str) -> None:
        if self._out is not None:
            self._out.write(text)
            self._out.flush()


def _duration(seconds: float) -> str:
    if seconds < SECONDS_SHOWN_UP_TO:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
