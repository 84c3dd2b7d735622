"""What a store had on its shelf in a week, as seen in the sales of the weeks before."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from recommender.ranking import standing
from recommender.ranking.choices.history import History
from recommender.ranking.choices.shelf_prices import ShelfPrices
from recommender.ranking.query import Floats, Ints, Snapshot

TRAILING_WEEKS = 8
CANDIDATES = 60
FEWEST = 8
"""Products of a type; with fewer in the store's own sales the chain's sales are used."""


class Assortment:
    """Snapshots and candidates by (store, week), for weeks asked in ascending order."""

    def __init__(self, history: History) -> None:
        self._history = history
        self._prices = ShelfPrices(history)
        self._by_store = _sales_by_store(history)
        self._week = -1

    def enter(self, week: int, *, as_of: datetime) -> None:
        """Forget the week before and stand at the beginning of ``week``."""
        if week == self._week:
            return
        self._week = week
        self._units: dict[int, Floats] = {}
        self._popularity: dict[int, Floats] = {}
        self._prices.enter(week)
        shelf = self._history.shelf
        paid, regular = self._prices.before
        done = self._history.before_week(week)
        start = self._history.before_week(max(week - TRAILING_WEEKS, 0)).stop
        recent = slice(start, done.stop)
        self._chain = self._share(self._history.product[recent], self._history.week[recent])
        half_year = self._history.before_week(max(week - standing.HALF_YEAR_WEEKS, 0)).stop
        sold = self._history.product[half_year : done.stop]
        units = np.bincount(sold, minlength=len(shelf.product_id)).astype(np.float64)
        self._base = shelf.restated(
            as_of=as_of,
            price_cents=paid,
            regular_cents=regular,
            usual_cents=self._prices.usual,
            price_percentile=_percentile(shelf, paid, np.arange(len(paid))),
            popularity_half_year=standing.share_within_type(shelf.type_id, units),
        )

    def snapshot(self, store: int, household: int, type_id: int) -> Snapshot:
        """What ``household`` met in ``store``: the store's popularity of the trailing eight weeks
        and, for the products of the type, what cost how much and was shown this week."""
        base = self._base
        popularity = self._popularity.get(store)
        if popularity is None:
            popularity = standing.share_within_type(base.type_id, self.units(store))
            self._popularity[store] = popularity
        rows = base.rows_by_type[type_id]
        paid, regular = self._prices.now(store, household, rows)
        price, usual = base.price_cents.copy(), base.regular_cents.copy()
        price[rows], usual[rows] = paid, regular
        percentile = base.price_percentile.copy()
        percentile[rows] = _percentile(base, paid, rows)
        leaflet, display = (np.full(len(price), np.nan) for _ in range(2))
        leaflet[rows], display[rows] = self._shown(store, rows)
        return base.restated(
            popularity=popularity,
            price_cents=price,
            regular_cents=usual,
            price_percentile=percentile,
            in_leaflet=leaflet,
            on_display=display,
        )

    def _shown(self, store: int, rows: Ints) -> tuple[Floats, Floats]:
        """In the leaflet and on display this week: 1 or 0, NaN where the store tells nothing."""
        shown = self._history.shown.get(self._week)
        if shown is None or store not in shown.stores:
            return np.full(len(rows), np.nan), np.full(len(rows), np.nan)
        wanted = store * len(self._base.product_id) + rows
        at = np.minimum(np.searchsorted(shown.place, wanted), max(len(shown.place) - 1, 0))
        there = shown.place[at] == wanted
        return np.where(there, shown.leaflet[at], 0.0), np.where(there, shown.display[at], 0.0)

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

    def sold_in_chain(self, type_id: int, *, most: int | None = None) -> Ints:
        """Rows of the type that the chain sold in the trailing weeks, the ``most`` bought ones."""
        rows = self._base.rows_by_type[type_id]
        sold = self._chain[rows]
        best = rows[np.argsort(-sold, kind="stable")]
        return best[: int(np.count_nonzero(sold))][:most]

    def _share(self, product: Ints, week: Ints) -> Floats:
        weight = np.exp2(-(self._week - week) * 7.0 / standing.HALF_LIFE_DAYS)
        count = len(self._history.shelf.product_id)
        return np.bincount(product, weights=weight, minlength=count).astype(np.float64)


def _percentile(shelf: Snapshot, price: Ints, rows: Ints) -> Floats:
    """Of the unit price of ``rows`` within type and unit, as in the live snapshot."""
    known = price > 0
    unit_price = np.where(known, standing.unit_price(price, shelf.amount_milli[rows]), np.nan)
    return standing.percentile_within_type(
        shelf.type_id[rows] * 16 + shelf.base_unit[rows], unit_price
    )


def _sales_by_store(history: History) -> dict[int, tuple[Ints, Ints]]:
    order = np.argsort(history.store, kind="stable")
    stores, starts = np.unique(history.store[order], return_index=True)
    parts = np.split(order, starts[1:])
    return {
        int(store): (history.product[rows], history.week[rows])
        for store, rows in zip(stores, parts, strict=True)
    }
