"""A broker that refuses, or takes the connection and never answers, does not hold up an order."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest
from celery import Celery

from tracking import hint

WORST = 1.5
OPTIONS = {"socket_connect_timeout": 0.5, "socket_timeout": 0.5, "max_retries": 0}


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server


def _port(server: socket.socket) -> int:
    return int(server.getsockname()[1])


def _seconds(monkeypatch, port: int) -> list[float]:
    """How long two hints take with this port as the broker's."""
    app = Celery(broker=f"redis://127.0.0.1:{port}/0", set_as_current=False)
    app.conf.broker_transport_options = OPTIONS
    app.conf.task_publish_retry = False
    monkeypatch.setattr(hint, "current_app", app)
    monkeypatch.setattr(hint, "breaker", hint.Breaker(hint.PAUSE))
    took = []
    for _ in range(2):
        start = time.monotonic()
        hint.send()
        took.append(time.monotonic() - start)
    assert hint.breaker.failed
    return took


def test_a_broker_that_refuses_costs_no_time(monkeypatch, listening):
    port = _port(listening)
    listening.close()
    first, second = _seconds(monkeypatch, port)
    assert first < WORST
    assert second < 0.01


def test_a_broker_that_never_answers_costs_one_order_half_a_second(monkeypatch, listening):
    first, second = _seconds(monkeypatch, _port(listening))
    assert 0.4 < first < WORST
    # The breaker is open: the next order does not ask at all.
    assert second < 0.01


def test_these_are_the_options_that_the_settings_give_a_redis_broker(monkeypatch):
    import importlib

    from config import settings

    before = settings.CELERY_BROKER_URL
    monkeypatch.setenv("CELERY_BROKER_URL", "redis://127.0.0.1/0")
    try:
        fresh = importlib.reload(settings)
        assert fresh.CELERY_BROKER_TRANSPORT_OPTIONS == OPTIONS
        assert fresh.CELERY_TASK_PUBLISH_RETRY is False
    finally:
        monkeypatch.setenv("CELERY_BROKER_URL", before)
        importlib.reload(settings)
