"""TARGETS R4: workers, trainings and buyers are killed and paused, and no order is lost.

``FAULTS_KILLS`` makes it larger; the seed of the storm is fixed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from tests.faults import processes
from tests.flows.running_store import ROOT, WORKER, WORKER_OPTIONS, manage, until

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("FAULTS_KILLS", "20"))
BUYERS, WORKERS, PAUSE = 2, 2, 0.2
LEASE = 2.0
"""Seconds, as in tests/faults/settings.py."""


class Buyer:
    """Keeps one buyer alive: what it heard of is kept, what it did not is asked for again."""

    def __init__(self, environment: dict[str, str], name: str) -> None:
        self.environment, self.name = environment, name
        self.acknowledged: dict[str, str] = {}
        self.start()

    def start(self) -> None:
        place = (self.name, str(len(self.acknowledged)), "100000", str(PAUSE))
        self.process = processes.start(self.environment, "tests.faults.buyer", *place)
        self.reader = threading.Thread(target=self._read, args=(self.process,))
        self.reader.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            # A killed process may leave half a line: that order was never acknowledged.
            if line.endswith("\n"):
                key, token, _ = json.loads(line)
                self.acknowledged[key] = token

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        self.reader.join()


class Worker:
    """A Celery worker in a process group of its own, with the trainings that it spawns."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [str(Path(sys.executable).parent / WORKER[0]), *WORKER[1:], *WORKER_OPTIONS],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self.spawned: list[int] = []

    def trainings(self) -> list[int]:
        """The processes that it has spawned, but not the one that waits to be told."""
        return [pid for pid in self._children() if not _waits(pid)]

    def _children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        found: list[int] = []
        for task in tasks:
            # A thread may end while it is looked at.
            with suppress(OSError):
                found += map(int, task.read_text().split())
        return found

    def kill(self) -> None:
        """The worker alone: a training that it spawned goes on without it."""
        self.spawned += self._children()
        self.process.kill()
        self.process.wait()

    def kill_all(self) -> None:
        """Its trainings, too, so that none outlives the test."""
        self.kill()
        for pid in self.spawned:
            # By now the number may be somebody else's, who is in another group.
            with suppress(ProcessLookupError):
                if os.getpgid(pid) == self.process.pid:
                    os.kill(pid, signal.SIGKILL)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to find trainings")
def test_nothing_acknowledged_is_lost_and_every_bucket_is_satisfied(tmp_path):
    rng = random.Random(4)
    done = dict.fromkeys(("worker", "training", "buyer", "pause"), 0)
    with processes.store("embedded", tmp_path) as environment:
        calls = "from tests.flows import seeded; seeded.slates('price_saving', 20)"
        manage(environment, "shell", "-v", "0", "-c", calls)
        buyers = [Buyer(environment, f"b{at}") for at in range(BUYERS)]
        alive = [Worker(environment) for _ in range(WORKERS)]
        workers = list(alive)
        try:
            until(lambda: all(len(buyer.acknowledged) > 5 for buyer in buyers))
            while sum(done.values()) < KILLS:
                time.sleep(rng.uniform(0.5, 3.0))
                kind = rng.choice(["worker", "training", "training", "buyer", "pause"])
                if kind == "buyer":
                    buyer = rng.choice(buyers)
                    buyer.kill()
                    buyer.start()
                elif kind == "worker":
                    at = rng.randrange(WORKERS)
                    alive[at].kill()
                    alive[at] = Worker(environment)
                    workers.append(alive[at])
                elif not _struck(alive, paused=kind == "pause"):
                    continue
                done[kind] += 1
            for buyer in buyers:
                buyer.kill()
            until(lambda: _satisfied(environment))
        finally:
            for buyer in buyers:
                buyer.kill()
            for worker in workers:
                worker.kill_all()
        found = json.loads(manage(environment, "shell", "-v", "0", "-c", REPORT))
    assert min(done.values()) > 0, done
    acknowledged = {key: token for buyer in buyers for key, token in buyer.acknowledged.items()}
    assert acknowledged.items() <= found["orders"].items()
    # At most the one order of each kill that was placed and not heard of.
    assert len(found["orders"]) - len(acknowledged) <= BUYERS
    assert found["purchases"] == len(found["orders"])
    assert found["stock"] == 8 * processes.STOCK - found["sold"]
    assert found["trained_bucket"] == found["purchases"] // 5
    assert found["live_file_is_whole"]
    # A training that was killed between file and row leaves a file that nothing loads.
    assert found["rows_without_file"] == []
    assert found["files_without_row"] <= KILLS


def _waits(pid: int) -> bool:
    """A process that stands ready listens to its worker; one that trains does so no more."""
    with suppress(OSError):
        return os.readlink(f"/proc/{pid}/fd/0").startswith("pipe:")
    return False


def _struck(workers: list[Worker], *, paused: bool) -> bool:
    """Kill the training that runs, or the next one that starts within a while.

    Or pause it for longer than its lease: when it goes on, the other worker has overtaken it.
    """
    for _ in range(200):
        for pid in [pid for worker in workers for pid in worker.trainings()]:
            with suppress(ProcessLookupError):
                if not paused:
                    os.kill(pid, signal.SIGKILL)
                    return True
                os.kill(pid, signal.SIGSTOP)
                time.sleep(LEASE + 1)
                os.kill(pid, signal.SIGCONT)
                return True
        time.sleep(0.05)
    return False


def _satisfied(environment: dict[str, str]) -> bool:
    found = json.loads(manage(environment, "shell", "-v", "0", "-c", REPORT))
    return bool(found["trained_bucket"] == found["purchases"] // 5)


REPORT = """
import hashlib, json
from django.core.files.storage import storages
from django.db.models import Sum
from recommender import files
from recommender.models import LiveTag, RankerVersion, TrainingRun
from shop.models import Order, OrderLine, Product
from tracking import log
live = LiveTag.objects.select_related("version").filter(pk=1).first()
version = live and live.version
data = files.read("rankers", f"{version.sha256}.txt") if version else b""
there = set(storages["rankers"].listdir("")[1]) if version else set()
named = {f"{sha256}.txt" for sha256 in RankerVersion.objects.values_list("sha256", flat=True)}
print(json.dumps({
    "orders": {key: str(token) for key, token in Order.objects.values_list(
        "idempotency_key", "token")},
    "purchases": log.purchases(),
    "stock": Product.objects.aggregate(left=Sum("stock"))["left"],
    "sold": OrderLine.objects.aggregate(sold=Sum("quantity"))["sold"],
    "trained_bucket": TrainingRun.objects.get().trained_bucket,
    "live_file_is_whole": bool(version) and hashlib.sha256(data).hexdigest() == version.sha256,
    "rows_without_file": sorted(named - there),
    "files_without_row": len({name for name in there if len(name) == 68} - named),
}))
"""
