"""Every process says which generation it serves; a row is written on a change and slowly else."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from recommender import files
from recommender.learning import broadcast, promotion
from recommender.models import ServingProcess
from recommender.serving import live_ranker, processes
from tests.recommender import market

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]


def test_a_process_tells_the_generation_that_it_serves():
    follower = processes.Follower("web")
    follower.look()
    assert processes.told() == [{"role": "web", "generation": 0, "problem": ""}]
    market.put_live(market.ranker(price_saving=1.0))
    follower.look()
    assert processes.told() == [{"role": "web", "generation": 1, "problem": ""}]


def test_while_nothing_changes_a_look_is_one_query(django_assert_num_queries):
    market.put_live(market.ranker(price_saving=1.0))
    follower = processes.Follower("web")
    follower.look()
    with django_assert_num_queries(1):
        follower.look()


def test_a_slow_heartbeat_says_that_it_lives_and_since_when_it_serves_this(settings):
    follower = processes.Follower("worker")
    follower.look()
    before = ServingProcess.objects.get()
    follower._due = timezone.now()
    follower.look()
    after = ServingProcess.objects.get()
    assert after.seen_at > before.seen_at
    assert after.since == before.since


def test_a_process_that_fell_silent_is_left_out_and_pruned(settings):
    settings.RECOMMENDER = {**settings.RECOMMENDER, "HEARTBEAT_SECONDS": 15}
    old = timezone.now() - timedelta(seconds=46)
    ServingProcess.objects.create(host="gone", pid=1, role="web", since=old, seen_at=old)
    assert processes.told() == []
    processes.Follower("web").look()
    assert [row.host for row in ServingProcess.objects.all()] != ["gone"]
    assert ServingProcess.objects.count() == 1


def test_a_process_that_cannot_load_says_so_in_health_and_status(client):
    follower = processes.Follower("web")
    market.put_live(market.ranker(price_saving=1.0))
    follower.look()
    bad = market.put_live(market.ranker(price_saving=2.0))
    files.write("rankers", f"{bad.sha256}.txt", b"damaged")
    follower.look()
    told = client.get("/api/model/status").json()["processes"]
    assert [(row["role"], row["generation"]) for row in told] == [("web", 1)]
    assert "generation 2 could not be loaded" in told[0]["problem"]
    ready = client.get("/health/ready").json()["processes"]
    assert (ready[0]["generation"], ready[0]["pid"] > 0) == (1, True)
    assert "host" not in told[0]


def test_a_broadcast_makes_a_process_look_before_its_second_is_over(settings):
    settings.RECOMMENDER = {"CHECK_SECONDS": 60.0}
    assert live_ranker.current().generation == 0
    version = market.put_live(market.ranker(price_saving=1.0))
    assert live_ranker.current().generation == 0
    assert live_ranker.look_now().tag == version.tag


@pytest.mark.django_db(transaction=True)
def test_a_promotion_is_broadcast_once_it_is_committed(monkeypatch):
    sent: list[str] = []
    monkeypatch.setattr(broadcast, "follow", lambda: sent.append("follow"))
    market.put_live(market.ranker(price_saving=1.0))
    assert sent == ["follow"]


def test_a_broker_that_is_away_does_not_hold_a_promotion_up(monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError("connection refused")

    monkeypatch.setattr(broadcast.current_app.control, "broadcast", refuse)
    broadcast.follow()
    assert promotion.LIVE_COPY


class _Enough(BaseException):
    """Ends a loop that has no end."""


@pytest.mark.parametrize("broken", [False, True])
def test_what_rankers_need_is_loaded_before_the_first_look(monkeypatch, broken):
    done = []

    def load() -> None:
        done.append("libraries")
        if broken:
            raise ImportError("no lightgbm here")

    def sleep(_: float) -> None:
        done.append("sleep")
        raise _Enough

    monkeypatch.setattr(live_ranker, "load_libraries", load)
    monkeypatch.setattr(processes.time, "sleep", sleep)
    with pytest.raises(_Enough):
        processes.Follower("web")._forever()
    assert done == ["libraries", "sleep"]


def test_lightgbm_is_among_it():
    code = (
        "import sys, django; django.setup(); from recommender.serving import live_ranker; "
        "assert 'lightgbm' not in sys.modules; live_ranker.load_libraries(); "
        "assert 'lightgbm' in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
