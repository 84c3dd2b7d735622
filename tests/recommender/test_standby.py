"""One process stands ready to train: it is told once, replaced after use, and never in the way."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from recommender.learning import standby

WAITS = "import sys; print(sys.stdin.readline(), end='', flush=True); sys.stdin.readline()"


@pytest.fixture
def spawned(monkeypatch):
    """What was spawned, as (arguments, process); the stand-in prints the line that it is told."""
    calls: list[tuple[tuple[str, ...], subprocess.Popen[bytes]]] = []

    def spawn(*arguments: str, stdin: int = subprocess.DEVNULL) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WAITS]
        process = subprocess.Popen(command, stdin=stdin, stdout=subprocess.PIPE)
        calls.append((arguments, process))
        return process

    monkeypatch.setattr(standby, "spawn", spawn)
    monkeypatch.setattr(standby, "_waiting", None)
    monkeypatch.setattr(standby, "_told", None)
    yield calls
    for _, process in calls:
        process.kill()
        process.wait()


def _commands(spawned) -> list[tuple[str, ...]]:
    return [arguments for arguments, _ in spawned]


READY, ANEW = ("train_ranker", "--when-told"), ("train_ranker", "--bucket", "7", "--fence", "3")


def test_the_process_that_stands_ready_is_told_bucket_and_fence(spawned):
    standby.prepare()
    process = standby.begin(7, 3)
    assert process.stdout is not None
    assert process.stdout.read() == b"7 3\n"
    assert _commands(spawned) == [READY]


def test_where_none_stands_ready_one_is_started_for_this_training(spawned):
    standby.begin(7, 3)
    assert _commands(spawned) == [ANEW]


def test_one_that_was_killed_while_it_waited_costs_no_training(spawned):
    standby.prepare()
    killed = spawned[0][1]
    killed.kill()
    killed.wait()
    assert standby.begin(7, 3) is spawned[1][1]
    assert _commands(spawned) == [READY, ANEW]


def test_only_one_stands_ready_and_none_beside_a_training(spawned):
    standby.prepare()
    standby.prepare()
    assert _commands(spawned) == [READY]
    training = standby.begin(7, 3)
    # It reads on as if it trained, until its input ends.
    until = time.monotonic() + 20
    while training.poll() is None and time.monotonic() < until:
        standby.prepare()
        time.sleep(0.01)
    assert training.returncode == 0
    standby.prepare()
    assert _commands(spawned) == [READY, READY]


def test_one_that_died_is_replaced(spawned):
    standby.prepare()
    spawned[0][1].kill()
    spawned[0][1].wait()
    standby.prepare()
    assert _commands(spawned) == [READY, READY]


@pytest.mark.slow
def test_the_real_one_waits_and_ends_with_its_worker():
    process = standby.spawn("train_ranker", "--when-told", stdin=subprocess.PIPE)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=6)
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=60) == 0
