"""Celery's doors to the loop. A message is a hint: one lost or got twice costs nothing."""

from __future__ import annotations

from celery import shared_task
from celery.worker.control import control_command

# Connects the sweeper to the worker that loads its tasks.
from recommender.learning import broadcast, sweeper, trainer
from recommender.serving import live_ranker

__all__ = ["follow_live_tag", "sweeper", "train_if_due"]


@shared_task  # type: ignore[untyped-decorator]
def train_if_due() -> None:
    """Sent after every purchase; trains when a bucket is due and nobody trains it yet."""
    trainer.run_if_due()


@control_command(name=broadcast.COMMAND)  # type: ignore[untyped-decorator]
def follow_live_tag(_: object) -> None:
    """Broadcast when the live tag moved; without it the worker looks a second later."""
    live_ranker.look_now()
