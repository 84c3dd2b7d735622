"""What a slate's features were computed from, as logged values; and the same values read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np

from recommender.ranking.bought import Bought
from recommender.ranking.query import Ints, Query, Snapshot, Swaps, Taste


def inputs(
    query: Query,
    taste: Taste,
    *,
    member_id: int | None,
    cursor: UUID | None,
    products: Ints,
    snapshot: Snapshot,
) -> dict[str, Any]:
    """JSON from which ``query_of`` and ``taste_of`` give back equal values.

    Of the taste only what is read for the shown ``products`` is kept: see ``needed_for``.
    """
    taste = needed_for(taste, products, snapshot)
    return {
        "served_at": query.served_at.isoformat(),
        "cart": np.column_stack([query.cart_products, query.cart_quantities]).tolist(),
        "total_cents": query.total_cents,
        "budget_cents": query.budget_cents,
        "taste": {
            "member_id": member_id,
            "cursor": str(cursor) if cursor else None,
            "shopper_id": taste.shopper_id,
            "beta_u": taste.beta_u,
            "intent": taste.intent,
            "diet_bits": taste.diet_bits,
            "touched": {str(p): when for p, when in taste.last_touched.items()},
            "centre": list(taste.centre_products),
            "session": list(taste.session_products),
            "bought": {str(p): list(sums) for p, sums in taste.bought.items()},
        },
    }


def needed_for(taste: Taste, products: Ints, snapshot: Snapshot) -> Taste:
    """The taste without what no feature of swaps to ``products`` reads.

    When these products were touched last, and what was bought of their types.
    """
    touched = {p: taste.last_touched[p] for p in products.tolist() if p in taste.last_touched}
    rows = snapshot.rows_of(products)
    types = np.unique(snapshot.type_id[rows[rows >= 0]])
    bought, _ = taste.bought_columns
    rows = snapshot.rows_of(bought)
    bought, rows = bought[rows >= 0], rows[rows >= 0]
    kept = bought[np.isin(snapshot.type_id[rows], types)]
    return replace(taste, last_touched=touched, bought={p: taste.bought[p] for p in kept.tolist()})


def query_of(logged: Mapping[str, Any], placement: str) -> Query:
    """The query that was ranked."""
    cart = np.array(logged["cart"], dtype=np.int64).reshape(-1, 2)
    return Query(
        served_at=datetime.fromisoformat(logged["served_at"]),
        placement=placement,
        cart_products=cart[:, 0],
        cart_quantities=cart[:, 1],
        total_cents=logged["total_cents"],
        budget_cents=logged["budget_cents"],
    )


def taste_of(logged: Mapping[str, Any]) -> Taste:
    """The taste that was read, as far as the shown swaps need it."""
    taste = logged["taste"]
    return Taste(
        shopper_id=taste["shopper_id"],
        beta_u=taste["beta_u"],
        intent=taste["intent"],
        diet_bits=taste["diet_bits"],
        last_touched={int(key): when for key, when in taste["touched"].items()},
        centre_products=tuple(taste["centre"]),
        session_products=tuple(taste["session"]),
        bought={int(key): Bought(*sums) for key, sums in taste["bought"].items()},
    )


def swaps_of(items: Sequence[Mapping[str, Any]], snapshot: Snapshot) -> Swaps:
    """The slate's items; KeyError when ``snapshot`` does not hold one of their products."""

    def column(name: str) -> Ints:
        return np.array([item[name] for item in items], dtype=np.int64)

    anchor_row, candidate_row = (snapshot.rows_of(column(name)) for name in ("anchor", "product"))
    if (anchor_row < 0).any() or (candidate_row < 0).any():
        raise KeyError(f"snapshot {snapshot.tag[:12]} lacks a product of the slate")
    return Swaps(
        anchor_row,
        candidate_row,
        column("anchor_quantity"),
        column("quantity"),
        column("saving_cents"),
    )
