"""What a store had on its shelf in a week, as seen in the sales of the weeks before."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from recommender.ranking import standing
from recommender.ranking.choices.history import History
from recommender.ranking.query import Floats, Ints, Snapshot

TRAILING_WEEKS = 8
CANDIDATES = 60
FEWEST = 8
"""Products of a type; with fewer in the store's own sales the chain's sales are used."""


class Assortment:
    """Snapshots and candidates by (store, week), for weeks asked in ascending order."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._prices = _carried_forward(history, history.paid)
        self._regular = _carried_forward(history, history.regular)
        self._by_store = _sales_by_store(history)
        self._week = -1

    def enter(self, week: int, *, as_of: datetime) -> None:
        """Forget the week before and stand at the beginning of ``week``."""
        if week == self._week:
            return
        self._week = week
        self._snapshots: dict[int, Snapshot] = {}
        self._units: dict[int, Floats] = {}
        shelf = self._history.shelf
        price = self._prices[:, week - 1]
        known = price > 0
        unit_price = np.where(known, standing.unit_price(price, shelf.amount_milli), np.nan)
        self._base = shelf.restated(
            as_of=as_of,
            price_cents=price,
            regular_cents=self._regular[:, week - 1],
            price_percentile=standing.percentile_within_type(shelf.type_id, unit_price),
        )
        done = self._history.before_week(week)
        start = self._history.before_week(max(week - TRAILING_WEEKS, 0)).stop
        recent = slice(start, done.stop)
        self._chain = self._share(self._history.product[recent], self._history.week[recent])

    def snapshot(self, store: int) -> Snapshot:
        """The chain's prices with this store's popularity of the trailing eight weeks."""
        found = self._snapshots.get(store)
        if found is None:
            units = self.units(store)
            found = self._snapshots[store] = replace_popularity(self._base, units)
        return found

    def units(self, store: int) -> Floats:
        """Decayed purchases per product in this store's trailing weeks, shape (products,)."""
        found = self._units.get(store)
        if found is None:
            product, week = self._by_store.get(store, (np.empty(0, np.int64),) * 2)
            inside = slice(*np.searchsorted(week, [self._week - TRAILING_WEEKS, self._week]))
            found = self._units[store] = self._share(product[inside], week[inside])
        return found

    def candidates(self, store: int, type_id: int) -> Ints:
        """Rows of the type's most bought products in the store (or the chain), at most 60."""
        rows = self._base.rows_by_type[type_id]
        for units in (self.units(store), self._chain):
            sold = units[rows]
            if np.count_nonzero(sold) >= FEWEST:
                break
        best = rows[np.lexsort((rows, -sold))]
        return np.sort(best[: min(CANDIDATES, int(np.count_nonzero(sold)))])

    def _share(self, product: Ints, week: Ints) -> Floats:
        weight = np.exp2(-(self._week - week) * 7.0 / standing.HALF_LIFE_DAYS)
        count = len(self._history.shelf.product_id)
        return np.bincount(product, weights=weight, minlength=count).astype(np.float64)


def replace_popularity(snapshot: Snapshot, units: Floats) -> Snapshot:
    """The snapshot with the smoothed share of ``units`` within each type."""
    return snapshot.restated(popularity=standing.share_within_type(snapshot.type_id, units))


def _carried_forward(history: History, cents: Ints) -> Ints:
    """Mean price of each product by the end of each week, shape (products, weeks + 1), 0 unknown.

    The mean over all households' packs of a week stands until the next week with a sale.
    """
    weeks = int(history.week.max()) + 1
    shape = (len(history.shelf.product_id), weeks)
    total, packs = np.zeros(shape), np.zeros(shape)
    np.add.at(total, (history.product, history.week), cents * history.quantity)
    np.add.at(packs, (history.product, history.week), history.quantity)
    mean = np.divide(total, packs, out=np.zeros(shape), where=packs > 0).round().astype(np.int64)
    newest = np.maximum.accumulate(np.where(packs > 0, np.arange(weeks), 0), axis=1)
    return np.take_along_axis(mean, newest, axis=1)


def _sales_by_store(history: History) -> dict[int, tuple[Ints, Ints]]:
    order = np.argsort(history.store, kind="stable")
    stores, starts = np.unique(history.store[order], return_index=True)
    parts = np.split(order, starts[1:])
    return {
        int(store): (history.product[rows], history.week[rows])
        for store, rows in zip(stores, parts, strict=True)
    }
