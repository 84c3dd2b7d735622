from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommender.ranking.features.build import build
from recommender.ranking.features.schema import CONTEXT, ITEM, NAMES, column
from tests.ranking import shelf

QUERY, SWAPS, STATE = shelf.market(2_000, seed=1)
WHOLE = build(QUERY, SWAPS, STATE)


def _bits(matrix: np.ndarray) -> bytes:
    return np.ascontiguousarray(matrix).tobytes()


def test_the_matrix_has_a_row_per_swap_and_a_column_per_feature():
    assert WHOLE.shape == (200, len(NAMES))
    assert WHOLE.dtype == np.float64


@pytest.mark.parametrize("row", range(0, 200, 7))
def test_a_single_swap_gets_the_bits_that_it_has_among_two_hundred(row):
    assert _bits(build(QUERY, SWAPS.take(shelf.ints(row)), STATE)) == _bits(WHOLE[row])


@pytest.mark.parametrize("size", [2, 3, 6, 17, 100, 199])
def test_any_choice_of_swaps_in_any_order_gets_the_same_bits(size):
    rows = np.random.default_rng(size).permutation(200)[:size]
    assert _bits(build(QUERY, SWAPS.take(rows), STATE)) == _bits(WHOLE[rows])


def test_an_anonymous_shopper_gets_the_same_bits_for_any_choice_too():
    anonymous = shelf.taste(session_products=tuple(STATE.snapshot.product_id[:9].tolist()))
    state = type(STATE)(STATE.snapshot, STATE.vectors, anonymous)
    whole = build(QUERY, SWAPS, state)
    for row in range(0, 200, 11):
        assert _bits(build(QUERY, SWAPS.take(shelf.ints(row)), state)) == _bits(whole[row])


def test_a_taste_cut_down_to_the_types_of_a_slate_gives_the_same_bits():
    """As it is logged: what was bought of other types is not kept."""
    for row in range(0, 200, 13):
        swap = SWAPS.take(shelf.ints(row))
        kind = STATE.snapshot.type_id[swap.candidate_row[0]]
        of_kind = set(STATE.snapshot.product_id[STATE.snapshot.rows_by_type[int(kind)]].tolist())
        bought = {p: sums for p, sums in STATE.taste.bought.items() if p in of_kind}
        assert 0 < len(bought) < len(STATE.taste.bought)
        state = replace(STATE, taste=replace(STATE.taste, bought=bought))
        assert _bits(build(QUERY, swap, state)) == _bits(WHOLE[row])


def test_vectors_stored_column_by_column_give_the_same_bits():
    given = STATE.vectors
    turned = replace(
        given,
        tag="turned",
        text=np.asfortranarray(given.text),
        item_factors=np.asfortranarray(given.item_factors),
        shopper_factors=np.asfortranarray(given.shopper_factors),
    )
    state = type(STATE)(STATE.snapshot, turned, STATE.taste)
    assert _bits(build(QUERY, SWAPS, state)) == _bits(WHOLE)
    assert _bits(build(QUERY, SWAPS.take(shelf.ints(5)), state)) == _bits(WHOLE[5])


def test_context_features_are_the_same_for_every_swap_of_a_slate():
    for name in CONTEXT:
        values = WHOLE[:, column(name)]
        assert np.all(values == values[0]), name


def test_item_features_differ_between_swaps():
    for name in ITEM:
        assert len(np.unique(WHOLE[:, column(name)])) > 1, name


def test_no_swaps_give_no_rows():
    assert build(QUERY, SWAPS.take(shelf.ints()), STATE).shape == (0, len(NAMES))


def test_a_stranger_without_budget_history_sizes_or_vectors_has_nan_exactly_where_undefined():
    products = shelf.snapshot(2, amount_milli=0, price_percentile=np.nan)
    state = shelf.state(products, given=shelf.vectors(shelf.snapshot(0)))
    row = build(shelf.query(total_cents=100), shelf.swaps([0], [1], 10), state)[0]
    undefined = {name for name, value in zip(NAMES, row, strict=True) if np.isnan(value)}
    assert undefined == {
        "cf_bpr_score",
        "semantic_sim",
        "within_budget_flag",
        "size_ratio",
        "recency",
        "same_semantic_id_flag",
        "distance_to_semantic_center",
        "budget_pressure",
        "premium_anchor",
        "bought_rank",
        "in_leaflet",
        "on_display",
        "cart_price_level",
        "cart_affinity",
    }
