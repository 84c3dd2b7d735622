"""Moving the live tag: conditional updates in one transaction, a generation that grows, a ledger.

The gate moves it through ``promote``; what people do is in ``steering``.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F

from recommender import files
from recommender.learning import broadcast, lease
from recommender.models import LedgerEntry, LiveTag, RankerVersion

logger = logging.getLogger(__name__)

LIVE_COPY = "lgbm_ltr.txt"
"""The live artifact under a name that never changes, for people and other programs."""

Action = LedgerEntry.Action
Status = RankerVersion.Status


class NotPromotable(Exception):
    """The version is no challenger any more, or the trainer's lease was lost."""


class Pinned(Exception):
    """The live tag is pinned: a challenger that passed the gate waits."""


def promote(version: RankerVersion, *, fence: int, now: datetime) -> int:
    """Make a challenger live and retire the one before it; returns the new generation.

    Nothing moves, and NotPromotable is raised, unless ``fence`` holds the training lease and the
    version still is a challenger. Raises Pinned while the live tag is pinned.
    """
    with transaction.atomic():
        if not lease.holds(fence):
            raise NotPromotable(f"{version.tag}: the lease with fence {fence} was lost")
        live = locked()
        if live.pinned:
            raise Pinned(f"{live.version or 'the blend'} is pinned")
        moved = RankerVersion.objects.filter(pk=version.pk, status=Status.CHALLENGER).update(
            status=Status.LIVE, promoted_at=now
        )
        if moved != 1:
            raise NotPromotable(f"{version.tag} is not a challenger")
        why = "; ".join(version.verdict.get("reasons", []))
        return move(live, version, action=Action.PROMOTED, now=now, why=why)


def retreat(why: str, *, now: datetime) -> bool:
    """Take the live ranker back for the blend; False while it is pinned or none is live.

    Call inside the transaction that ends the training's lease, so that only its holder does this.
    """
    live = locked()
    if live.pinned or live.version_id is None:
        return False
    RankerVersion.objects.filter(pk=live.version_id).update(status=Status.REJECTED)
    move(live, None, action=Action.ROLLED_BACK, now=now, why=why)
    return True


def locked() -> LiveTag:
    """The live tag's row, locked until the end of the transaction that this is called in."""
    LiveTag.objects.get_or_create(pk=1)
    return LiveTag.objects.select_for_update().select_related(None).get(pk=1)


def move(
    live: LiveTag,
    version: RankerVersion | None,
    *,
    action: LedgerEntry.Action,
    now: datetime,
    by: str = "",
    why: str = "",
) -> int:
    """Point the ``locked`` live tag at ``version`` (None: the blend) and write it down.

    Returns the new generation. Call inside the transaction of the lock, when the version's own
    status is "live" already; the others lose theirs here.
    """
    others = RankerVersion.objects.filter(status=Status.LIVE)
    if version is not None:
        others = others.exclude(pk=version.pk)
    others.update(status=Status.RETIRED)
    LiveTag.objects.filter(pk=1).update(generation=F("generation") + 1, version=version)
    generation = live.generation + 1
    LedgerEntry.objects.create(
        action=action, version=version, generation=generation, by=by, why=why, at=now
    )
    transaction.on_commit(lambda: _published(version))
    name = version.tag if version else "the blend"
    logger.info("%s: %s, generation %s", action.label, name, generation)
    return generation


def hold_back(version: RankerVersion, *, now: datetime) -> None:
    """A challenger passed the gate while the live tag is pinned: it stays one, and it is said."""
    live = LiveTag.objects.select_related("version").get(pk=1)
    LedgerEntry.objects.create(
        action=Action.HELD_BACK,
        version=version,
        generation=live.generation,
        why=f"It passed the gate, but {live.version or 'the blend'} is pinned.",
        at=now,
    )


def reject(version: RankerVersion) -> None:
    """A challenger that did not pass the gate."""
    RankerVersion.objects.filter(pk=version.pk, status=Status.CHALLENGER).update(
        status=Status.REJECTED
    )


def _published(version: RankerVersion | None) -> None:
    # Processes load the file that is named by its hash; a crash before these costs nothing.
    broadcast.follow()
    if version is not None:
        files.write("rankers", LIVE_COPY, files.read("rankers", f"{version.sha256}.txt"))
