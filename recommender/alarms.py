"""Is it learning? One small function per way in which a loop can run and yet learn nothing.

Each takes the facts and answers with a sentence and its figure, or with None when all is well.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from recommender import conf, skew
from recommender.conf import Conf
from recommender.models import LedgerEntry, LiveTag, RankerVersion, TrainingRun
from recommender.serving import processes
from shop.recommendations import CART_FIT
from tracking import log

SKEW_SAMPLE = 3
"""So many of the newest slates are computed once more; ``manage.py check_skew`` does them all."""

LATELY = timedelta(days=7)
"""Slates from before say nothing of today; a small store takes some days to serve enough."""


@dataclass(frozen=True)
class Alarm:
    """``name`` is what metrics call it; ``figure`` is what went past the threshold."""

    name: str
    message: str
    figure: float


@dataclass(frozen=True)
class Facts:
    """What the alarms look at, read once."""

    now: datetime
    rules: Conf
    run: TrainingRun
    live: RankerVersion | None
    generation: int
    newest: RankerVersion | None
    slates: list[log.SlateRow]


def read(now: datetime) -> Facts:
    """The facts as they are now."""
    rules = conf.current()
    tag = LiveTag.objects.select_related("version").filter(pk=1).first()
    return Facts(
        now=now,
        rules=rules,
        run=TrainingRun.objects.filter(pk=1).first() or TrainingRun(),
        live=tag.version if tag else None,
        generation=tag.generation if tag else 0,
        newest=RankerVersion.objects.first(),
        # A set that fits a cart to its budget is taken or left as a whole: it has no beacon.
        slates=log.newest_slates(rules.alarm_slates, since=now - LATELY, not_at=(CART_FIT,)),
    )


def no_informative_groups(facts: Facts) -> Alarm | None:
    """The newest training found no later slate that tells a good order from a bad one."""
    if facts.run.state == TrainingRun.State.REFUSED:
        return Alarm("no_informative_groups", facts.run.message, 0)
    if facts.newest is None or "informative_slates" not in facts.newest.evaluation:
        return None
    found = facts.newest.evaluation["informative_slates"]
    if found > 0:
        return None
    return Alarm(
        "no_informative_groups", "No later slate of the newest training holds two labels.", 0
    )


def one_distinct_score(facts: Facts) -> Alarm | None:
    """The live ranker gives every swap of every recent slate the same score."""
    if facts.live is None:
        return None
    scored = [
        {item["score"] for item in row.items}
        for row in facts.slates
        if row.ranker_tag == facts.live.tag and len(row.items) > 1
    ]
    if not scored or any(len(scores) > 1 for scores in scored):
        return None
    return Alarm(
        "one_distinct_score",
        f"In each of its newest {len(scored)} slates {facts.live.tag} scores all swaps alike.",
        1,
    )


def unseen(facts: Facts) -> Alarm | None:
    """What is served is hardly ever confirmed as seen: the beacon may be blocked or broken."""
    if len(facts.slates) < facts.rules.alarm_slates:
        return None
    served = sum(len(row.items) for row in facts.slates)
    seen = {
        (fact.qid, fact.position)
        for fact in log.events_for_qids([row.qid for row in facts.slates])
        if fact.position is not None
    }
    share = 1 - len(seen) / served if served else 0.0
    if share <= facts.rules.alarm_unseen_share:
        return None
    return Alarm(
        "unseen",
        f"{share:.0%} of the swaps of the newest {len(facts.slates)} slates were never seen "
        f"(at most {facts.rules.alarm_unseen_share:.0%}).",
        share,
    )


def importance_collapsed(facts: Facts) -> Alarm | None:
    """One column carries nearly all of the live ranker, or none can be told from noise."""
    if facts.live is None or facts.live.weights_state != RankerVersion.Weights.READY:
        return None
    shares = facts.live.weights.get("all_features", {})
    held_out = facts.live.weights.get("held_out", {})
    if not any(figure.get("above_noise") for figure in held_out.values()):
        return Alarm(
            "importance_collapsed", "No weight of the live ranker can be told from noise.", 0
        )
    name = max(shares, key=lambda name: shares[name])
    share = shares[name] / 100
    if share <= facts.rules.alarm_weight_share:
        return None
    return Alarm(
        "importance_collapsed",
        f"{name} alone carries {share:.0%} of the live ranker "
        f"(at most {facts.rules.alarm_weight_share:.0%}).",
        share,
    )


def train_serve_skew(facts: Facts) -> Alarm | None:
    """The newest served features, computed once more from their logged inputs, differ."""
    sample = [row for row in facts.slates if row.features][:SKEW_SAMPLE]
    found = skew.check(sample)
    if found.clean:
        return None
    return Alarm(
        "train_serve_skew",
        f"{found.differences + found.tastes} differences in {found.slates} served slates: "
        f"{found.problems[0]}. manage.py check_skew looks at all of them.",
        found.differences + found.tastes,
    )


def stale_ranker(facts: Facts) -> Alarm | None:
    """Purchases go on and no training ends, or the live ranker is old."""
    behind = log.purchases() // facts.rules.retrain_every - facts.run.trained_bucket
    if behind >= facts.rules.alarm_behind_buckets:
        return Alarm(
            "stale_ranker",
            f"{behind} groups of {facts.rules.retrain_every} purchases wait for a training "
            f"(fewer than {facts.rules.alarm_behind_buckets}): does a worker run?",
            behind,
        )
    if facts.live is None:
        return None
    days = (facts.now - facts.live.trained_at).days
    if days <= facts.rules.alarm_ranker_days:
        return None
    return Alarm(
        "stale_ranker",
        f"The live ranker was trained {days} days ago (at most {facts.rules.alarm_ranker_days}).",
        days,
    )


def process_behind(facts: Facts) -> Alarm | None:
    """A process still serves an older generation some time after the live tag moved."""
    moved = LedgerEntry.objects.filter(generation=facts.generation).last()
    if moved is None:
        return None
    if facts.now - moved.at < timedelta(seconds=facts.rules.alarm_lag_seconds):
        return None
    behind = processes.serving().exclude(generation=facts.generation).count()
    if not behind:
        return None
    return Alarm(
        "process_behind",
        f"{behind} of the processes have not followed to generation {facts.generation}; "
        "/health/ready says which and why.",
        behind,
    )


def failed_training(facts: Facts) -> Alarm | None:
    """A training has broken down again and again."""
    if facts.run.state != TrainingRun.State.FAILED:
        return None
    if facts.run.attempts < facts.rules.alarm_attempts:
        return None
    return Alarm(
        "failed_training",
        f"Bucket {facts.run.bucket} broke down {facts.run.attempts} times: {facts.run.message}",
        facts.run.attempts,
    )


CHECKS: tuple[tuple[str, Callable[[Facts], Alarm | None]], ...] = (
    ("no_informative_groups", no_informative_groups),
    ("one_distinct_score", one_distinct_score),
    ("unseen", unseen),
    ("importance_collapsed", importance_collapsed),
    ("train_serve_skew", train_serve_skew),
    ("stale_ranker", stale_ranker),
    ("process_behind", process_behind),
    ("failed_training", failed_training),
)

_lock = threading.Lock()
_ringing: list[Alarm] = []
_looked = float("-inf")


def current() -> list[Alarm]:
    """What rings now; looked at once in ``ALARM_SECONDS`` in this process, by one thread."""
    global _ringing, _looked  # noqa: PLW0603 one memory per process
    if time.monotonic() - _looked < conf.current().alarm_seconds:
        return _ringing
    with _lock:
        if time.monotonic() - _looked >= conf.current().alarm_seconds:
            facts = read(timezone.now())
            found = [check(facts) for _, check in CHECKS]
            _ringing = [alarm for alarm in found if alarm is not None]
            _looked = time.monotonic()
    return _ringing


def forget() -> None:
    """Start as a new process would."""
    global _ringing, _looked
    _ringing, _looked = [], float("-inf")
