"""TARGETS S6: from the fifth purchase to a new ranker in every process, as a timeline.

    python -m benchmarks.reload [embedded] [production] [--runs 3]

Opens a store of two web processes and one worker on a log whose challenger passes the gate, and one
whose challenger does not; waits until it has settled, as an open store has; prints how many seconds
after the fifth purchase each step was seen, for every run.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
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

SETTLED = 6.0
"""Seconds from the first answers until nothing more is being loaded."""


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
        time.sleep(SETTLED)
        for number in range(5):
            Shopper(store.addresses[number % 2]).buy(number)
        return store.watch(bucket=1, generation=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("profiles", nargs="*", default=["embedded", "production"])
    parser.add_argument("--runs", type=int, default=1)
    options = parser.parse_args()
    load = os.getloadavg()[0]
    print(f"{os.cpu_count()} cores, load before the run {load:.1f}\n")
    print(f"| profile | log | {' | '.join(STEPS)} | outcome |")
    print(f"|---|---|{'---|' * len(STEPS)}---|")
    for profile in options.profiles:
        for log, follows in (("passes", "price_saving"), ("does not pass", "nothing")):
            for _ in range(options.runs):
                line = measure(profile, follows)
                seconds = [
                    f"{line.seen[step]:.1f} s" if step in line.seen else "–" for step in STEPS
                ]
                outcome = line.status["training"]["state"]
                print(f"| {profile} | {log} | {' | '.join(seconds)} | {outcome} |", flush=True)


if __name__ == "__main__":
    main()
