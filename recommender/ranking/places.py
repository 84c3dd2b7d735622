"""How well scores order slates whose places were not looked at alike.

What stands first is looked at most, so labels look as if the shown order had been right: judged by
them alone, a ranker that learns to see through that would stop learning much too early. Here every
place may first add what explains the labels best, as LightGBM's ``position=`` lets it in training.
"""

from __future__ import annotations

import numpy as np

from recommender.ranking.pairs import preference_pairs
from recommender.ranking.query import Floats, Ints

EVERY = 10
"""Rounds between two looks: each fits the places anew."""


class PlacesAside:
    """A metric for LightGBM (``feval``): the pairwise logistic loss of the scores on these slates,
    once scale and places are fitted; the less the better. ``positions`` is 1-based, per row.
    """

    def __init__(self, labels: Ints, groups: Ints, positions: Ints) -> None:
        self._better, self._worse, self._weight = preference_pairs(labels, groups)
        places = np.eye(int(positions.max()))[positions - 1]
        # One place needs no number: only differences count.
        self._place = (places[self._better] - places[self._worse])[:, 1:]
        self._fitted = np.zeros(1 + self._place.shape[1])
        self._fitted[0] = 1.0
        self._asked = 0
        self._last = np.inf

    def __call__(self, scores: Floats, _: object) -> tuple[str, float, bool]:
        """(name, loss, whether more is better); between two looks the last loss stands."""
        if self._asked % EVERY == 0:
            self._last = self.loss(np.asarray(scores, dtype=np.float64))
        self._asked += 1
        return "loss beside places", self._last, False

    def loss(self, scores: Floats) -> float:
        """The mean loss per pair at the best scale and places."""
        # Who only serves need not load an optimiser.
        from scipy.optimize import minimize

        apart = np.column_stack([scores[self._better] - scores[self._worse], self._place])
        weight = self._weight / self._weight.sum()

        def lost(w: Floats) -> tuple[float, Floats]:
            margin = apart @ w
            slopes = -weight / (1.0 + np.exp(np.clip(margin, -500, 500)))
            return float(weight @ np.logaddexp(0.0, -margin)), slopes @ apart

        bounds = [(0.0, None)] + [(None, None)] * self._place.shape[1]
        found = minimize(lost, self._fitted, jac=True, method="L-BFGS-B", bounds=bounds)
        self._fitted = found.x
        return float(found.fun)
