"""Training rows as immutable Parquet files, one folder per UTC day, each made from the log once.

A day is final seven days after its end: by then all its slates are mature and nothing more is put
down to them. The days before that are open and are written anew for a training when they changed;
a file is named by its content, so what did not change is not written twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

import numpy as np
import pandas as pd
from django.db.models import QuerySet
from django.utils import timezone

from recommender import files
from recommender.learning import frames
from recommender.models import Partition
from recommender.ranking.features.schema import fingerprint
from recommender.ranking.training_set import (
    TrainingSet,
    from_parquet,
    rows_of,
    shoppers_in,
    to_parquet,
)
from tracking import log

DAY = timedelta(days=1)
STILL_UNDER_WAY = timedelta(minutes=1)


class Damaged(Exception):
    """A partition's file does not hold the bytes that it is named by."""


def bring_up_to_date(*, now: datetime, since: datetime) -> list[Partition]:
    """Export what is missing of the days from ``since`` on; the partitions of all of them.

    The log is not read again for a day that is final, nor for an open one that nothing happened to.
    """
    first = log.first_served_at(since=since)
    if first is None:
        return []
    begins = first.astimezone(UTC).date()
    kept = Partition.objects.filter(day__gte=begins, fingerprint=fingerprint())
    standing = {partition.day: partition for partition in kept.filter(final=True)}
    standing |= _unchanged(kept.filter(final=False), now=now)
    return [standing.get(day) or export(day, now=now) for day in _days(begins, now)]


def export(day: date, *, now: datetime) -> Partition:
    """One day of the log, judged by what is known ``now``, as a partition."""
    start, read_at = datetime.combine(day, time(), UTC), timezone.now()
    rows = frames.assemble(now=now, since=start, until=start + DAY)
    stored = _store(day, rows, final=now >= start + DAY + log.MATURES_AFTER, now=now)
    Partition.objects.filter(pk=stored.pk).update(read_at=read_at)
    return stored


def _unchanged(open_days: QuerySet[Partition], *, now: datetime) -> dict[date, Partition]:
    """The newest partitions of days that are as they were when the log was last read for them."""
    # Slates become mature by themselves, too.
    aging = (now - log.MATURES_AFTER).astimezone(UTC).date()
    read = open_days.filter(day__gt=aging).exclude(read_at=None).order_by("read_at")
    newest = {row.day: row for row in read}
    if not newest:
        return {}
    # What was received before it may have been committed a little after.
    since = min(row.read_at for row in newest.values() if row.read_at) - STILL_UNDER_WAY
    changed = {at.astimezone(UTC).date() for at in log.touched(received_since=since)}
    return {day: row for day, row in newest.items() if day not in changed}


def keep(training: TrainingSet) -> list[Partition]:
    """Store a training set that did not come from the log, cut into its days."""
    days = training.first_rows["served_at"].dt.date.to_numpy()
    return [
        _store(day, training.slates(days == day), final=False, now=timezone.now())
        for day in sorted(set(days))
    ]


def read(name: str, sha256: str) -> bytes:
    """A partition's file; raises FileNotFoundError, or Damaged for other content."""
    data = files.read("training", name)
    if hashlib.sha256(data).hexdigest() != sha256:
        raise Damaged(f"{name} holds other bytes than those it is named by")
    return data


def rows_of_shoppers(partition: Partition, shoppers: Sequence[str]) -> pd.DataFrame:
    """What a partition holds of these shoppers; raises as ``read`` does."""
    rows = rows_of(read(partition.name, partition.sha256))
    return rows[rows["shopper"].isin(list(shoppers))]


def reopen(days: Iterable[date]) -> None:
    """Let days be exported again: something was written to their log afterwards."""
    Partition.objects.filter(day__in=set(days)).update(final=False, read_at=None)


def without(partition: Partition, shoppers: Sequence[str], *, now: datetime) -> bool:
    """Take the shoppers' rows out of a partition; True when it held any.

    What is left of a final day is a partition of its own, which stands for the day from now on; of
    other features than today's nothing is left. The file that held them is gone when this returns.
    """
    try:
        data = read(partition.name, partition.sha256)
        if shoppers_in(data).isdisjoint(shoppers):
            return False
    except (FileNotFoundError, Damaged, ValueError):
        # Of no use to anybody, and nobody can say whose rows it holds.
        remove(partition)
        return True
    if partition.final and partition.fingerprint == fingerprint():
        training = from_parquet(data)
        others = ~np.isin(training.shoppers, list(shoppers))
        _store(partition.day, training.slates(others), final=True, now=now)
    remove(partition)
    return True


def remove(partition: Partition) -> None:
    """Delete the file and then the row, so that a file with somebody's rows is never unknown."""
    files.delete("training", partition.name)
    Partition.objects.filter(pk=partition.pk).delete()


def _days(begins: date, now: datetime) -> Iterator[date]:
    for ahead in range((now.astimezone(UTC).date() - begins).days + 1):
        yield begins + ahead * DAY


def _store(day: date, rows: TrainingSet, *, final: bool, now: datetime) -> Partition:
    data = to_parquet(rows) if len(rows) else b""
    partition = Partition(
        day=day,
        sha256=hashlib.sha256(data).hexdigest() if data else "",
        fingerprint=fingerprint(),
        rows=len(rows.labels),
        slates=len(rows),
        final=final,
        made_at=now,
    )
    same = Partition.objects.filter(
        day=day, sha256=partition.sha256, fingerprint=partition.fingerprint
    )
    # The file first: a row always names one that is there.
    if data and not same.exists():
        files.write("training", partition.name, data)
    Partition.objects.bulk_create([partition], ignore_conflicts=True)
    if final:
        same.update(final=True)
    return same.get()
