from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from recommender import files
from recommender.learning import refit, sweeper, trainer
from recommender.models import ColumnsFile
from recommender.serving import columns, vectors
from tests.recommender import market

pytestmark = pytest.mark.django_db


@pytest.fixture
def begun(monkeypatch) -> list[tuple[str, ...]]:
    """The commands that were run in a process."""
    found: list[tuple[str, ...]] = []

    def run(*arguments: str) -> str:
        found.append(arguments)
        return ""

    monkeypatch.setattr(trainer, "in_a_process", run)
    # The connection of the test's own thread stays open.
    monkeypatch.setattr(refit.connection, "close", lambda: None)
    return found


def _fitted(days_ago: float) -> None:
    market.coffees("5.00", "4.00")
    vectors.fit(now=timezone.now() - timedelta(days=days_ago))


def _round(now=None) -> None:
    thread = refit.start_if_due(now=now or timezone.now())
    if thread is not None:
        thread.join(timeout=5)


def test_vectors_of_more_than_a_day_are_fitted_anew(begun):
    _fitted(days_ago=1.01)
    _round()
    assert begun == [("fit_vectors",)]


def test_the_first_are_fitted_once_there_are_products(begun):
    assert not refit.due(now=timezone.now())
    market.coffees("5.00")
    _round()
    assert begun == [("fit_vectors",)]


def test_younger_ones_stay(begun, settings):
    _fitted(days_ago=0.99)
    _round()
    assert begun == []
    settings.RECOMMENDER = {"VECTORS_DAYS": 2}
    assert not refit.due(now=timezone.now() + timedelta(days=1))
    assert refit.due(now=timezone.now() + timedelta(days=1.02))


def test_vectors_that_cannot_be_read_are_fitted_anew_at_once(begun):
    _fitted(days_ago=0)
    (row,) = ColumnsFile.objects.filter(kind=ColumnsFile.Kind.VECTORS)
    files.write("training", columns.name_of(row.kind, row.tag), b"of another release")
    columns.vectors.cache_clear()
    vectors.forget()
    _round()
    assert begun == [("fit_vectors",)]


def test_of_several_workers_one_begins_and_after_an_hour_without_result_another(begun):
    _fitted(days_ago=2)
    now = timezone.now()
    for minutes in (0, 1, 59):
        _round(now + timedelta(minutes=minutes))
    assert len(begun) == 1
    _round(now + timedelta(minutes=60))
    assert len(begun) == 2


def test_a_new_fit_is_found_by_every_process_under_a_tag_of_its_own():
    _fitted(days_ago=2)
    old = vectors.current()
    market.coffees("3.00")
    vectors.fit(now=timezone.now())
    assert vectors.current().tag != old.tag
    assert ColumnsFile.objects.filter(kind=ColumnsFile.Kind.VECTORS).count() == 2
    assert not refit.due(now=timezone.now())


def test_the_sweeper_asks_for_it(begun, monkeypatch):
    _fitted(days_ago=2)
    monkeypatch.setattr(sweeper, "_asked", float("-inf"))
    asked = []
    monkeypatch.setattr(refit, "start_if_due", lambda *, now: asked.append(now))
    sweeper.daily()
    assert len(asked) == 1
