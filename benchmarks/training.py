"""TARGETS S7: a training on 200,000 rows against LightGBM alone on the same matrix.

    python -m benchmarks.training [--slates 33334] [--rounds 3] [--whole 1] [--busy]

Fills a SQLite log (six swaps a slate) whose older days are exported already, as in a store that
trains every five purchases. In turn: *alone* is ``lgb.train`` with the parameters and the number of
trees of the fit; *export*, *fit* and *publish* are the steps of a training for one rung; *whole* is
a training run with every rung, forward chain, gate and held-out importance. From 5,000 slates on
the chain hands the number of trees on, so *fit* gets it; on fewer *fit* looks for it. With
``--busy`` the steps are also taken beside a process that never rests. Seconds by the clock, and of
CPU, which other processes disturb less.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

THREADS = 2
BESIDE = "beside a busy process"


def main() -> None:
    """Fill, measure in turn, print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--slates", type=int, default=33_334)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--whole", type=int, default=1)
    parser.add_argument("--busy", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="basketwise-training-") as folder:
        os.environ.update(
            DATA_DIR=folder,
            DJANGO_SETTINGS_MODULE="config.settings",
            OMP_NUM_THREADS="1",
            OMP_WAIT_POLICY="PASSIVE",
        )
        import django

        django.setup()
        store = _Store(options.slates)
        took: dict[str, list[tuple[float, float]]] = {}
        for _ in range(options.rounds):
            for name, step in store.steps().items():
                took.setdefault(name, []).append(_timed(step))
            if options.busy:
                with _neighbour():
                    took.setdefault(f"all three {BESIDE}", []).append(_timed(store.three))
        for _ in range(options.whole):
            took.setdefault("whole", []).append(_timed(store.whole))
    print(f"{os.cpu_count()} cores, load now {os.getloadavg()[0]:.1f}; {store.told()}\n")
    print(_table(took))
    print(f"\n{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most")


def _timed(step: Callable[[], Any]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    step()
    return time.perf_counter() - wall, time.process_time() - cpu


@contextmanager
def _neighbour() -> Iterator[None]:
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        yield
    finally:
        busy.kill()
        busy.wait()


def _table(took: dict[str, list[tuple[float, float]]]) -> str:
    middle = {
        name: [statistics.median(times) for times in zip(*found, strict=True)]
        for name, found in took.items()
    }
    parts = ("export", "fit", "publish")
    middle["export + fit + publish"] = [sum(middle[part][at] for part in parts) for at in (0, 1)]
    lines = ["| step | seconds | × alone | CPU seconds | × alone |", "|---|---|---|---|---|"]
    for name, (wall, cpu) in middle.items():
        ratios = wall / middle["alone"][0], cpu / middle["alone"][1]
        lines.append(f"| {name} | {wall:.2f} | {ratios[0]:.2f} | {cpu:.2f} | {ratios[1]:.2f} |")
    return "\n".join(lines)


class _Store:
    """A filled store; each step leaves behind what the next one needs."""

    def __init__(self, slates: int) -> None:
        from django.conf import settings
        from django.core.management import call_command
        from django.utils import timezone

        from benchmarks import filled_log
        from recommender.learning import partitions
        from recommender.ranking import evaluation

        settings.RECOMMENDER = {"MOST_SLATES": slates}
        self.now = filled_log.NEWEST_DAY + timedelta(days=1)
        timezone.now = lambda: self.now
        call_command("migrate", verbosity=0)
        # The ids are drawn, and they say which swap is chosen.
        random.seed(7)
        filled_log.fill(slates * filled_log.EVENTS_PER_SLATE)
        _teach()
        partitions.bring_up_to_date(now=self.now, since=self.now - timedelta(days=180))
        self.export()
        # Of many slates the chain tells it, of fewer each fit looks for it.
        chain = evaluation.forward_chain(self.training, threads=THREADS)
        self.rounds = chain.rounds.get("ltr")
        self.fit()

    def three(self) -> None:
        self.export()
        self.fit()
        self.publish()

    def steps(self) -> dict[str, Callable[[], Any]]:
        return {
            "alone": self.alone,
            "export": self.export,
            "fit": self.fit,
            "publish": self.publish,
        }

    def told(self) -> str:
        rows, columns = self.training.features.shape
        return f"{rows:,} rows, {columns} columns, {self.ranker.booster.num_trees()} trees"

    def alone(self) -> None:
        import lightgbm as lgb

        from recommender.ranking import ranker

        training = self.training
        data = lgb.Dataset(
            training.features,
            label=training.labels,
            group=training.groups,
            weight=training.row_weights(),
        )
        parameters = ranker.parameters(rows=len(training.labels), seed=0, threads=THREADS)
        lgb.train(parameters, data, num_boost_round=self.ranker.booster.num_trees())

    def export(self) -> None:
        """The open days once more, as something happened to all of them."""
        from recommender.learning import manifest
        from recommender.models import Partition

        Partition.objects.filter(final=False).update(read_at=None)
        self.written = manifest.of_log(now=self.now, threads=THREADS)
        self.training = manifest.training_set(self.written)

    def fit(self) -> None:
        from recommender.ranking import rungs

        self.ranker = rungs.fit_ltr(self.training, rounds=self.rounds, threads=THREADS)

    def publish(self) -> None:
        from recommender.learning import lease, promotion, registry
        from recommender.ranking import artifact
        from recommender.ranking.features.schema import fingerprint

        fence = lease.take(0, now=self.now, by_hand=True)
        if fence is None:
            raise RuntimeError("the lease is taken")
        version = registry.register(
            registry.Trained(
                policy=self.ranker.policy,
                artifact=artifact.dump(self.ranker),
                fingerprint=fingerprint(),
                golden=artifact.golden(self.ranker, self.training.features),
                training_info=self.training.describe(),
                evaluation={},
                verdict={},
                manifest=self.written,
            ),
            bucket=0,
            fence=fence,
            now=self.now,
        )
        promotion.promote(version, fence=fence, now=self.now)
        lease.finish(fence, state="promoted", message="", now=self.now)

    def whole(self) -> None:
        from recommender.learning import lease, training

        fence = lease.take(0, now=self.now, by_hand=True)
        if fence is None:
            raise RuntimeError("the lease is taken")
        print(training.held(bucket=0, fence=fence, threads=THREADS).message)


def _teach() -> None:
    """Vectors that say more than luck of the swap that was chosen, which stands anywhere."""
    import numpy as np
    from django.db import connection, transaction

    from benchmarks.filled_log import SWAPS
    from recommender.ranking.features.schema import NAMES, column

    rng = np.random.default_rng(7)
    with transaction.atomic(), connection.cursor() as cursor:
        turned = "position + instr('0123456789abcdef', substr(qid, 32, 1))"
        cursor.execute(f"UPDATE tracking_event SET position = ({turned} - 1) % {SWAPS} + 1")  # noqa: S608
        cursor.execute("SELECT qid FROM tracking_slate")
        for (qid,) in cursor.fetchall():
            features = rng.normal(size=(SWAPS, len(NAMES)))
            first = (int(qid[-1], 16) + 1) % SWAPS
            features[first, column("price_saving")] += 1.0
            features[(first + 1) % SWAPS, column("popularity")] += 0.7
            cursor.execute(
                "UPDATE tracking_slate SET features = %s WHERE qid = %s", [features.tobytes(), qid]
            )


if __name__ == "__main__":
    main()
