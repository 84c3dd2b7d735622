from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from recommender import tasks
from recommender.learning import lease, standby, sweeper, trainer
from recommender.models import RankerVersion, TrainingRun
from tests.recommender import market
from tracking.models import Counter

pytestmark = pytest.mark.django_db


@pytest.fixture
def spawned(monkeypatch) -> list[tuple[str, ...]]:
    """What would be spawned; the stand-in ends its lease as a refused training does."""
    calls: list[tuple[str, ...]] = []

    def spawn(*arguments: str) -> subprocess.Popen[bytes]:
        calls.append(arguments)
        if arguments[0] == "train_ranker":
            fence = int(arguments[-1])
            lease.finish(fence, state="refused", message="", now=timezone.now())
        return subprocess.Popen([sys.executable, "-c", "raise SystemExit(3)"])

    monkeypatch.setattr(standby, "spawn", spawn)
    return calls


def _purchases(number: int) -> None:
    Counter.objects.update_or_create(name="purchases", defaults={"value": number})


def test_the_fifth_purchase_trains_and_the_fourth_does_not(spawned):
    _purchases(4)
    tasks.train_if_due()
    assert spawned == []
    _purchases(5)
    tasks.train_if_due()
    assert spawned == [("train_ranker", "--bucket", "1", "--fence", "1")]


def test_twenty_messages_for_one_bucket_train_once(spawned):
    _purchases(5)
    for _ in range(20):
        tasks.train_if_due()
    assert len(spawned) == 1


def test_buckets_that_waited_are_trained_as_one(spawned):
    _purchases(19)
    tasks.train_if_due()
    assert spawned == [("train_ranker", "--bucket", "3", "--fence", "1")]
    assert lease.due_bucket() is None


def test_while_another_worker_trains_nothing_is_spawned(spawned):
    _purchases(5)
    lease.take(1, now=timezone.now())
    assert trainer.run_if_due() is False
    assert spawned == []


def test_a_killed_training_leaves_the_bucket_due_with_the_reason(monkeypatch):
    def killed(*_: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", "import os; os.kill(os.getpid(), 9)"])

    monkeypatch.setattr(standby, "spawn", killed)
    _purchases(5)
    trainer.run_if_due()
    run = TrainingRun.objects.get()
    assert (run.state, run.message) == ("failed", "The training process ended with code -9.")
    assert lease.due_bucket() == 1


def test_a_training_that_hangs_is_ended(monkeypatch, settings):
    def hangs(*_: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])

    monkeypatch.setattr(standby, "spawn", hangs)
    settings.RECOMMENDER = {**settings.RECOMMENDER, "TRAINING_SECONDS": 1}
    _purchases(5)
    trainer.run_if_due()
    assert TrainingRun.objects.get().message == "The training took longer than 1 s."


def test_a_training_that_eats_the_memory_is_ended(monkeypatch, settings):
    def eats(*_: str) -> subprocess.Popen[bytes]:
        hungry = "import time; held = b'x' * 200_000_000; time.sleep(60)"
        return subprocess.Popen([sys.executable, "-c", hungry])

    monkeypatch.setattr(standby, "spawn", eats)
    settings.RECOMMENDER = {**settings.RECOMMENDER, "TRAINING_MEGABYTES": 100}
    _purchases(5)
    trainer.run_if_due()
    assert TrainingRun.objects.get().message == "The training used more than 100 MB of memory."


def test_the_sweeper_finds_a_due_bucket_without_any_message(monkeypatch):
    started: list[bool] = []
    monkeypatch.setattr(sweeper, "_start_training", lambda: started.append(True))
    TrainingRun.objects.create(pk=1, pruned_at=timezone.now())
    sweeper.sweep()
    assert started == []
    _purchases(5)
    sweeper.sweep()
    assert started == [True]


def test_the_sweeper_outlives_an_error(monkeypatch):
    rounds: list[int] = []
    ready: list[int] = []

    def stumble() -> None:
        rounds.append(1)
        if len(rounds) == 3:
            sweeper._stop.set()
        raise RuntimeError("the database is away")

    monkeypatch.setattr(sweeper, "sweep", stumble)
    monkeypatch.setattr(standby, "prepare", lambda: ready.append(len(rounds)))
    sweeper._stop.clear()
    sweeper._forever()
    assert len(rounds) == 3
    # Whatever happens, each round lets a process stand ready first.
    assert ready == [0, 1, 2]


def test_weights_that_a_killed_training_left_out_are_measured_later(spawned):
    version = market.put_live(market.ranker(price_saving=1.0))
    trainer.weigh_if_overdue()
    assert spawned == []
    RankerVersion.objects.update(trained_at=timezone.now() - timedelta(minutes=10))
    trainer.weigh_if_overdue()
    assert spawned == [("weigh_ranker", version.tag)]


def test_weights_that_cannot_be_measured_are_said_to_be_so_and_not_begun_for_ever(monkeypatch):
    market.put_live(market.ranker(price_saving=1.0))
    RankerVersion.objects.update(trained_at=timezone.now() - timedelta(minutes=10))
    asked: list[tuple[str, ...]] = []

    def killed(*arguments: str) -> str:
        asked.append(arguments)
        return "The training process ended with code -9."

    monkeypatch.setattr(trainer, "in_a_process", killed)
    for _ in range(2):
        trainer.weigh_if_overdue()
    assert len(asked) == 1
    assert RankerVersion.objects.get().weights_state == "failed"
