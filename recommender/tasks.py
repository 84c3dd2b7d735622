"""Celery's doors to the loop. A message is a hint: one lost or got twice costs nothing."""

from __future__ import annotations

from celery import shared_task

# Connects the sweeper to the worker that loads its tasks.
from recommender import sweeper, trainer

__all__ = ["sweeper", "train_if_due"]


@shared_task  # type: ignore[untyped-decorator]
def train_if_due() -> None:
    """Sent after every purchase; trains when a bucket is due and nobody trains it yet."""
    trainer.run_if_due()
