"""Every test of the loop starts as a new process would, and asks the database each time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from recommender import alarms
from recommender.serving import columns, live_ranker, snapshot, vectors


def start_afresh() -> None:
    """Forget what this process holds in memory."""
    snapshot.forget()
    vectors.forget()
    live_ranker.forget()
    alarms.forget()
    columns.snapshot.cache_clear()
    columns.vectors.cache_clear()


@pytest.fixture(autouse=True)
def _fresh_process(settings, tmp_path) -> Iterator[None]:
    settings.RECOMMENDER = {"CHECK_SECONDS": 0.0, "EXPLORATION_SHARE": 0.0}
    settings.STORAGES = {
        **settings.STORAGES,
        **{
            name: {
                "BACKEND": "django.core.files.storage.FileSystemStorage",
                "OPTIONS": {"location": tmp_path / name},
            }
            for name in ("rankers", "training")
        },
    }
    start_afresh()
    yield
    start_afresh()
