"""Celery's doors to the loop. A message is a hint: losing one, or getting it twice, costs nothing."""

from __future__ import annotations

from celery import shared_task

from recommender import trainer


@shared_task
def train_if_due() -> None:
    """Sent after every purchase; trains when a bucket is due and nobody trains it yet."""
    trainer.run_if_due()
