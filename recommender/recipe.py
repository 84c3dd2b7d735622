"""What a ranker was made with, and the same ranker made again from its stored training set."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version as installed
from typing import Any

from recommender import files
from recommender.models import RankerVersion
from recommender.ranking import artifact, rungs
from recommender.ranking.training_set import TrainingSet, from_parquet, to_parquet

LIBRARIES = ("lightgbm", "numpy", "scipy", "pandas", "pyarrow")


class CannotRebuild(Exception):
    """What the ranker was trained on is gone or is not what it was; the message says which."""


def of(*, seed: int, threads: int) -> dict[str, Any]:
    """The manifest beside a training set: with both the same bytes come out again."""
    libraries = {name: installed(name) for name in LIBRARIES}
    return {
        "seed": seed,
        "threads": threads,
        "versions": {"python": platform.python_version(), **libraries},
    }


def keep(training: TrainingSet) -> str:
    """Store the training set under the hash of its content; returns the file's name."""
    data = to_parquet(training)
    name = _name(data)
    files.write("training", name, data)
    return name


def rebuild(version: RankerVersion) -> bytes:
    """The artifact as the stored training set and recipe make it; raises CannotRebuild."""
    recipe = version.training_info.get("recipe")
    if recipe is None:
        raise CannotRebuild("it was trained before recipes were kept")
    try:
        data = files.read("training", version.training_file)
    except (OSError, ValueError) as error:
        raise CannotRebuild(f"its training set is no longer kept ({error})") from error
    if _name(data) != version.training_file:
        raise CannotRebuild("its training set is not the one it was trained on")
    ranker = rungs.fit(
        version.policy, from_parquet(data), seed=recipe["seed"], threads=recipe["threads"]
    )
    return artifact.dump(ranker)


def changed_versions(version: RankerVersion) -> dict[str, tuple[str, str]]:
    """Libraries that are not those of the training: {name: (then, now)}."""
    recipe = version.training_info["recipe"]
    now = of(seed=recipe["seed"], threads=recipe["threads"])["versions"]
    then = recipe["versions"]
    return {name: (then[name], now[name]) for name in now if then.get(name) != now[name]}


def _name(data: bytes) -> str:
    return f"ltr-{hashlib.sha256(data).hexdigest()[:24]}.parquet"
