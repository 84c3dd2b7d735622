from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.files.storage import storages

from recommender import files
from recommender.learning import promotion
from recommender.models import LiveTag, RankerVersion
from recommender.ranking.linear import LinearRanker
from recommender.serving import live_ranker
from tests.recommender import market

pytestmark = pytest.mark.django_db


def test_without_a_live_tag_there_is_no_ranker():
    assert live_ranker.current() == live_ranker.Live()


def test_a_promotion_is_followed_without_a_restart():
    first = market.put_live(market.ranker(price_saving=1.0))
    assert live_ranker.current().tag == first.tag
    second = market.put_live(market.ranker(price_saving=2.0))
    assert (live_ranker.current().tag, live_ranker.current().generation) == (second.tag, 2)


def test_within_a_second_the_database_is_not_asked(settings, django_assert_num_queries):
    settings.RECOMMENDER = {"CHECK_SECONDS": 1.0}
    market.put_live(market.ranker(price_saving=1.0))
    live_ranker.current()
    with django_assert_num_queries(0):
        live_ranker.current()


def test_a_standing_generation_costs_one_query(django_assert_num_queries):
    market.put_live(market.ranker(price_saving=1.0))
    live_ranker.current()
    with django_assert_num_queries(1):
        live_ranker.current()


@pytest.mark.parametrize("damage", ["cut", "flip", "gone"])
def test_of_a_damaged_file_the_last_good_one_stays_and_it_is_shown(damage):
    good = market.put_live(market.ranker(price_saving=1.0))
    assert live_ranker.current().tag == good.tag
    bad = market.put_live(market.ranker(price_saving=2.0))
    name = f"{bad.sha256}.txt"
    data = files.read("rankers", name)
    if damage == "gone":
        storages["rankers"].delete(name)
    elif damage == "cut":
        files.write("rankers", name, data[:-10])
    else:
        files.write("rankers", name, data.replace(b"2.0", b"3.0"))
    live = live_ranker.current()
    assert live.tag == good.tag
    assert live.scorer is not None
    assert live_ranker.health.wanted_generation == 2
    assert "generation 2 could not be loaded" in live_ranker.health.problem


def test_a_repaired_file_is_loaded_at_a_later_try(monkeypatch):
    version = market.put_live(market.ranker(price_saving=1.0))
    name = f"{version.sha256}.txt"
    data = files.read("rankers", name)
    files.write("rankers", name, data[:-1])
    assert live_ranker.current().scorer is None
    files.write("rankers", name, data)
    assert live_ranker.current().scorer is None
    # The pause after a failure, which grows to half a minute, is over.
    monkeypatch.setattr(live_ranker._breakdown, "again_at", 0.0)
    assert live_ranker.current().tag == version.tag
    assert live_ranker.health.problem == ""


def test_a_good_generation_does_not_wait_out_the_pause_of_a_damaged_one(monkeypatch):
    bad = market.put_live(market.ranker(price_saving=1.0))
    storages["rankers"].delete(f"{bad.sha256}.txt")
    for tries in (1, 2, 3):
        monkeypatch.setattr(live_ranker._breakdown, "again_at", 0.0)
        assert live_ranker.current().scorer is None
        assert live_ranker.health.failures == tries
    good = market.put_live(market.ranker(price_saving=2.0))
    assert live_ranker.current().tag == good.tag


def test_a_ranker_of_other_features_is_refused():
    scorer = replace(market.ranker(price_saving=1.0), fingerprint="0" * 64)
    market.put_live(scorer)
    assert live_ranker.current().scorer is None
    assert "train again" in live_ranker.health.problem


def test_loading_a_ranker_predicts_once_and_that_is_its_golden_rows(monkeypatch):
    version = market.put_live(market.ranker(price_saving=1.0))
    rows = []
    score = LinearRanker.score

    def counting(self, features, groups=None):
        rows.append(len(features))
        return score(self, features, groups)

    monkeypatch.setattr(LinearRanker, "score", counting)
    assert live_ranker.current().tag == version.tag
    assert rows == [len(version.golden["rows"])]


def test_new_weights_of_the_live_ranker_are_followed():
    version = market.put_live(market.ranker(price_saving=1.0))
    before = live_ranker.current()
    RankerVersion.objects.filter(pk=version.pk).update(weights={"gain": {}}, weights_state="ready")
    after = live_ranker.current()
    assert (before.weights, after.weights) == ({}, {"gain": {}})
    assert after.scorer is before.scorer


@pytest.mark.django_db(transaction=True)
def test_the_live_artifact_has_a_name_that_never_changes():
    for weight in (1.0, 2.0):
        version = market.put_live(market.ranker(price_saving=weight))
        live = files.read("rankers", promotion.LIVE_COPY)
        assert live == files.read("rankers", f"{version.sha256}.txt")


def test_one_is_live_and_the_one_before_it_is_retired():
    first = market.put_live(market.ranker(price_saving=1.0))
    second = market.put_live(market.ranker(price_saving=2.0))
    first.refresh_from_db()
    assert (first.status, second.status) == ("retired", "live")
    assert LiveTag.objects.get().version == second


def test_without_the_lease_nothing_is_promoted():
    version = market.register(market.ranker(price_saving=1.0), fence=9)
    with pytest.raises(promotion.NotPromotable, match="the lease with fence 9 was lost"):
        promotion.promote(version, fence=9, now=version.trained_at)
    version.refresh_from_db()
    assert version.status == "challenger"
    assert not LiveTag.objects.exists()
