"""The after-purchase hint never gets in the way of an order."""

from __future__ import annotations

import logging

import pytest
from celery import current_app

from tracking import hint


class Broker:
    """Stands in for ``send_task``; ``down`` makes it fail as a broker client does."""

    def __init__(self):
        self.sent, self.tried, self.down = [], 0, False

    def send_task(self, name, **options):
        self.tried += 1
        if self.down:
            raise ConnectionError("no broker")
        self.sent.append((name, options))


@pytest.fixture
def broker(monkeypatch):
    broker = Broker()
    monkeypatch.setattr(current_app, "send_task", broker.send_task)
    return broker


@pytest.fixture
def clock(monkeypatch):
    times = [100.0]
    monkeypatch.setattr(hint.time, "monotonic", lambda: times[0])
    return times


def test_hint_is_the_settings_task_without_retries_or_result(broker, settings):
    settings.AFTER_PURCHASE_TASK = "somewhere.tasks.something"
    hint.send()
    [(name, options)] = broker.sent
    assert name == "somewhere.tasks.something"
    assert options["retry"] is False
    assert options["ignore_result"] is True


def test_dead_broker_is_asked_once_in_ten_seconds_and_never_raises(broker, clock):
    broker.down = True
    for _ in range(5):
        hint.send()
    assert broker.tried == 1
    clock[0] += 9.9
    hint.send()
    assert broker.tried == 1
    clock[0] += 0.2
    hint.send()
    assert broker.tried == 2


def test_outage_is_logged_once_and_its_end_once(broker, clock, caplog):
    caplog.set_level(logging.INFO, logger="tracking.hint")
    broker.down = True
    for _ in range(3):
        hint.send()
        clock[0] += 11
    assert len(caplog.records) == 1
    assert "no broker" in caplog.text
    broker.down = False
    hint.send()
    hint.send()
    assert [record.levelname for record in caplog.records] == ["WARNING", "INFO"]
    assert len(broker.sent) == 2


def test_memory_broker_of_the_tests_takes_a_hint():
    hint.send()
    assert hint.breaker.failed is False
