"""A process that makes rankers live, good and damaged: ``python -m tests.faults.publisher NUMBER``.

After the first it waits for a line. Then it goes on whenever every web process has answered its
shopper by a good one, or has said that it cannot load a damaged one. Each ranker becomes a line:
its tag, its damage and the seconds that this took.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Callable
from contextlib import nullcontext, suppress
from itertools import cycle, islice
from random import Random

import django

from recommender.ranking import artifact, ranker
from recommender.ranking.features.schema import fingerprint
from recommender.ranking.ranker import LtrRanker
from tests.flows.running_store import until
from tests.ranking import lessons

PROCESSES = 4
SENTENCE = "generation {} could not be loaded"
FOREIGN = "0" * 64
LONGEST = 60.0
"""Seconds after which a ranker that some process has not met is a failure."""


def trained(number: int) -> LtrRanker:
    """Trees that no other number gives."""
    lesson = lessons.training(30, seed=number)
    return ranker.fit((lesson.features, lesson.labels, lesson.groups), rounds=15)


def other_numbers(whole: bytes) -> bytes:
    """As long, and LightGBM reads it, but the leaves of the first tree hold other values."""
    turned = bytes.maketrans(b"0123456789", b"9876543210")
    return re.sub(rb"leaf_value=[^\n]+", lambda line: line[0].translate(turned), whole, count=1)


ON_DISK: dict[str, Callable[[bytes, int], bytes | None]] = {
    "truncated": lambda whole, _: whole[: len(whole) // 2],
    "flipped": lambda whole, _: whole[:9000] + bytes([whole[9000] ^ 1]) + whole[9001:],
    "empty": lambda whole, _: b"",
    "missing": lambda whole, _: None,
    "another's": lambda whole, number: artifact.dump(trained(number + 100_000)),
}
"""What lies there in place of what the ledger knows."""

IN_THE_LEDGER: dict[str, Callable[[bytes], bytes]] = {
    "other numbers": other_numbers,
    "other features": lambda whole: whole.replace(fingerprint().encode(), FOREIGN.encode()),
}
"""What the ledger has the size and the hash of, in place of what was trained."""

DAMAGES = (*ON_DISK, *IN_THE_LEDGER)


def plan(publishes: int) -> list[str]:
    """The damage of each ranker, "" for a good one: a fourth is damaged, and each way is there."""
    damaged = max(publishes // 4, len(DAMAGES))
    between = [*islice(cycle(DAMAGES), damaged), *[""] * (publishes - damaged - 2)]
    Random(6).shuffle(between)
    return ["", *between, ""]


def publish(number: int, damage: str) -> tuple[str, int]:
    """Make the ranker of this number live; returns its tag and its generation."""
    from django.core.files.storage import storages
    from django.utils import timezone

    from recommender import files
    from recommender.learning import lease, promotion, registry
    from recommender.models import LiveTag

    scorer = trained(number)
    whole = artifact.dump(scorer)
    told = IN_THE_LEDGER.get(damage, bytes)(whole)
    now = timezone.now()
    fence = lease.take(0, now=now, by_hand=True)
    assert fence is not None
    version = registry.register(
        registry.Trained(
            policy=scorer.policy,
            artifact=told,
            fingerprint=FOREIGN if damage == "other features" else fingerprint(),
            golden=artifact.golden(scorer, lessons.features(20, 5, seed=number)),
            training_info={},
            evaluation={},
            verdict={},
            manifest={},
        ),
        bucket=0,
        fence=fence,
        now=now,
    )
    if damage:
        name = f"{version.sha256}.txt"
        there = ON_DISK[damage](whole, number) if damage in ON_DISK else told
        assert there != whole
        storages["rankers"].delete(name)
        if there is not None:
            files.write("rankers", name, there)
    # Once the tag has moved, the live file's copy is made, of which there is none.
    with suppress(FileNotFoundError) if damage == "missing" else nullcontext():
        promotion.promote(version, fence=fence, now=now)
    assert lease.finish(fence, state="promoted", message="", now=now)
    return version.tag, LiveTag.objects.get().generation


def main(publishes: int) -> None:
    django.setup()
    from django.utils import timezone

    from recommender.serving.processes import serving
    from tracking.models import Slate

    for number, damage in enumerate(plan(publishes)):
        since, began = timezone.now(), time.monotonic()
        tag, generation = publish(number, damage)
        if damage:
            met = serving().filter(problem__startswith=SENTENCE.format(generation))
        else:
            slates = Slate.objects.filter(served_at__gte=since, ranker_tag=tag)
            met = slates.order_by().values("shopper_key").distinct()
        if number:
            until(lambda met=met: met.count() == PROCESSES, LONGEST)
        line = [tag, damage, time.monotonic() - began]
        print(json.dumps(line), flush=True)  # noqa: T201 this is its answer
        if number == 0:
            sys.stdin.readline()


if __name__ == "__main__":
    main(int(sys.argv[1]))
