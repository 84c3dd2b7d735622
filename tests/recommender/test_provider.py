from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import numpy as np
import pytest
from django.utils import timezone

from recommender.ranking.features.schema import NAMES, column, fingerprint
from recommender.serving import live_ranker, vectors
from recommender.serving.provider import RankedSwaps
from shop import recommendations, refusals
from tests.recommender import market
from tests.recommender.conftest import start_afresh
from tests.shop import shelf
from tracking import log, record

pytestmark = pytest.mark.django_db


def _products(ranking) -> list[int]:
    return [swap.product_id for swap in ranking.swaps]


def test_without_a_ranker_the_blend_answers():
    anchor, *_ = market.coffees("5.00", "4.00", "3.00")
    ranking = RankedSwaps().rank(market.query([(anchor, 1)]))
    assert (ranking.policy, ranking.ranker_tag, len(ranking.swaps)) == ("blend", "", 2)
    assert ranking.fingerprint == fingerprint()


def test_the_rankers_order_is_the_shown_order():
    anchor, *cheaper = market.coffees("9.00", "8.00", "7.00", "6.00")
    market.put_live(market.ranker(price_saving=1.0))
    most_first = RankedSwaps().rank(market.query([(anchor, 1)]))
    assert _products(most_first) == [product.pk for product in reversed(cheaper)]
    market.put_live(market.ranker(price_saving=-1.0))
    least_first = RankedSwaps().rank(market.query([(anchor, 1)]))
    assert _products(least_first) == [product.pk for product in cheaper]
    assert most_first.policy == least_first.policy == "linear"


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_so_many_slates_explore_as_the_setting_says(settings, share):
    settings.RECOMMENDER = {"CHECK_SECONDS": 0.0, "EXPLORATION_SHARE": share}
    anchor, *cheaper = market.coffees("9.00", "8.00", "7.00", "6.00")
    market.put_live(market.ranker(price_saving=1.0))
    best = [product.pk for product in reversed(cheaper)]
    provider, explored = RankedSwaps(), 0
    for second in range(60):
        at = market.MONDAY_NOON + timedelta(seconds=second)
        asked = market.query([(anchor, 1)], served_at=at, session_id=uuid4())
        ranking = provider.rank(asked)
        explored += _products(ranking) != best
        # Of three swaps each exchange comes as a third of the share at one of two places.
        likely = 1.0 - share * 2 / 3 if _products(ranking)[0] == best[0] else share / 3
        assert ranking.swaps[0].propensity == pytest.approx(likely)
    assert abs(explored / 60 - share) < 0.2


def test_each_swap_carries_the_vector_that_it_was_scored_by():
    anchor, *_ = market.coffees("9.00", "8.00", "7.00")
    market.put_live(market.ranker(price_saving=2.0))
    for swap in RankedSwaps().rank(market.query([(anchor, 2)])).swaps:
        assert len(swap.features) == len(NAMES)
        assert swap.features[column("price_saving")] == swap.saving_cents / 100
        assert swap.score == 2.0 * np.log1p(swap.saving_cents / 100)


def test_money_and_time_reach_the_features_as_they_are():
    anchor, *_ = market.coffees("9.00", "8.00")
    asked = market.query([(anchor, 2)], budget=Decimal("12.00"))
    (swap,) = RankedSwaps().rank(asked).swaps
    named = dict(zip(NAMES, swap.features, strict=True))
    assert named["cart_value"] == 18.0
    assert named["cart_size"] == 2.0
    assert named["budget_pressure"] == 0.5
    assert named["within_budget_flag"] == 0.0
    # Monday noon in New York is 17:00 UTC.
    assert (named["dow"], named["hour"]) == (0.0, 12.0)


def test_no_budget_is_undefined_and_not_zero():
    anchor, *_ = market.coffees("9.00", "8.00")
    (swap,) = RankedSwaps().rank(market.query([(anchor, 1)], budget=None)).swaps
    assert np.isnan(swap.features[column("budget_pressure")])


def test_sold_out_swaps_are_not_ranked():
    anchor, *cheaper = market.coffees("9.00", "8.00", "7.00")
    type(cheaper[0]).objects.filter(pk=cheaper[0].pk).update(stock=0)
    assert _products(RankedSwaps().rank(market.query([(anchor, 1)]))) == [cheaper[1].pk]


def test_nothing_cheaper_is_an_empty_answer():
    anchor, *_ = market.coffees("3.00", "4.00")
    ranking = RankedSwaps().rank(market.query([(anchor, 1)]))
    assert ranking.swaps == ()


def test_at_most_two_swaps_for_each_of_three_anchors():
    anchors = []
    for name in ("Tea", "Coffee", "Cocoa"):
        first, *_ = market.coffees("9.00", "8.00", "7.00", "6.00", kind=shelf.product_type(name))
        anchors.append((first, 1))
    swaps = RankedSwaps().rank(market.query(anchors)).swaps
    counts = [sum(swap.anchor_id == anchor.pk for swap in swaps) for anchor, _ in anchors]
    assert counts == [2, 2, 2]


def test_a_random_order_has_exact_propensities():
    anchor, *_ = market.coffees("9.00", "8.00", "7.00", "6.00")
    asked = market.query([(anchor, 1)], random_order=True)
    swaps = RankedSwaps().rank(asked).swaps
    assert [swap.propensity for swap in swaps] == [1 / 3, 1 / 3, 1 / 3]
    assert _products(RankedSwaps().rank(asked)) == [swap.product_id for swap in swaps]


def test_nothing_is_tried_out_on_a_shopper_whose_slate_teaches_nothing(settings):
    settings.RECOMMENDER = {"CHECK_SECONDS": 0.0, "EXPLORATION_SHARE": 1.0}
    anchor, dearer, cheapest = market.coffees("9.00", "8.00", "7.00")
    market.put_live(market.ranker(price_saving=1.0))
    # Of two swaps an exploring slate shows the other one first, whichever place is drawn.
    asked = market.query([(anchor, 1)], session_id=uuid4())
    assert _products(RankedSwaps().rank(asked)) == [dearer.pk, cheapest.pk]
    without_consent = RankedSwaps().rank(replace(asked, session_id=None))
    assert _products(without_consent) == [cheapest.pk, dearer.pk]
    assert [swap.propensity for swap in without_consent.swaps] == [1.0, 1.0]


def test_a_ranker_that_fails_gives_way_to_the_blend(monkeypatch):
    anchor, *_ = market.coffees("9.00", "8.00", "7.00")
    market.put_live(market.ranker(price_saving=1.0))
    scorer = live_ranker.current().scorer

    def broken(*_):
        raise RuntimeError

    monkeypatch.setattr(type(scorer), "score", broken)
    ranking = RankedSwaps().rank(market.query([(anchor, 1)]))
    assert (ranking.policy, ranking.ranker_tag, len(ranking.swaps)) == ("blend", "", 2)


def test_reasons_are_what_the_ranker_added_and_are_true():
    anchor, *_ = market.coffees("9.00", "8.00", "7.00")
    market.put_live(market.ranker(price_saving=1.0, quality_tags_score=5.0, recency=1.0))
    for swap in RankedSwaps().rank(market.query([(anchor, 1)])).swaps:
        assert swap.reasons == ("Saves money on this line",)


def test_the_panel_logs_what_was_served_and_answers_it_again():
    anchor, *_ = market.coffees("9.00", "8.00", "7.00")
    vectors.fit(now=timezone.now())
    caller = shelf.shopper()
    cart = market.cart_over_budget(caller, anchor)
    first = recommendations.swaps_for(caller, cart)
    row = log.slate(first.qid)
    assert first.message == "Found 2 hybrid AI cheaper alternatives"
    assert row.fingerprint == fingerprint()
    assert row.snapshot_tag
    assert row.vectors_tag
    assert len(row.features) == 2 * len(NAMES) * 8
    assert recommendations.swaps_for(caller, cart).qid == first.qid


def test_what_the_shopper_does_and_a_new_ranker_renew_the_slate_and_an_impression_does_not():
    anchor, other, _ = market.coffees("9.00", "8.00", "7.00")
    caller = shelf.shopper()
    cart = market.cart_over_budget(caller, anchor)
    first = recommendations.swaps_for(caller, cart)
    record.event(caller, event_type="impression", product_id=other.pk, qid=first.qid, position=1)
    assert recommendations.swaps_for(caller, cart).qid == first.qid
    record.event(caller, event_type="view", product_id=other.pk)
    second = recommendations.swaps_for(caller, cart)
    assert second.qid != first.qid
    market.put_live(market.ranker(price_saving=1.0))
    third = recommendations.swaps_for(caller, cart)
    assert third.qid != second.qid
    assert third.policy == "linear"


def test_a_dismissed_product_is_not_offered_again():
    anchor, *_ = market.coffees("9.00", "8.00", "7.00")
    caller = shelf.shopper()
    cart = market.cart_over_budget(caller, anchor)
    first = recommendations.swaps_for(caller, cart)
    gone = refusals.dismiss(caller, qid=first.qid, position=1)
    again = recommendations.swaps_for(caller, cart)
    assert gone not in [suggestion.product.pk for suggestion in again.suggestions]
    assert len(again.suggestions) == 1


def test_a_new_process_serves_the_same_order():
    anchor, *_ = market.coffees("9.00", "8.00", "7.00", "6.00")
    market.put_live(market.ranker(price_saving=1.0))
    asked = market.query([(anchor, 1)])
    before = RankedSwaps().rank(asked)
    start_afresh()
    after = RankedSwaps().rank(asked)
    assert _products(after) == _products(before)
    assert (after.inputs, after.snapshot_tag) == (before.inputs, before.snapshot_tag)


def test_the_fit_takes_the_best_liked_swap_that_reaches_the_budget():
    anchor, eight, seven, six = market.coffees("9.00", "8.00", "7.00", "6.00")
    market.put_live(market.ranker(price_saving=-1.0))
    for budget, wanted in (("8.50", eight), ("8.00", eight), ("7.99", seven), ("6.00", six)):
        fit = RankedSwaps().fit(market.query([(anchor, 1)], budget=Decimal(budget)))
        assert _products(fit) == [wanted.pk]


def test_a_fit_that_cannot_reach_the_budget_comes_nearest_and_carries_no_vectors():
    anchor, *_, six = market.coffees("9.00", "8.00", "7.00", "6.00")
    market.put_live(market.ranker(price_saving=-1.0))
    fit = RankedSwaps().fit(market.query([(anchor, 1)], budget=Decimal("2.00")))
    assert _products(fit) == [six.pk]
    assert (fit.swaps[0].features, fit.fingerprint) == ((), "")
