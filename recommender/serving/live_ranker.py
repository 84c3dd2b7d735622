"""The ranker that serves in this process: follows the live tag, keeps the last good one.

One reference is swapped, so a request sees the old ranker or the new one and never waits for a
load that another thread has begun.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from recommender import conf, files
from recommender.models import LiveTag

if TYPE_CHECKING:
    from recommender.ranking.artifact import Scorer

logger = logging.getLogger(__name__)

LONGEST_PAUSE = 30.0


@dataclass(frozen=True)
class Live:
    """What serves: ``scorer`` is None while there is no live ranker, and the blend answers."""

    generation: int = 0
    tag: str = ""
    policy: str = "blend"
    scorer: Scorer | None = None
    weights: dict[str, Any] = field(default_factory=dict)
    weights_state: str = ""
    training_info: dict[str, Any] = field(default_factory=dict)


@dataclass
class Health:
    """How following went: ``problem`` is empty while the process serves the live tag."""

    wanted_generation: int = 0
    problem: str = ""
    failures: int = 0


_lock = threading.Lock()
_live = Live()
_checked = float("-inf")
health = Health()


@dataclass
class Breakdown:
    """A generation that could not be loaded, how often, and when it is tried again."""

    generation: int = 0
    tries: int = 0
    again_at: float = float("-inf")

    def happened(self, generation: int) -> None:
        self.tries = self.tries + 1 if generation == self.generation else 1
        self.generation = generation
        self.again_at = time.monotonic() + min(2.0 ** min(self.tries - 1, 5), LONGEST_PAUSE)

    def pauses(self, generation: int) -> bool:
        """Only for the one that broke down: a newer one may be good, and is not to wait for it."""
        return generation == self.generation and time.monotonic() < self.again_at


_breakdown = Breakdown()


def current() -> Live:
    """The ranker to use now; asks the database at most once in ``CHECK_SECONDS``."""
    global _checked  # noqa: PLW0603 one reference per process is what this module is for
    if time.monotonic() - _checked < conf.current().check_seconds:
        return _live
    if not _lock.acquire(blocking=_live.generation == 0):
        return _live
    try:
        if time.monotonic() - _checked >= conf.current().check_seconds:
            _follow()
            _checked = time.monotonic()
    finally:
        _lock.release()
    return _live


def look_now() -> Live:
    """Ask the database whether or not it was asked a moment ago: the live tag is said to move."""
    global _checked  # noqa: PLW0603
    with _lock:
        _checked = float("-inf")
    return current()


def load_libraries() -> None:
    """What loading a ranker needs, so that a promotion does not wait for it: a second of work."""
    import lightgbm  # noqa: F401

    from recommender.ranking import artifact  # noqa: F401


def forget() -> None:
    """Start as a new process would."""
    global _live, _checked, _breakdown
    with _lock:
        _live, _checked, _breakdown = Live(), float("-inf"), Breakdown()
        health.wanted_generation, health.problem, health.failures = 0, "", 0


def _follow() -> None:
    global _live  # noqa: PLW0603
    row = LiveTag.objects.filter(pk=1).values_list("generation", "version__weights_state").first()
    generation, weights_state = row or (0, None)
    health.wanted_generation = generation
    if (generation, weights_state or "") == (_live.generation, _live.weights_state):
        return
    if _breakdown.pauses(generation):
        return
    try:
        _live = _load()
    except Exception as error:
        health.failures += 1
        health.problem = f"generation {generation} could not be loaded: {error}"
        _breakdown.happened(generation)
        logger.exception("%s; generation %s keeps serving", health.problem, _live.generation)
    else:
        health.problem, health.failures = "", 0


def _load() -> Live:
    live = LiveTag.objects.select_related("version").get(pk=1)
    version = live.version
    if version is None:
        return Live(generation=live.generation)
    facts = {
        "generation": live.generation,
        "weights": version.weights,
        "weights_state": version.weights_state,
        "training_info": version.training_info,
    }
    if version.tag == _live.tag:
        return replace(_live, **facts)
    # Commands that serve nothing need not carry LightGBM.
    from recommender.ranking import artifact
    from recommender.ranking.features import schema

    # The first prediction allocates: it is that of the golden rows, and no shopper waits for it.
    scorer = artifact.verify(
        files.read("rankers", f"{version.sha256}.txt"),
        sha256=version.sha256,
        size=version.size,
        fingerprint=schema.fingerprint(),
        golden=version.golden,
    )
    logger.info("generation %s: %s (%s)", live.generation, version.tag, version.policy)
    return Live(tag=version.tag, policy=version.policy, scorer=scorer, **facts)
