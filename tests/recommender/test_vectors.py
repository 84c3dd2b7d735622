from __future__ import annotations

import numpy as np
import pytest
from django.utils import timezone

from recommender.serving import vectors
from tests.recommender import market

pytestmark = pytest.mark.django_db
PLACE = "tests.recommender.test_vectors"


class Lengths:
    """As a project might write one: the first component grows with the text."""

    def embed(self, texts):
        angle = np.array([len(text) for text in texts]) / 1000
        return np.column_stack([np.sin(angle), np.cos(angle)]).astype(np.float32)


class OneRow:
    def embed(self, texts):
        return np.ones((1, 2), dtype=np.float32)


def test_an_embedder_is_plugged_in_by_its_dotted_path(settings):
    settings.RECOMMENDER = {"EMBEDDER": f"{PLACE}.Lengths"}
    market.coffees("5.00", "4.00")
    fitted = vectors.fit(now=timezone.now())
    # "Coffee number 1 Coffee Hot drinks" has 33 letters.
    assert fitted.text[0] == pytest.approx([np.sin(0.033), np.cos(0.033)])
    assert vectors.current().text.tolist() == fitted.text.tolist()


def test_an_embedder_that_forgets_products_is_refused(settings):
    settings.RECOMMENDER = {"EMBEDDER": f"{PLACE}.OneRow"}
    market.coffees("5.00", "4.00")
    with pytest.raises(ValueError, match=r"shape \(1, 2\).*each of 2 products"):
        vectors.fit(now=timezone.now())
    assert vectors.current() is vectors.NONE
