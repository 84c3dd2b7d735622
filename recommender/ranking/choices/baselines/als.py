"""Implicit-feedback matrix factorisation (Hu, Koren & Volinsky, ICDM 2008)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recommender.ranking.choices.asked_rows import AskedRows
from recommender.ranking.choices.history import History
from recommender.ranking.choices.refits import refit_before
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.query import Floats, Ints

ITERATIONS = 15
Factors = tuple[Ints, NDArray[np.float32], NDArray[np.float32]]


class AlternatingLeastSquares:
    """Household and product factors of the purchase counts, fitted anew at each refit.

    A setting has ``factors``, ``regularization`` and ``alpha``, how sure a purchase makes.
    """

    name: ClassVar[str] = "ALS"
    settings: ClassVar[tuple[dict[str, Any], ...]] = (
        {"factors": 32, "regularization": 30.0, "alpha": 10.0},
        {"factors": 64, "regularization": 100.0, "alpha": 1.0},
        {"factors": 64, "regularization": 100.0, "alpha": 10.0},
        {"factors": 64, "regularization": 100.0, "alpha": 40.0},
    )

    def __init__(self, history: History) -> None:
        self._history = history

    def scores(self, replayed: Replayed, settings: Sequence[dict[str, Any]]) -> list[Floats]:
        """The product of the factors, shape (rows,), per setting."""
        return [self._score(replayed, setting) for setting in settings]

    def _score(self, replayed: Replayed, setting: dict[str, Any]) -> Floats:
        rows = AskedRows.of(self._history, replayed)
        refit = refit_before(rows.week)
        score = np.zeros(len(refit))
        for week in np.unique(refit).tolist():
            here = refit == week
            households, shoppers, items = self._fitted(week, setting)
            at = np.minimum(np.searchsorted(households, rows.household[here]), len(households) - 1)
            own = np.einsum("ij,ij->i", shoppers[at], items[rows.candidate[here]])
            # A household without an earlier purchase has no factors and no preference.
            score[here] = np.where(households[at] == rows.household[here], own, 0.0)
        return score

    def _fitted(self, week: int, setting: dict[str, Any]) -> Factors:
        from implicit.cpu.als import AlternatingLeastSquares as Als

        households, bought = bought_before(self._history, week)
        # One thread and a fixed seed, so that the same purchases give the same factors.
        model = Als(**setting, iterations=ITERATIONS, num_threads=1, random_state=0)
        model.fit(bought, show_progress=False)
        return households, np.asarray(model.user_factors), np.asarray(model.item_factors)


def bought_before(history: History, week: int) -> tuple[Ints, csr_matrix]:
    """Households, and how often each bought each product before ``week`` (households, shelf)."""
    done = history.before_week(week)
    households, row = np.unique(history.household[done], return_inverse=True)
    shape = (len(households), len(history.shelf.product_id))
    ones = np.ones(len(row), dtype=np.float32)
    return households, csr_matrix((ones, (row, history.product[done])), shape=shape)
