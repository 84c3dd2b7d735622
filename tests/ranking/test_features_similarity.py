from __future__ import annotations

import numpy as np

from recommender.ranking.features import similarity
from recommender.ranking.features.popularity import popularity
from tests.ranking import shelf

QUERY = shelf.query()


def test_the_cosine_of_three_four_and_four_three_is_twenty_four_twenty_fifths():
    products = shelf.snapshot(3)
    given = shelf.vectors(products, text=[[0.6, 0.8], [0.8, 0.6], [-0.6, -0.8]])
    found = similarity.semantic_sim(
        QUERY, shelf.swaps([0, 0], [1, 2]), shelf.state(products, given=given)
    )
    np.testing.assert_allclose(found, [0.96, -1.0], rtol=1e-6)


def test_a_product_without_vectors_has_no_similarity_and_no_cluster():
    products = shelf.snapshot(3)
    known = shelf.snapshot(2)
    given = shelf.vectors(known, cluster=[4, 4])
    swaps = shelf.swaps([0, 0, 2], [1, 2, 1])
    state = shelf.state(products, given=given)
    for feature in (similarity.semantic_sim, similarity.same_semantic_id_flag):
        np.testing.assert_array_equal(feature(QUERY, swaps, state), [1.0, np.nan, np.nan])


def test_vectors_of_no_product_at_all_leave_everything_unknown():
    products, nothing = shelf.snapshot(2), shelf.snapshot(0)
    state = shelf.state(products, given=shelf.vectors(nothing))
    for feature in (similarity.semantic_sim, similarity.same_semantic_id_flag):
        assert np.isnan(feature(QUERY, shelf.swaps([0], [1]), state)).all()


def test_only_the_same_cluster_is_the_same_semantic_id():
    products = shelf.snapshot(3)
    given = shelf.vectors(products, cluster=[4, 4, 5])
    found = similarity.same_semantic_id_flag(
        QUERY, shelf.swaps([0, 0], [1, 2]), shelf.state(products, given=given)
    )
    assert found.tolist() == [1.0, 0.0]


def test_vectors_are_found_by_product_and_not_by_row():
    first = shelf.snapshot(3)
    given = shelf.vectors(first, cluster=[4, 5, 4])
    later = shelf.snapshot(2, product_id=[10, 30])
    found = similarity.same_semantic_id_flag(
        QUERY, shelf.swaps([0], [1]), shelf.state(later, given=given)
    )
    assert found.tolist() == [1.0]


def test_same_type_counts_one_same_aisle_half_and_anything_else_nothing():
    products = shelf.snapshot(4, type_id=[1, 1, 2, 3], aisle_id=[1, 1, 1, 2])
    found = similarity.category_match(
        QUERY, shelf.swaps([0, 0, 0], [1, 2, 3]), shelf.state(products)
    )
    assert found.tolist() == [1.0, 0.5, 0.0]


def test_a_candidate_must_meet_the_diet_tags_of_shopper_and_anchor_together():
    # Bit 1 is vegan, bit 2 gluten free; the anchor is vegan, the shopper eats gluten free.
    products = shelf.snapshot(5, diet_bits=[1, 0, 1, 2, 3])
    found = similarity.diet_match_flag(
        QUERY, shelf.swaps([0] * 4, [1, 2, 3, 4]), shelf.state(products, diet_bits=2)
    )
    assert found.tolist() == [0.0, 0.0, 0.0, 1.0]


def test_without_any_diet_tag_every_candidate_matches():
    products = shelf.snapshot(2)
    found = similarity.diet_match_flag(QUERY, shelf.swaps([0], [1]), shelf.state(products))
    assert found.tolist() == [1.0]


def test_quality_and_popularity_are_those_of_the_candidate():
    products = shelf.snapshot(2, quality_share=[0.5, 0.25], popularity=[0.7, 0.3])
    swaps, state = shelf.swaps([0], [1]), shelf.state(products)
    assert similarity.quality_tags_score(QUERY, swaps, state).tolist() == [0.25]
    assert popularity(QUERY, swaps, state).tolist() == [0.3]
