"""Which rows a ranker was trained on and how, and the same ranker made again from them."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

from recommender import conf
from recommender.learning import partitions
from recommender.models import Partition, RankerVersion
from recommender.ranking import artifact, rungs
from recommender.ranking.errors import CannotLearn, ForeignFingerprint
from recommender.ranking.features.schema import fingerprint
from recommender.ranking.training_set import TrainingSet, Weighing, from_parquet

LIBRARIES = ("lightgbm", "numpy", "scipy", "pandas", "pyarrow")

ERASED = "a shopper had their rows erased"
TOO_OLD = "it became older than what is kept"


class CannotRebuild(Exception):
    """What the ranker was trained on is gone or is not what it was; the message says which."""


def of_log(*, now: datetime, seed: int = 0, threads: int = 1) -> dict[str, Any]:
    """The manifest of a training on the log as it is now, whose partitions are exported here.

    Raises CannotLearn when there is nothing to learn from.
    """
    settings = conf.current()
    since = now - timedelta(days=settings.training_days)
    days = partitions.bring_up_to_date(now=now, since=since)
    return _written(days, since, settings.most_slates, seed=seed, threads=threads)


def of_rows(training: TrainingSet, *, seed: int = 0, threads: int = 1) -> dict[str, Any]:
    """The manifest of a training on rows (one at least) that did not come from the log.

    They are stored here.
    """
    since = training.first_rows["served_at"].iloc[0].to_pydatetime()
    days = partitions.keep(training)
    return _written(days, since, len(training), seed=seed, threads=threads)


def training_set(manifest: dict[str, Any]) -> TrainingSet:
    """The rows that ``manifest`` names; raises CannotRebuild when they are not all there."""
    for entry in manifest["partitions"]:
        if "removed" in entry:
            gone = entry["removed"]
            raise CannotRebuild(f"{entry['name']} was removed on {gone['at'][:10]}: {gone['why']}")
    try:
        parts = [
            partitions.read(entry["name"], entry["sha256"]) for entry in manifest["partitions"]
        ]
        rows = from_parquet(*parts, weighing=Weighing(**manifest["weighing"]))
    except (OSError, ValueError) as error:
        raise CannotRebuild(f"its training rows are no longer kept ({error})") from error
    except (partitions.Damaged, ForeignFingerprint) as error:
        raise CannotRebuild(f"its rows are not those it was trained on: {error}") from error
    window = manifest["window"]
    newest = rows.newest(window["most_slates"], since=datetime.fromisoformat(window["since"]))
    return newest.without_spent_prior()


def rebuild(version: RankerVersion) -> bytes:
    """The artifact as the partitions and the manifest make it; raises CannotRebuild."""
    manifest = version.manifest
    if not manifest:
        raise CannotRebuild("it was trained before manifests were kept")
    rows = training_set(manifest)
    ranker = rungs.fit(
        version.policy,
        rows,
        # A manifest from before trees were counted while judging names none.
        rounds=manifest.get("rounds", {}),
        seed=manifest["seed"],
        threads=manifest["threads"],
    )
    return artifact.dump(ranker)


def changed_versions(version: RankerVersion) -> dict[str, tuple[str, str]]:
    """Libraries and code that are not those of the training: {name: (then, now)}."""
    now, then = versions(), version.manifest["versions"]
    return {name: (then[name], now[name]) for name in now if then.get(name) != now[name]}


@cache
def versions() -> dict[str, str]:
    """What made the bytes: Python, libraries, and a hash of the ranking code."""
    libraries = {name: installed(name) for name in LIBRARIES}
    digest = hashlib.sha256()
    folder = Path(rungs.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        digest.update(path.relative_to(folder).as_posix().encode() + path.read_bytes())
    code = digest.hexdigest()[:12]
    return {"python": platform.python_version(), **libraries, "ranking code": code}


def tell_removed(names: Collection[str], *, why: str, now: datetime) -> int:
    """Let every manifest that names one of these partitions say that it is gone, and why."""
    told = 0
    for version in RankerVersion.objects.exclude(manifest={}).only("pk", "manifest"):
        gone = [
            entry
            for entry in version.manifest["partitions"]
            if entry["name"] in names and "removed" not in entry
        ]
        for entry in gone:
            entry["removed"] = {"at": now.isoformat(), "why": why}
        if gone:
            RankerVersion.objects.filter(pk=version.pk).update(manifest=version.manifest)
            told += 1
    return told


def _written(
    days: Sequence[Partition], since: datetime, most_slates: int, *, seed: int, threads: int
) -> dict[str, Any]:
    needed, slates = [], 0
    for day in reversed(days):
        if slates >= most_slates:
            break
        if day.rows:
            needed.append(day)
            slates += day.slates
    if not needed:
        raise CannotLearn("there are no samples")
    return {
        "partitions": [
            {"name": day.name, "sha256": day.sha256, "rows": day.rows, "slates": day.slates}
            for day in reversed(needed)
        ],
        "window": {"since": since.isoformat(), "most_slates": most_slates},
        "weighing": asdict(conf.current().weighing()),
        "fingerprint": fingerprint(),
        "seed": seed,
        "threads": threads,
        "versions": dict(versions()),
    }
