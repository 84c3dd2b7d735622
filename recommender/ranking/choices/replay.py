"""The product's own features for past choices, each computed from what lay before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from recommender.ranking.bought import NEVER, Bought, once_more
from recommender.ranking.choices.assortment import Assortment
from recommender.ranking.choices.history import History
from recommender.ranking.choices.questions import Questions
from recommender.ranking.features.build import build
from recommender.ranking.query import (
    Flags,
    Floats,
    Ints,
    Query,
    Snapshot,
    State,
    Swaps,
    Taste,
    Vectors,
)

CENTRE = 50
PRIOR_CHOICES = 8.0


@dataclass(frozen=True)
class Replayed:
    """Judged queries: rows as everywhere in the core, and per group who asked what.

    ``candidate`` (rows,) is the offered product, a row of the shelf; ``unit_price`` and ``units``
    (rows,) serve the baselines "cheapest" and "popularity".
    ``asked`` are the queries that the candidates covered, ``coverage`` their share of all.
    """

    features: Floats
    labels: Ints
    groups: Ints
    candidate: Ints
    unit_price: Floats
    units: Floats
    asked: Questions
    coverage: float

    def take(self, chosen: Flags, rows: Flags | None = None) -> Replayed:
        """The groups where ``chosen`` is true; of these, with ``rows``, only such candidates."""
        kept = np.repeat(chosen, self.groups)
        if rows is not None:
            kept &= rows
        group = np.repeat(np.arange(len(self.groups)), self.groups)
        return Replayed(
            self.features[kept],
            self.labels[kept],
            np.bincount(group[kept], minlength=len(self.groups))[chosen],
            self.candidate[kept],
            self.unit_price[kept],
            self.units[kept],
            self.asked.take(chosen),
            self.coverage,
        )


def replay(
    history: History,
    questions: Questions,
    vectors_at: Callable[[int], Vectors],
    *,
    told: Callable[[float], None] = lambda share: None,
) -> Replayed:
    """Features and labels of every query whose bought product is among its candidates.

    ``vectors_at(week)`` gives vectors fitted on earlier weeks only; ``told`` hears the share done.
    The cart is taken to be empty: what else went into the basket may have come later.
    """
    assortment = Assortment(history)
    shoppers = _Shoppers(history, questions)
    parts: list[tuple[Floats, Ints, Ints, Floats, Floats]] = []
    covered = np.zeros(len(questions), dtype=bool)
    for number, (at, taste) in enumerate(shoppers.in_order()):
        purchase, anchor = int(questions.purchase[at]), int(questions.anchor[at])
        week, store = int(history.week[purchase]), int(history.store[purchase])
        now = datetime.fromtimestamp(float(history.time[purchase]), UTC)
        assortment.enter(week, as_of=now)
        bought = int(history.product[purchase])
        kind = int(history.shelf.type_id[bought])
        if questions.candidates is None:
            rows = assortment.candidates(store, kind)
        else:
            rows = questions.candidates[at]
        if number % 500 == 0:
            told(number / len(questions))
        if bought not in rows or len(rows) < 2:
            continue
        covered[at] = True
        snapshot = assortment.snapshot(store, int(history.household[purchase]), kind)
        query = Query(now, "history", rows[:0], rows[:0], 0, None)
        swaps = _swaps(snapshot, anchor, rows)
        features = build(query, swaps, State(snapshot, vectors_at(week), taste(snapshot, kind)))
        units = assortment.units(store)[rows]
        price = snapshot.price_cents[rows] / np.maximum(snapshot.amount_milli[rows], 1)
        parts.append((features, (rows == bought).astype(np.int64), rows, price, units))
    order = np.flatnonzero(covered)
    features_of, labels, candidate, unit_price, units_of = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    return Replayed(
        features_of,
        labels,
        np.array([len(part[1]) for part in parts], dtype=np.int64),
        candidate,
        unit_price,
        units_of,
        questions.take(order),
        len(order) / max(len(questions), 1),
    )


def _swaps(snapshot: Snapshot, anchor: int, rows: Ints) -> Swaps:
    """One pack for one pack: what the household would have saved by each candidate."""
    one = np.ones(len(rows), dtype=np.int64)
    price = snapshot.price_cents
    return Swaps(np.full(len(rows), anchor), rows, one, one, price[anchor] - price[rows])


class _Shoppers:
    """Walks the asking households' purchases in time and says what was known before each."""

    def __init__(self, history: History, questions: Questions) -> None:
        self._history = history
        self._questions = questions
        asking = np.unique(history.household[questions.purchase])
        self._rows = np.flatnonzero(np.isin(history.household, asking))

    def in_order(self) -> Iterator[tuple[int, Callable[[Snapshot, int], Taste]]]:
        """(query, taste) in time order; a basket is learned from when all of it was asked."""
        history = self._history
        asked = dict(
            zip(self._questions.purchase.tolist(), range(len(self._questions)), strict=True)
        )
        known: dict[int, _Known] = {}
        waiting: dict[int, tuple[int, list[int]]] = {}
        household = history.household[self._rows].tolist()
        basket = history.basket[self._rows].tolist()
        for row, who, visit in zip(self._rows.tolist(), household, basket, strict=True):
            shopper = known.setdefault(who, _Known(who))
            if who in waiting and waiting[who][0] != visit:
                for earlier in waiting.pop(who)[1]:
                    product = int(history.product[earlier])
                    shopper.buy(
                        product,
                        int(history.shelf.product_id[product]),
                        int(history.shelf.type_id[product]),
                        float(history.time[earlier]),
                    )
            waiting.setdefault(who, (visit, []))[1].append(row)
            if row in asked:
                yield asked[row], shopper.taste


class _Known:
    """One household's earlier baskets."""

    def __init__(self, household: int) -> None:
        self._household = household
        self._last: dict[int, float] = {}
        self._newest: dict[int, None] = {}
        self._rows: list[int] = []
        self._by_type: dict[int, dict[int, Bought]] = {}

    def buy(self, row: int, product_id: int, type_id: int, time: float) -> None:
        self._last[product_id] = time
        self._newest.pop(product_id, None)
        self._newest[product_id] = None
        self._rows.append(row)
        of_type = self._by_type.setdefault(type_id, {})
        of_type[product_id] = once_more(of_type.get(product_id, NEVER), time)

    def taste(self, snapshot: Snapshot, type_id: int) -> Taste:
        """Of what was bought only the products of the type: nothing else is read."""
        chosen = np.asarray(self._rows[-100:], dtype=np.int64)
        thrift = 1.0 - np.nan_to_num(snapshot.price_percentile[chosen], nan=0.5)
        beta = (float(thrift.sum()) + 0.5 * PRIOR_CHOICES) / (len(chosen) + PRIOR_CHOICES)
        return Taste(
            shopper_id=self._household,
            beta_u=beta,
            intent=0.5,
            last_touched=self._last,
            centre_products=tuple(list(self._newest)[: -CENTRE - 1 : -1]),
            bought=self._by_type.get(type_id, {}),
        )
