"""How the weights went: what moved most is told as the panel rounds, and drawn by hand."""

from __future__ import annotations

import pytest

from recommender import history
from recommender.history import Generation
from recommender.models import RankerVersion
from recommender.ranking.features.schema import NAMES
from tests.recommender import market
from tests.shop.pages import words

pytestmark = pytest.mark.django_db


def _live(weight: float, **shares: float) -> RankerVersion:
    version = market.put_live(market.ranker(price_saving=weight))
    RankerVersion.objects.filter(pk=version.pk).update(
        weights={"all_features": dict.fromkeys(NAMES, 0.0) | shares} if shares else {},
        weights_state="ready" if shares else "computing",
    )
    return version


def test_what_moved_most_is_told_with_both_numbers():
    _live(1.0, price_saving=8.5, popularity=80.0)
    version = _live(2.0, price_saving=12.4, popularity=78.0)
    assert history.moved(version.tag) == "Price 9 % → 12 %"


def test_less_than_a_whole_percent_is_nothing():
    _live(1.0, price_saving=8.6)
    assert history.moved(_live(2.0, price_saving=9.4).tag) == ""


def test_of_the_first_ranker_and_of_one_without_weights_nothing_moved():
    assert history.moved(_live(1.0, price_saving=9.0).tag) == ""
    assert history.moved(_live(2.0).tag) == ""


def test_a_line_is_drawn_from_edge_to_edge_and_as_high_as_its_share():
    known = [
        Generation(1, "a", {"price_saving": 0.0, "popularity": 100.0}),
        Generation(2, "b", {"price_saving": 50.0, "popularity": 25.0}),
    ]
    price, popularity = history.lines(known)
    assert (price.words, price.points) == ("Price", "8.0,152.0 312.0,80.0")
    assert (popularity.points, popularity.end) == ("8.0,8.0 312.0,116.0", (312.0, 116.0))


def test_one_generation_is_no_line():
    assert history.lines([Generation(1, "a", {"price_saving": 9.0})]) == []


def test_the_page_shows_the_history_the_verdicts_and_the_processes(client):
    _live(1.0, price_saving=8.5)
    _live(2.0, price_saving=12.4)
    rejected = market.register(market.ranker(price_saving=3.0))
    reasons = ["12 informative later slates (at least 40)"]
    verdict = {"passed": False, "reasons": reasons, "figures": {}}
    RankerVersion.objects.filter(pk=rejected.pk).update(verdict=verdict, status="rejected")
    page = client.get("/model")
    assert '<polyline points="8.0,' in page.content.decode()
    text = words(page)
    assert "12 informative later slates (at least 40)" in text
    assert ": rejected" in text
    assert "none has told its generation yet" in text
