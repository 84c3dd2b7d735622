"""What the learning loop need not keep any longer: looked up first, deleted on demand.

Never what the live ranker, one that waits behind a pin, or a roll-back needs, and nothing that was
made in the last day, because a training or a fit may be about to name it.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from django.core.files.storage import storages
from django.db.models import Exists, OuterRef, Q, QuerySet

from recommender import conf, files
from recommender.learning import manifest, partitions
from recommender.models import (
    ColumnsFile,
    LedgerEntry,
    Partition,
    RankerVersion,
    TasteState,
    TrainingRun,
)
from recommender.ranking.features.schema import fingerprint
from recommender.serving import columns
from tracking import log, retention

logger = logging.getLogger(__name__)

JUST_MADE = timedelta(days=1)
Status = RankerVersion.Status

OURS = {
    "rankers": re.compile(r"[0-9a-f]{64}\.txt|\..+\.part"),
    "training": re.compile(
        r"days/[-0-9]{10}/([0-9a-f]{64}\.parquet|\..+\.part)"
        r"|(snapshot|vectors)-[0-9a-f]{64}\.(columns|npz)|ltr-[0-9a-f]{24}\.parquet|\..+\.part"
    ),
}
"""Names that this program gives to files; what people put beside them is left alone."""


@dataclass
class Plan:
    """What is to go. ``log`` counts the rows of the log, by what they are."""

    log: dict[str, int]
    tastes: int
    versions: list[RankerVersion]
    partitions: list[Partition]
    columns: list[ColumnsFile]
    files: list[tuple[str, str]]

    def lines(self) -> Iterator[str]:
        """What goes, in words; nothing for what there is none of."""
        counts = {
            **self.log,
            "tastes": self.tastes,
            "rankers": len(self.versions),
            "training partitions": len(self.partitions),
            "snapshots and vectors": len(self.columns),
            "files that no row names": len(self.files),
        }
        yield from (f"{count:,} {what}" for what, count in counts.items() if count)


def plan(*, now: datetime) -> Plan:
    """What ``prune`` would delete now; nothing is deleted."""
    rules = conf.current()
    needed = _needed(now)
    return Plan(
        log=retention.outdated(**_dates(now)),
        tastes=_tastes(now).count(),
        versions=list(_versions(needed)),
        partitions=list(_partitions(needed, now=now)),
        columns=list(_columns(now - timedelta(days=rules.keep_columns_days))),
        files=list(_unnamed(needed, now=now)),
    )


def prune(*, now: datetime) -> Plan:
    """Delete it; what was deleted."""
    done = plan(now=now)
    done.log = retention.prune(**_dates(now))
    done.tastes, _ = _tastes(now).delete()
    for partition in done.partitions:
        partitions.remove(partition)
    manifest.tell_removed(
        {partition.name for partition in done.partitions}, why=manifest.TOO_OLD, now=now
    )
    RankerVersion.objects.filter(pk__in=[version.pk for version in done.versions]).delete()
    for row in done.columns:
        columns.remove(row)
    for storage, name in done.files:
        files.delete(storage, name)
    return done


def due(*, now: datetime) -> bool:
    """Has nothing been pruned for ``PRUNE_HOURS``?"""
    return not TrainingRun.objects.filter(pk=1, pruned_at__gt=_last_turn(now)).exists()


def prune_daily(*, now: datetime) -> bool:
    """``prune`` when it is due, in one process of all; True when it was done here."""
    TrainingRun.objects.get_or_create(pk=1)
    mine = TrainingRun.objects.filter(Q(pruned_at=None) | Q(pruned_at__lte=_last_turn(now)), pk=1)
    if not mine.update(pruned_at=now):
        return False
    lines = list(prune(now=now).lines())
    if lines:
        logger.info("no longer kept: %s", "; ".join(lines))
    return True


def _last_turn(now: datetime) -> datetime:
    return now - timedelta(hours=conf.current().prune_hours)


def _dates(now: datetime) -> dict[str, datetime]:
    rules = conf.current()
    return {
        "before": now - timedelta(days=rules.keep_log_days),
        "functional_before": now - timedelta(days=rules.keep_functional_days),
    }


def _tastes(now: datetime) -> QuerySet[TasteState]:
    return TasteState.objects.filter(updated_at__lt=_dates(now)["before"]).exclude(
        shopper_key__in=log.shoppers_since(_dates(now)["before"])
    )


def _needed(now: datetime) -> set[int]:
    """Rankers whose rows and files stay: the live one, those that wait, served last, or are new."""
    rules = conf.current()
    steps = LedgerEntry.objects.filter(version__isnull=False).order_by("-pk")
    served = dict.fromkeys(steps.values_list("version_id", flat=True))
    recent = RankerVersion.objects.filter(
        Q(status__in=(Status.LIVE, Status.CHALLENGER))
        | Q(trained_at__gte=now - timedelta(days=rules.keep_ranker_days))
    )
    retired = RankerVersion.objects.filter(status=Status.RETIRED, pk__in=served)
    order = list(served)
    last = sorted(retired.values_list("pk", flat=True), key=order.index)[: rules.keep_rankers]
    return {*recent.values_list("pk", flat=True), *last}


def _versions(needed: set[int]) -> QuerySet[RankerVersion]:
    """Rankers that never served; of those that did the ledger keeps the rows."""
    told = LedgerEntry.objects.filter(version=OuterRef("pk"))
    return RankerVersion.objects.filter(~Exists(told)).exclude(pk__in=needed)


def _partitions(needed: set[int], *, now: datetime) -> Iterator[Partition]:
    manifests = RankerVersion.objects.filter(pk__in=needed).exclude(manifest={})
    named = {
        entry["name"]
        for kept in manifests.values_list("manifest", flat=True)
        for entry in kept["partitions"]
    }
    before = _dates(now)["before"].date()
    newest = {
        row.day: row.pk
        for row in Partition.objects.filter(fingerprint=fingerprint()).order_by("final", "read_at")
    }
    for row in Partition.objects.filter(made_at__lt=now - JUST_MADE):
        stands = newest.get(row.day) == row.pk and row.day >= before
        if not stands and row.name not in named:
            yield row


def _columns(before: datetime) -> Iterator[ColumnsFile]:
    """Those that were followed by newer ones before then: no slate that is checked names them."""
    for kind in ColumnsFile.Kind:
        rows = list(ColumnsFile.objects.filter(kind=kind).order_by("-made_at"))
        for newer, row in pairwise(rows):
            if newer.made_at < before:
                yield row


def _unnamed(needed: set[int], *, now: datetime) -> Iterator[tuple[str, str]]:
    """Files that a crash left, and those of rankers that will not serve again."""
    kept = RankerVersion.objects.filter(pk__in=needed).values_list("sha256", flat=True)
    rankers = {f"{sha256}.txt" for sha256 in kept}
    training = {row.name for row in Partition.objects.all()}
    training |= {columns.name_of(row.kind, row.tag) for row in ColumnsFile.objects.all()}
    for storage, named in (("rankers", rankers), ("training", training)):
        for name in _listed(storage):
            if name in named or not OURS[storage].fullmatch(name):
                continue
            if storages[storage].get_modified_time(name) < now - JUST_MADE:
                yield storage, name


def _listed(storage: str, folder: str = "") -> Iterator[str]:
    try:
        folders, names = storages[storage].listdir(folder)
    except FileNotFoundError:
        return
    yield from (f"{folder}{name}" for name in names)
    for inner in folders:
        yield from _listed(storage, f"{folder}{inner}/")
