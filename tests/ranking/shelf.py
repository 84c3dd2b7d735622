"""Small values to rank with: products, vectors, a shopper and swaps, neutral unless a test says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any

import numpy as np

from recommender.ranking.bought import Bought
from recommender.ranking.query import Query, Snapshot, State, Swaps, Taste, Vectors
from recommender.ranking.statistics import Purchases, fit_statistics

MONDAY_EVENING = datetime(2026, 3, 2, 18, 30, tzinfo=timezone(timedelta(hours=-5)))
DAY = 86_400.0
_tags = count(1)


def ints(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


def snapshot(products: int, **columns: Any) -> Snapshot:
    """Products 10, 20, 30… of type 1 in aisle 1: 100 cents for 1,000 g each."""
    neutral: dict[str, Any] = {
        "product_id": np.arange(1, products + 1) * 10,
        "type_id": 1,
        "aisle_id": 1,
        "brand_id": 1,
        "price_cents": 100,
        "regular_cents": 100,
        "usual_cents": 100,
        "amount_milli": 1_000_000,
        "base_unit": 1,
        "own_brand": False,
        "popularity": 0.1,
        "popularity_half_year": 0.1,
        "price_percentile": 0.5,
        "quality_share": 0.0,
        "in_leaflet": np.nan,
        "on_display": np.nan,
        "diet_bits": 0,
    }
    unknown = set(columns) - set(neutral)
    assert not unknown, unknown
    floats = ("popularity", "popularity_half_year", "price_percentile", "quality_share")
    kinds = {"own_brand": bool} | dict.fromkeys((*floats, "in_leaflet", "on_display"), float)
    arrays = {
        name: np.broadcast_to(np.asarray(value, dtype=kinds.get(name, np.int64)), products).copy()
        for name, value in (neutral | columns).items()
    }
    return Snapshot(
        tag=f"shelf-{next(_tags)}",
        as_of=datetime(2026, 3, 1, tzinfo=UTC),
        diet_tags=("vegan", "gluten free"),
        **arrays,
    )


def vectors(shelf: Snapshot, **columns: Any) -> Vectors:
    """Vectors of the shelf's products: one text, one cluster, no factors, no shoppers."""
    products = len(shelf.product_id)
    one = np.zeros((products, 2))
    one[:, 0] = 1.0
    given: dict[str, Any] = {
        "product_id": shelf.product_id,
        "text": one,
        "cluster": np.zeros(products),
        "item_factors": np.full((products, 2), np.nan),
        "shopper_id": np.empty(0),
        "shopper_factors": np.empty((0, 2)),
        "place": np.full(products, -1),
        "block": np.zeros(products),
        "width": np.zeros(products),
        "next_weight": np.empty(0),
        "next_total": np.zeros(products),
        "alike": np.empty(0),
    } | columns
    matrices = {"text", "item_factors", "shopper_factors", "next_weight", "next_total", "alike"}
    return Vectors(
        tag=f"vectors-{next(_tags)}",
        **{
            name: np.asarray(value, dtype=np.float32 if name in matrices else np.int64)
            for name, value in given.items()
        },
    )


def taste(**fields: Any) -> Taste:
    return Taste(**({"shopper_id": None, "beta_u": 0.5, "intent": 0.5} | fields))


def state(shelf: Snapshot, *, given: Vectors | None = None, **fields: Any) -> State:
    """The shelf with these vectors and a shopper with these fields of taste."""
    return State(shelf, given or vectors(shelf), taste(**fields))


def query(**fields: Any) -> Query:
    """An empty cart on a Monday at 18:30, no budget."""
    products = ints(*fields.pop("cart", ()))
    given: dict[str, Any] = {
        "served_at": MONDAY_EVENING,
        "placement": "cart_panel",
        "cart_products": products,
        "cart_quantities": np.ones(len(products), dtype=np.int64),
        "total_cents": 0,
        "budget_cents": None,
    }
    return Query(**(given | fields))


def swaps(anchors: list[int], candidates: list[int], saving_cents: list[int] | int = 0) -> Swaps:
    """One pack for one pack, by rows of the shelf."""
    one = np.ones(len(candidates), dtype=np.int64)
    saving = np.broadcast_to(np.asarray(saving_cents, dtype=np.int64), len(candidates)).copy()
    return Swaps(ints(*anchors), ints(*candidates), one, one.copy(), saving)


def market(products: int, *, seed: int, text: int = 128, factors: int = 65) -> tuple:
    """A random (query, swaps, state) with 200 swaps from a ten-line cart; everything is defined
    for some swaps and undefined for others."""
    rng = np.random.default_rng(seed)
    types = products // 100
    shelf = snapshot(
        products,
        type_id=rng.integers(types, size=products),
        aisle_id=rng.integers(max(types // 4, 1), size=products),
        price_cents=rng.integers(50, 2_000, size=products),
        regular_cents=2_000,
        usual_cents=rng.integers(0, 2, size=products) * 1_500,
        amount_milli=rng.integers(0, 3, size=products) * rng.integers(1, 900_000, size=products),
        base_unit=rng.integers(0, 4, size=products),
        popularity=0.01 + rng.random(products),
        popularity_half_year=0.01 + rng.random(products),
        in_leaflet=rng.choice([0.0, 1.0, np.nan], size=products),
        on_display=rng.choice([0.0, 1.0, np.nan], size=products),
        price_percentile=np.where(rng.random(products) < 0.1, np.nan, rng.random(products)),
        quality_share=rng.integers(0, 3, size=products) / 7.0,
        diet_bits=rng.integers(0, 4, size=products),
    )
    words = rng.normal(size=(products, text))
    items = rng.normal(size=(products, factors))
    items[rng.random(products) < 0.1] = np.nan
    statistics = fit_statistics(
        shelf.type_id,
        Purchases(
            rng.integers(300, size=20 * products),
            np.arange(20 * products) // 8,
            rng.integers(products, size=20 * products),
            MONDAY_EVENING.timestamp() - np.arange(20.0 * products)[::-1] * 60,
        ),
        now=MONDAY_EVENING.timestamp(),
    )
    trained = vectors(
        shelf,
        text=words / np.linalg.norm(words, axis=1, keepdims=True),
        cluster=rng.integers(products // 8, size=products),
        item_factors=items,
        shopper_id=[7],
        shopper_factors=rng.normal(size=(1, factors)),
        **vars(statistics),
    )
    anchors = np.sort(rng.choice(products, size=10, replace=False))
    pairs = [
        (anchor, row)
        for anchor in anchors.tolist()
        for row in shelf.rows_by_type[int(shelf.type_id[anchor])][:16].tolist()
    ]
    pairs += [(anchors[0], int(row)) for row in rng.integers(products, size=200 - len(pairs))]
    asked = swaps(
        [a for a, _ in pairs], [c for _, c in pairs], rng.integers(-200, 500, size=200).tolist()
    )
    bought = shelf.product_id[rng.choice(products, size=products // 2, replace=False)]
    last = {int(p): MONDAY_EVENING.timestamp() - float(rng.integers(90)) * DAY for p in bought}
    known = taste(
        shopper_id=7,
        diet_bits=1,
        last_touched=last,
        centre_products=tuple(bought[:50].tolist()),
        bought={
            p: Bought(times, last[p], times * 0.8)
            for p, times in zip(last, rng.integers(1, 9, size=len(last)).tolist(), strict=True)
        },
    )
    cart = query(
        cart=tuple(shelf.product_id[anchors].tolist()), total_cents=6_000, budget_cents=5_800
    )
    return cart, asked, State(shelf, trained, known)
