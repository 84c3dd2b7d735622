"""TARGETS S6: from the fifth purchase to a new ranker in every process, as a timeline.

    python -m benchmarks.reload [embedded] [production]

Opens a store of two web processes and one worker on a log whose challenger passes the gate, and one
whose challenger does not; prints how many seconds after the fifth purchase each step was seen.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.flows.running_store import (
    Shopper,
    Timeline,
    embedded,
    manage,
    opened,
    production,
)

STEPS = (
    "training started",
    "training ended",
    "live tag moved",
    "every process serves it",
    "weights measured",
)


def measure(profile: str, follows: str) -> Timeline:
    """One run; the log's later slates follow the column ``follows``."""
    with tempfile.TemporaryDirectory(prefix="basketwise-reload-") as folder, ExitStack() as stack:
        if profile == "production":
            environment = stack.enter_context(production(Path(folder)))
        else:
            environment = embedded(Path(folder))
        manage(environment, "migrate", "--verbosity", "0")
        manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
        calls = f"seeded.shelf(); seeded.slates({follows!r}, 20)"
        manage(environment, "shell", "-c", f"from tests.flows import seeded; {calls}")
        store = stack.enter_context(opened(environment))
        for number in range(5):
            Shopper(store.addresses[number % 2]).buy(number)
        return store.watch(bucket=1, generation=1)


def main(profiles: list[str]) -> None:
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load before the run {load:.1f}\n")
    print(f"| profile | log | {' | '.join(STEPS)} | outcome |")
    print(f"|---|---|{'---|' * len(STEPS)}---|")
    for profile in profiles:
        for log, follows in (("passes", "price_saving"), ("does not pass", "nothing")):
            line = measure(profile, follows)
            seconds = [f"{line.seen[step]:.1f} s" if step in line.seen else "–" for step in STEPS]
            outcome = line.status["training"]["state"]
            print(f"| {profile} | {log} | {' | '.join(seconds)} | {outcome} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:] or ["embedded", "production"])
