"""Moving the live tag: conditional updates in one transaction, and a generation that grows."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F

from recommender import files, lease
from recommender.models import LiveTag, RankerVersion

logger = logging.getLogger(__name__)

LIVE_COPY = "lgbm_ltr.txt"
"""The live artifact under a name that never changes, for people and other programs."""


class NotPromotable(Exception):
    """The version is no challenger any more, or the trainer's lease was lost."""


def promote(version: RankerVersion, *, fence: int, now: datetime) -> int:
    """Make a challenger live and retire the one before it; returns the new generation.

    Nothing moves, and NotPromotable is raised, unless ``fence`` holds the training lease and the
    version still is a challenger.
    """
    with transaction.atomic():
        if not lease.holds(fence):
            raise NotPromotable(f"{version.tag}: the lease with fence {fence} was lost")
        LiveTag.objects.get_or_create(pk=1)
        live = LiveTag.objects.select_for_update().get(pk=1)
        moved = RankerVersion.objects.filter(
            pk=version.pk, status=RankerVersion.Status.CHALLENGER
        ).update(status=RankerVersion.Status.LIVE, promoted_at=now)
        if moved != 1:
            raise NotPromotable(f"{version.tag} is not a challenger")
        RankerVersion.objects.filter(status=RankerVersion.Status.LIVE).exclude(
            pk=version.pk
        ).update(status=RankerVersion.Status.RETIRED)
        LiveTag.objects.filter(pk=1, generation=live.generation).update(
            generation=F("generation") + 1, version=version
        )
        transaction.on_commit(lambda: _copy(version))
    logger.info("%s (%s) is live, generation %s", version.tag, version.policy, live.generation + 1)
    return live.generation + 1


def reject(version: RankerVersion) -> None:
    """A challenger that did not pass the gate."""
    RankerVersion.objects.filter(pk=version.pk, status=RankerVersion.Status.CHALLENGER).update(
        status=RankerVersion.Status.REJECTED
    )


def _copy(version: RankerVersion) -> None:
    # Processes load the file that is named by its hash; a crash before this line costs nothing.
    files.write("rankers", LIVE_COPY, files.read("rankers", f"{version.sha256}.txt"))
