"""Taking a shopper out of partitions and vectors: at once, and once more a while later.

A training that read the log just before the shopper's rows left it may still write them down, so
the partitions are gone through again after the longest time that a training may take. What is
pending stands in the database: a crash in between costs nothing, the sweeper goes on.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from recommender import conf, files
from recommender.learning import manifest, partitions
from recommender.models import Partition, PendingErasure
from recommender.serving import vectors

logger = logging.getLogger(__name__)

COPY = "ltr_train.parquet"
"""Where ``export_training_data`` writes unless it is told otherwise."""


def due(*, now: datetime) -> bool:
    """Is there anything to go through?"""
    return _due(now).exists()


def run(*, now: datetime) -> int:
    """Take everybody who is due out of every partition and set of vectors.

    How many partitions held rows of theirs.

    May run in several processes at once, and again after a crash.
    """
    pending = list(_due(now))
    if not pending:
        return 0
    shoppers = [row.shopper_key for row in pending]
    changed = [
        partition.name
        for partition in Partition.objects.exclude(sha256="")
        if partitions.without(partition, shoppers, now=now)
    ]
    if changed:
        manifest.tell_removed(changed, why=manifest.ERASED, now=now)
        # A copy that somebody exported beside them holds the same rows.
        files.delete("training", COPY)
    members = [int(key[2:]) for key in shoppers if key.startswith("m:")]
    if members:
        vectors.forget_members(members, now=now)
    keys = PendingErasure.objects.filter(pk__in=shoppers)
    keys.filter(asked_at__lte=now - _longest_training()).delete()
    keys.update(erased_at=now)
    logger.info("an erasure changed %s training partitions", len(changed))
    return len(changed)


def _due(now: datetime) -> QuerySet[PendingErasure]:
    return PendingErasure.objects.filter(
        Q(erased_at=None) | Q(asked_at__lte=now - _longest_training())
    )


def _longest_training() -> timedelta:
    return timedelta(seconds=conf.current().training_seconds)
