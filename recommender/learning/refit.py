"""Fits the vectors anew when they have grown old: by one worker, in a process of its own.

What sells moves on, new shoppers come, and so do new products, of which nothing is known until the
next fit. The new vectors have a tag of their own; every process finds them by itself.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Q

from recommender import conf
from recommender.learning import trainer
from recommender.models import ColumnsFile, TrainingRun
from recommender.serving import vectors
from shop.models import Product

logger = logging.getLogger(__name__)

AGAIN_AFTER = timedelta(hours=1)
"""What was begun so long ago without a result has failed, or its worker is gone."""


def due(*, now: datetime) -> bool:
    """Whether the newest vectors are older than ``VECTORS_DAYS`` or cannot be read.

    A store without any is due once it has products: the panel says that it combines what they make.
    """
    made = ColumnsFile.objects.filter(kind=ColumnsFile.Kind.VECTORS).order_by("-made_at")
    newest = made.values_list("made_at", flat=True).first()
    days = timedelta(days=conf.current().vectors_days)
    if newest is None:
        return Product.objects.exists()
    return newest <= now - days or vectors.current() is vectors.NONE


def start_if_due(*, now: datetime) -> threading.Thread | None:
    """Begin in a thread that waits for the process, unless another worker has begun."""
    if not due(now=now) or not _claim(now):
        return None
    thread = threading.Thread(target=_run, name="refit", daemon=True)
    thread.start()
    return thread


def _claim(now: datetime) -> bool:
    TrainingRun.objects.get_or_create(pk=1)
    free = Q(refit_at=None) | Q(refit_at__lte=now - AGAIN_AFTER)
    return bool(TrainingRun.objects.filter(free, pk=1).update(refit_at=now))


def _run() -> None:
    try:
        problem = trainer.in_a_process("fit_vectors")
        if problem:
            logger.error("the vectors could not be fitted anew: %s", problem)
    finally:
        connection.close()
