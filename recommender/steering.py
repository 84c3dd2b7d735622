"""What people with the permission do to the live tag: promote, roll back, pin, ask for a training.

Every step says who did it and why, in the ledger. A ranker is proven before the tag
moves.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from recommender import files
from recommender.learning import lease, promotion
from recommender.learning.promotion import Action, Status
from recommender.models import LedgerEntry, LiveTag, RankerVersion
from tracking import hint

PERMISSION = "recommender.steer"


class Refused(Exception):
    """A sentence for the one who asked; nothing has moved."""


def promote(version: RankerVersion, *, by: str, why: str, now: datetime) -> int:
    """Put a ranker live that passed the gate, now or earlier; returns the new generation.

    Moves the tag even while it is pinned, and the pin stays. Raises Refused for the live one, one
    that the gate rejected, and one whose file or features do not fit.
    """
    _said(why)
    if not _came_through_the_gate(version):
        reasons = version.verdict.get("reasons") or ["it has no verdict"]
        raise Refused(f"{version.tag} did not pass the gate: {reasons[0]}.")
    _proven(version)
    with transaction.atomic():
        live = promotion.locked()
        if live.version_id == version.pk:
            raise Refused(f"{version.tag} is live already.")
        RankerVersion.objects.filter(pk=version.pk).update(status=Status.LIVE, promoted_at=now)
        return promotion.move(live, version, action=Action.PROMOTED, now=now, by=by, why=why)


def roll_back(version: RankerVersion, *, by: str, why: str, now: datetime) -> int:
    """Take the live ``version`` back for the last good one before it, or else for the blend.

    What was rolled back itself, cannot be loaded, or was trained on other features is passed over,
    and the ledger says so. Returns the new generation. Raises Refused when ``version`` is not live:
    so a request that is sent twice rolls back once.
    """
    _said(why)
    good, passed_over = _last_good(version)
    with transaction.atomic():
        live = promotion.locked()
        if live.version_id != version.pk:
            raise Refused(f"{version.tag} is not live, so it cannot be rolled back.")
        RankerVersion.objects.filter(pk=version.pk).update(status=Status.REJECTED)
        if good is not None:
            RankerVersion.objects.filter(pk=good.pk).update(status=Status.LIVE)
        return promotion.move(
            live,
            good,
            action=Action.ROLLED_BACK,
            now=now,
            by=by,
            why=" ".join([f"{version.tag} was taken back: {why}", *passed_over]),
        )


def pin(*, pinned: bool, by: str, why: str, now: datetime) -> None:
    """Keep the live tag whatever challengers pass the gate, or let them move it again."""
    _said(why)
    with transaction.atomic():
        live = promotion.locked()
        if live.pinned == pinned:
            raise Refused(f"The live tag is {'' if pinned else 'not '}pinned already.")
        LiveTag.objects.filter(pk=1).update(pinned=pinned)
        LedgerEntry.objects.create(
            action=Action.PINNED if pinned else Action.UNPINNED,
            version_id=live.version_id,
            generation=live.generation,
            by=by,
            why=why,
            at=now,
        )


def retrain(*, by: str, why: str, now: datetime) -> None:
    """Let a worker train on the log as it is now, whether or not five purchases are together."""
    _said(why)
    with transaction.atomic():
        live = promotion.locked()
        lease.ask(now=now)
        LedgerEntry.objects.create(
            action=Action.RETRAIN,
            version_id=live.version_id,
            generation=live.generation,
            by=by,
            why=why,
            at=now,
        )
        transaction.on_commit(hint.send)


def _said(why: str) -> None:
    if not why.strip():
        raise Refused("Say why: the ledger keeps the reason.")


def _came_through_the_gate(version: RankerVersion) -> bool:
    return version.promoted_at is not None or bool(version.verdict.get("passed"))


def _last_good(version: RankerVersion) -> tuple[RankerVersion | None, list[str]]:
    """The ranker that served last before ``version`` and can serve again; why others cannot."""
    earlier = LedgerEntry.objects.filter(
        action__in=(Action.PROMOTED, Action.ROLLED_BACK), version__isnull=False
    ).exclude(version=version)
    seen: set[int] = set()
    passed_over = []
    for entry in earlier.select_related("version").order_by("-generation"):
        candidate = entry.version
        if candidate is None or candidate.pk in seen or candidate.status != Status.RETIRED:
            continue
        seen.add(candidate.pk)
        try:
            _proven(candidate)
        except Refused as refused:
            passed_over.append(str(refused))
        else:
            return candidate, passed_over
    return None, passed_over


def _proven(version: RankerVersion) -> None:
    # Only who steers needs LightGBM here.
    from recommender.ranking import artifact
    from recommender.ranking.features import schema

    try:
        artifact.verify(
            files.read("rankers", f"{version.sha256}.txt"),
            sha256=version.sha256,
            size=version.size,
            fingerprint=schema.fingerprint(),
            golden=version.golden,
        )
    except Exception as error:
        raise Refused(f"{version.tag} cannot serve: {error}") from error
