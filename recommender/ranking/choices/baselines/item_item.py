"""What goes with what the household bought (item-based neighbours; Sarwar et al., WWW 2001)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.sparse import csc_matrix

from recommender.ranking.choices.asked_rows import AskedRows
from recommender.ranking.choices.baselines.als import bought_before
from recommender.ranking.choices.history import History
from recommender.ranking.choices.refits import refit_before
from recommender.ranking.choices.replay import Replayed
from recommender.ranking.query import Floats, Ints


class ItemItem:
    """The sum over the candidate's nearest ``neighbours`` among the household's own products.

    Two products are as near as common / (sqrt(n1 n2) + ``shrink``), n being the households that
    bought them before the refit; a product is its own neighbour. Each of the household's products
    counts ln(1 + its purchases before the query's basket).
    """

    name: ClassVar[str] = "item–item"
    settings: ClassVar[tuple[dict[str, Any], ...]] = tuple(
        {"shrink": shrink, "neighbours": neighbours}
        for shrink in (0.0, 3.0, 10.0)
        for neighbours in (1, 5, 20)
    )

    def __init__(self, history: History) -> None:
        self._history = history
        order = np.argsort(history.household, kind="stable")
        households, start = np.unique(history.household[order], return_index=True)
        self._own = dict(zip(households.tolist(), np.split(order, start[1:]), strict=True))

    def scores(self, replayed: Replayed, settings: Sequence[dict[str, Any]]) -> list[Floats]:
        """Sums of nearness, shape (rows,), per setting."""
        rows = AskedRows.of(self._history, replayed)
        refit = refit_before(rows.week)
        found = [np.zeros(len(refit)) for _ in settings]
        for week in np.unique(refit).tolist():
            _, bought = bought_before(self._history, week)
            bought.data[:] = 1.0
            by_product = bought.tocsc()
            buyers = np.asarray(bought.sum(axis=0)).ravel()
            for household in np.unique(rows.household[refit == week]).tolist():
                here = np.flatnonzero((refit == week) & (rows.household == household))
                own = rows.take(here)
                nearness = self._nearness(own, by_product, buyers)
                for at, setting in enumerate(settings):
                    found[at][here] = nearness.score(own, **setting)
        return found

    def _nearness(self, rows: AskedRows, bought: csc_matrix, buyers: Floats) -> _Nearness:
        mine = self._own[int(rows.household[0])]
        products, product = np.unique(self._history.product[mine], return_inverse=True)
        wanted, candidate = np.unique(rows.candidate, return_inverse=True)
        return _Nearness(
            mine,
            product,
            candidate,
            (bought[:, wanted].T @ bought[:, products]).toarray().astype(np.float64),
            np.sqrt(buyers[wanted][:, None] * buyers[products][None, :]),
        )


@dataclass(frozen=True)
class _Nearness:
    """One household: its purchases (``mine``, rows of the history; ``product``, their column) and
    what its candidates (``candidate``, their row) have in ``common`` with them; both numbers of
    buyers multiplied, and the root taken, are ``size``."""

    mine: Ints
    product: Ints
    candidate: Ints
    common: Floats
    size: Floats

    def score(self, rows: AskedRows, *, shrink: float, neighbours: int) -> Floats:
        whole = self.size + shrink
        near = np.divide(self.common, whole, out=np.zeros_like(self.common), where=whole > 0)
        found = np.empty(len(rows.known))
        for cut in np.unique(rows.known).tolist():
            asked = rows.known == cut
            times = np.bincount(self.product[self.mine < cut], minlength=self.common.shape[1])
            worth = near[self.candidate[asked]] * np.log1p(times)
            found[asked] = _largest(worth, neighbours)
        return found


def _largest(worth: Floats, count: int) -> Floats:
    """The sum of each row's ``count`` largest values."""
    if count < worth.shape[1]:
        worth = -np.partition(-worth, count - 1, axis=1)[:, :count]
    return np.asarray(worth.sum(axis=1))
