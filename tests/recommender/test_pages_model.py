import pytest

from recommender.ranking.features.schema import NAMES
from recommender.templatetags.model_page import FEATURES
from tests.shop.pages import words

pytestmark = pytest.mark.django_db


def test_without_a_ranker_the_model_page_says_how_alternatives_are_ordered(client):
    text = words(client.get("/model"))
    assert "60 % collaborative and 40 % semantic similarity" in text
    assert "No ranker has been trained yet." in text
    assert "the next training after 5 more" in text


def test_every_feature_has_words_on_the_page():
    assert set(FEATURES) == set(NAMES)
