"""Every outcome of a function that draws, with its probability: all its choices are walked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import numpy as np


class _Script:
    """Stands in for a generator: answers from ``taken`` and notes where another answer was open."""

    def __init__(self, taken: list[int], share: float) -> None:
        self.taken, self.share, self.asked = taken, share, 0
        self.likely, self.open = 1.0, []

    def _next(self, chances: list[float]) -> int:
        at, self.asked = self.asked, self.asked + 1
        if at == len(self.taken):
            self.taken = [*self.taken, 0]
            self.open += [[*self.taken[:at], other] for other in range(1, len(chances))]
        self.likely *= chances[self.taken[at]]
        return self.taken[at]

    def random(self) -> float:
        """Below the share, or not."""
        return [0.0, 1.0 - 1e-12][self._next([self.share, 1.0 - self.share])]

    def integers(self, count: int) -> int:
        return self._next([1.0 / count] * count)

    def permutation(self, values: np.ndarray) -> np.ndarray:
        orders = list(permutations(values.tolist()))
        return np.array(orders[self._next([1.0 / len(orders)] * len(orders))])


def outcomes(draw: Callable[[Any], Any], *, share: float = 0.0) -> Iterator[tuple[float, Any]]:
    """(probability, result) of every way that ``draw(rng)`` can go."""
    waiting: list[list[int]] = [[]]
    while waiting:
        script = _Script(waiting.pop(), share)
        result = draw(script)
        waiting += script.open
        if script.likely > 0.0:
            yield script.likely, result


def assert_exact(found: list[tuple[float, Any]]) -> None:
    """What each (shown, propensities) claims of its items is how often they come there."""
    assert abs(sum(likely for likely, _ in found) - 1.0) < 1e-12
    truth: dict[tuple[int, int], float] = {}
    for likely, (shown, _) in found:
        for at in enumerate(shown.tolist()):
            truth[at] = truth.get(at, 0.0) + likely
    for _, (shown, claimed) in found:
        for at, propensity in zip(enumerate(shown.tolist()), claimed.tolist(), strict=True):
            assert abs(propensity - truth[at]) < 1e-12, at
