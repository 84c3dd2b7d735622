"""The proof from its first step to its last; findings are told as soon as they are there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from recommender.proof import brief, half_time, luck, personas
from recommender.proof.finding import Finding
from recommender.proof.scene import Scene
from recommender.proof.world import World


@dataclass(frozen=True)
class Sizes:
    """How much is simulated: ``pool`` visits for the controls, the rest as the steps name it."""

    pool: int = 2_000
    runs: int = 20
    persona_slates: int = 2_000
    lists: int = 300
    stores: int = 3


@dataclass(frozen=True)
class Step:
    """``name`` is what the command's ``--only`` calls it."""

    name: str
    title: str
    run: Callable[[World, list[Scene], Sizes, int, Path], list[Finding]]


def _brief(world: World, pool: list[Scene], sizes: Sizes, seed: int, plots: Path) -> list[Finding]:
    return brief.findings(world.scenes(brief.SESSIONS, seed=seed + 1), seed=seed)


def _shuffled(
    world: World, pool: list[Scene], sizes: Sizes, seed: int, plots: Path
) -> list[Finding]:
    return [luck.shuffled_labels(pool, runs=sizes.runs, seed=seed)]


def _noise(world: World, pool: list[Scene], sizes: Sizes, seed: int, plots: Path) -> list[Finding]:
    return [luck.noise_columns(pool, runs=sizes.runs, seed=seed)]


def _context(
    world: World, pool: list[Scene], sizes: Sizes, seed: int, plots: Path
) -> list[Finding]:
    return personas.findings(
        world, slates=sizes.persona_slates, lists=sizes.lists, stores=sizes.stores, seed=seed
    )


def _half_time(
    world: World, pool: list[Scene], sizes: Sizes, seed: int, plots: Path
) -> list[Finding]:
    found = half_time.curves(pool, stores=sizes.stores, seed=seed)
    plots.mkdir(parents=True, exist_ok=True)
    (plots / "half_time.svg").write_text(half_time.plot(found))
    return [half_time.finding(found)]


STEPS = (
    Step("brief", "The brief's before and after", _brief),
    Step("shuffled", "Shuffled labels", _shuffled),
    Step("noise", "Columns of noise", _noise),
    Step("personas", "Four kinds of shopper", _context),
    Step("half-time", "What changes at half-time", _half_time),
)
NAMES = tuple(step.name for step in STEPS)


def findings(
    world: World,
    *,
    sizes: Sizes,
    seed: int,
    plots: Path,
    told: Callable[[str], None],
    only: Sequence[str] = NAMES,
) -> Iterator[Finding]:
    """Every finding of the steps named ``only``, in order; ``told`` gets each step's title when it
    begins. A step finds the same alone as among the others."""
    told("Visits to learn from")
    pool = world.scenes(sizes.pool, seed=seed)
    for step in STEPS:
        if step.name not in only:
            continue
        told(step.title)
        yield from step.run(world, pool, sizes, seed, plots)
