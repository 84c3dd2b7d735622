from __future__ import annotations

import pytest
from django.core.management import call_command
from django.utils import timezone

from recommender.management.commands import prepare_demo
from recommender.models import RankerVersion
from recommender.serving import vectors
from recommender.simulated import season
from tracking import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def visits(monkeypatch) -> list[tuple[int, int]]:
    """(sessions, seed) of every simulation; the data are there, and nothing is fitted."""
    found: list[tuple[int, int]] = []

    def run(*, sessions: int, slate_size: int, seed: int, told: object) -> None:
        found.append((sessions, seed))
        for _ in range(sessions):
            record.start_simulated_session(member_id=None, persona="", started_at=timezone.now())

    monkeypatch.setattr(prepare_demo, "SESSIONS", 4)
    monkeypatch.setattr(prepare_demo, "MORE_SESSIONS", 2)
    monkeypatch.setattr(prepare_demo, "MOST_SESSIONS", 9)
    monkeypatch.setattr(prepare_demo.store, "is_loaded", lambda: True)
    monkeypatch.setattr(season, "run", run)
    monkeypatch.setattr(vectors, "fit", lambda **_: None)
    return found


def _gate(monkeypatch, *verdicts: str) -> None:
    """Let the trainings end so, one after the other; one too many is an error."""
    left = list(verdicts)

    def train() -> str:
        status = left.pop(0)
        RankerVersion.objects.create(
            tag=f"number-{len(left)}", status=status, size=1, trained_at=timezone.now()
        )
        return status

    monkeypatch.setattr(prepare_demo, "_train", train)


def test_more_shoppers_visit_until_the_gate_lets_a_ranker_through(visits, monkeypatch, capsys):
    _gate(monkeypatch, "rejected", "rejected", "live")
    call_command("prepare_demo")
    assert visits == [(4, 42), (2, 46), (2, 48)]
    told = capsys.readouterr().out
    assert "step 7/7 Training the ranker again" in told
    assert "live" in told
    call_command("prepare_demo")
    assert len(visits) == 3


def test_a_ranker_that_passes_at_once_needs_no_more(visits, monkeypatch):
    _gate(monkeypatch, "live")
    call_command("prepare_demo")
    assert visits == [(4, 42)]


def test_after_the_most_sessions_the_store_opens_without_one(visits, monkeypatch, capsys):
    _gate(monkeypatch, "rejected", "rejected", "rejected")
    call_command("prepare_demo")
    assert visits == [(4, 42), (2, 46), (2, 48)]
    assert "rejected" in capsys.readouterr().out
