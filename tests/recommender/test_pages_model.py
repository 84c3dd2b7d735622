import pytest
from django.utils import timezone

from recommender.models import RankerVersion, TrainingRun
from recommender.ranking.features.schema import NAMES
from recommender.templatetags.model_page import FEATURES
from tests.recommender import market
from tests.shop.pages import words

pytestmark = pytest.mark.django_db


def test_without_a_ranker_the_model_page_says_how_alternatives_are_ordered(client):
    text = words(client.get("/model"))
    assert "60 % collaborative and 40 % semantic similarity" in text
    assert "No ranker has been trained yet." in text
    assert "the next training after 5 more" in text


@pytest.mark.parametrize(
    ("paused", "told"),
    [
        (True, "Latest run Broke down and is tried again: killed"),
        (False, "Latest run killed"),
    ],
)
def test_what_was_given_up_is_not_said_to_be_tried_again(client, paused, told):
    until = timezone.now() if paused else None
    TrainingRun.objects.create(pk=1, state="failed", message="killed", leased_until=until)
    assert client.get("/api/model/status").json()["training"]["given_up"] == (not paused)
    assert told in words(client.get("/model"))


def test_every_feature_has_words_on_the_page():
    assert set(FEATURES) == set(NAMES)


@pytest.mark.parametrize(
    ("origins", "who"),
    [
        ({"served": 3, "simulated": 0}, "shoppers"),
        ({"served": 3, "simulated": 400}, "shoppers, some of them simulated,"),
        ({"served": 0, "simulated": 400}, "simulated shoppers"),
    ],
)
def test_what_simulated_shoppers_taught_is_not_said_to_be_shoppers_doing(client, origins, who):
    market.put_live(market.ranker(price_saving=1.0))
    RankerVersion.objects.update(training_info={"origins": origins})
    text = words(client.get("/model"))
    assert f"It was trained on what {who} did with earlier alternatives" in text
