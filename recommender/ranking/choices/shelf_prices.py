"""What a product cost in a store in a week, told by the purchases of other households."""

from __future__ import annotations

import numpy as np

from recommender.ranking import standing
from recommender.ranking.choices.history import History
from recommender.ranking.query import Floats, Ints

USUAL_WEEKS = 8
"""As in the store."""


class ShelfPrices:
    """Prices by week in ascending order; what nobody else bought keeps the price it had before,
    so that the absence of a sale says nothing."""

    def __init__(self, history: History) -> None:
        self._history = history
        weekly = [_weekly(history, cents) for cents in (history.paid, history.regular)]
        self._weekly = weekly[0]
        self._before = [_carried_forward(mean) for mean in weekly]

    def enter(self, week: int) -> None:
        """Stand in ``week``; its sums are made once."""
        history = self._history
        self._week, self._rows = week, history.of_week(week)
        self._by_store: dict[int, Ints] = {}
        everything = np.arange(len(history.shelf.product_id))
        self._chain = self._sums(np.arange(self._rows.start, self._rows.stop), everything)
        # Nobody's purchases of the week itself, so that usual is what lay before.
        past = self._weekly[:, max(week - USUAL_WEEKS, 0) : week]
        self.usual = standing.middle(past)

    @property
    def before(self) -> tuple[Ints, Ints]:
        """Price and regular price by the end of the week before, shape (products,), 0 unknown."""
        paid, regular = (carried[:, self._week - 1] for carried in self._before)
        return paid, regular

    def now(self, store: int, household: int, rows: Ints) -> tuple[Ints, Ints]:
        """Price and regular price of ``rows`` this week, without what ``household`` paid.

        The mean in the store, else in the chain, else what held before; shape (rows,), 0 unknown.
        """
        history = self._history
        here = self._store_rows(store)
        mine = self._rows.start + np.flatnonzero(history.household[self._rows] == household)
        local = self._sums(here[history.household[here] != household], rows)
        others = self._chain[:, rows] - self._sums(mine, rows)
        paid, regular = (carried[rows] for carried in self.before)
        for packs, paid_sum, regular_sum in (others, local):
            sold = packs > 0
            paid = np.where(sold, np.rint(paid_sum / np.maximum(packs, 1)), paid)
            regular = np.where(sold, np.rint(regular_sum / np.maximum(packs, 1)), regular)
        return paid.astype(np.int64), regular.astype(np.int64)

    def _store_rows(self, store: int) -> Ints:
        found = self._by_store.get(store)
        if found is None:
            here = np.flatnonzero(self._history.store[self._rows] == store)
            found = self._by_store[store] = self._rows.start + here
        return found

    def _sums(self, purchases: Ints, rows: Ints) -> Floats:
        """Packs, and what was paid and would have been without a discount, by ``rows`` (sorted);
        shape (3, rows)."""
        history = self._history
        product = history.product[purchases]
        at = np.minimum(np.searchsorted(rows, product), len(rows) - 1)
        asked = rows[at] == product
        at, purchases = at[asked], purchases[asked]
        packs = history.quantity[purchases]
        weights = (packs, packs * history.paid[purchases], packs * history.regular[purchases])
        return np.stack([np.bincount(at, weights=w, minlength=len(rows)) for w in weights])


def _weekly(history: History, cents: Ints) -> Floats:
    """Mean price of each product in each week, shape (products, weeks + 1); NaN without a sale."""
    shape = (len(history.shelf.product_id), int(history.week.max()) + 1)
    total, packs = np.zeros(shape), np.zeros(shape)
    np.add.at(total, (history.product, history.week), cents * history.quantity)
    np.add.at(packs, (history.product, history.week), history.quantity)
    mean = np.full(shape, np.nan)
    return np.asarray(np.divide(total, packs, out=mean, where=packs > 0))


def _carried_forward(mean: Floats) -> Ints:
    """The newest known mean by the end of each week, in cents; 0 unknown."""
    known = ~np.isnan(mean)
    newest = np.maximum.accumulate(np.where(known, np.arange(mean.shape[1]), 0), axis=1)
    carried = np.take_along_axis(mean, newest, axis=1)
    return np.nan_to_num(np.rint(carried)).astype(np.int64)
