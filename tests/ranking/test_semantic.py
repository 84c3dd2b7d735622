from __future__ import annotations

import numpy as np
import pytest

from recommender.ranking.semantic import CharacterNgrams, clusters

NAMES = [
    "whole milk gallon", "skim milk gallon", "milk 2% half gallon", "chocolate milk quart",
    "wheat bread sliced", "white bread loaf", "rye bread loaf", "sourdough bread loaf",
    "dog food chicken", "dog food beef", "cat food salmon", "cat food tuna",
]  # fmt: skip


def test_products_of_a_kind_are_nearer_than_others():
    vectors = CharacterNgrams().embed(NAMES)
    cosine = vectors @ vectors.T
    assert cosine[0, 1] > cosine[0, 4]
    assert cosine[0, 1] > cosine[0, 8]
    assert cosine[5, 6] > cosine[5, 10]


def test_vectors_have_unit_length_and_an_empty_name_is_a_zero_vector():
    vectors = CharacterNgrams().embed([*NAMES, ""])
    lengths = np.linalg.norm(vectors, axis=1)
    np.testing.assert_allclose(lengths[:-1], 1.0, rtol=1e-5)
    assert lengths[-1] == 0.0
    assert vectors.dtype == np.float32
    assert vectors.flags.c_contiguous


def test_the_same_names_give_the_same_bits():
    first, second = (CharacterNgrams().embed(NAMES).tobytes() for _ in range(2))
    assert first == second


def test_names_that_say_nothing_are_zero_vectors():
    assert CharacterNgrams().embed(["", "  "]).tolist() == [[0.0], [0.0]]


def test_one_product_is_embedded_too():
    vector = CharacterNgrams().embed(["milk"])[0]
    assert np.linalg.norm(vector) == pytest.approx(1.0)


def test_fewer_than_sixteen_products_are_one_cluster():
    assert clusters(np.eye(15, dtype=np.float32)).tolist() == [0] * 15
    assert clusters(np.empty((0, 3), np.float32)).tolist() == []


def test_two_tight_groups_of_eight_are_two_clusters_and_the_same_each_time():
    text = np.zeros((16, 2), dtype=np.float32)
    text[:8, 0] = text[8:, 1] = 1.0
    found = clusters(text)
    assert len(set(found[:8])) == len(set(found[8:])) == 1
    assert found[0] != found[8]
    assert clusters(text).tolist() == found.tolist()
