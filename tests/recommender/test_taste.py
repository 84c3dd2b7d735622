from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from recommender.models import TasteState
from recommender.ranking.query import Taste
from recommender.serving import snapshot, taste
from recommender.serving.provider import RankedSwaps
from shop.models import Order
from tests.recommender import market
from tests.shop import shelf
from tracking import record
from tracking.record import Draft
from tracking.visitor import Caller

pytestmark = pytest.mark.django_db


def _taste(caller: Caller, *, member_id: int | None = None) -> Taste:
    known = taste.of(caller.shopper_key, member_id=member_id, now=timezone.now(), consent=True)
    return known.as_of(
        snapshot.current(), member_id=member_id, session_id=caller.session_id, diet_tags=()
    )


def _did(caller: Caller, kind: str, *products: int, at: datetime | None = None) -> None:
    record.events(caller, [Draft(kind, p, occurred_at=at) for p in products], server_side=True)


def test_a_stranger_has_the_stores_mean_and_no_lean():
    # Unit-price percentiles of three equally sold products: 1/6, 1/2, 5/6; thrift .6 x (1 - p).
    market.coffees("3.00", "4.00", "5.00")
    found = _taste(shelf.shopper())
    assert found.beta_u == pytest.approx(0.6 * 0.5)
    assert found.intent == 0.5
    assert (found.shopper_id, found.last_touched, found.centre_products) == (None, {}, ())


def test_cheap_choices_raise_price_sensitivity_towards_their_own():
    cheap, _, dear = market.coffees("3.00", "4.00", "5.00")
    thrifty, picky = market.member("a@example.org"), market.member("b@example.org")
    now = timezone.now()
    for _ in range(8):
        market.imported_order(thrifty, cheap, placed_at=now)
        market.imported_order(picky, dear, placed_at=now)
    mean = sum(snapshot.current().popularity * 0.6 * (1 - snapshot.current().price_percentile))
    # Eight choices weigh as much as the store's mean.
    assert _taste(shelf.shopper(), member_id=thrifty.pk).beta_u == pytest.approx(
        (0.6 * 5 / 6 + mean) / 2
    )
    assert _taste(shelf.shopper(), member_id=picky.pk).beta_u == pytest.approx(
        (0.6 * 1 / 6 + mean) / 2
    )


def test_what_was_just_done_counts_at_once():
    product, _ = market.coffees("3.00", "5.00")
    caller = shelf.shopper()
    at = timezone.now() - timedelta(minutes=1)
    _did(caller, "cart_add", product.pk, at=at)
    found = _taste(caller)
    assert found.last_touched == {product.pk: at.timestamp()}
    assert found.session_products == (product.pk,)


def test_purchases_are_summed_by_product_from_history_and_from_events():
    first, second = market.coffees("3.00", "5.00")
    caller, member = shelf.shopper(), market.member("a@example.org")
    now = timezone.now()
    market.imported_order(member, second, placed_at=now - timedelta(days=91))
    _did(caller, "purchase", first.pk, at=now - timedelta(days=91))
    # Two slate items brought the line of the first one.
    _did(caller, "purchase", first.pk, first.pk, second.pk, at=now)
    _did(caller, "cart_add", second.pk)
    assert _taste(caller, member_id=member.pk).bought == {
        second.pk: (2, now.timestamp(), 1.5),
        first.pk: (2, now.timestamp(), 1.5),
    }


def test_a_members_imported_purchases_are_read_once():
    (product,) = market.coffees("3.00")
    ann, caller = market.member(), shelf.shopper()
    market.imported_order(ann, product, placed_at=timezone.now() - timedelta(days=1))
    first = _taste(caller, member_id=ann.pk)
    assert TasteState.objects.get().cursor is None
    Order.objects.all().delete()
    assert _taste(caller, member_id=ann.pk).bought == first.bought
    # Without a history there is nothing to keep.
    _taste(shelf.shopper())
    assert TasteState.objects.count() == 1


def test_refusing_a_swap_keeps_quality_and_accepting_one_saves_money():
    product, _ = market.coffees("3.00", "5.00")
    refuser, accepter = shelf.shopper(), shelf.shopper()
    _did(refuser, "swap_dismiss", product.pk)
    _did(refuser, "swap_undo", product.pk)
    _did(accepter, "swap_accept", product.pk)
    assert _taste(refuser).intent == pytest.approx(0.5 + 0.3 * 0.5 + 0.3 * 0.35)
    assert _taste(accepter).intent == pytest.approx(0.35)
    assert _taste(accepter).beta_u > _taste(refuser).beta_u


@pytest.mark.parametrize(
    ("did", "intent"),
    [
        # Accepting gives .35; a refusal carries it to .545, which is the other side.
        ("accept 0, undo 20, dismiss 40", 0.5),
        ("accept 0, undo 20, dismiss 45", 0.65),
        ("accept 0, undo 45, dismiss 50", 0.6815),
        # .545 at 45 s would be .3815 again: too soon after that crossing.
        ("accept 0, undo 45, accept 89", 0.5),
        ("accept 0, undo 45, accept 90", 0.3815),
    ],
)
def test_the_mood_turns_at_most_every_45_seconds(did, intent):
    product, _ = market.coffees("3.00", "5.00")
    caller, start = shelf.shopper(), timezone.now() - timedelta(minutes=5)
    for action in did.split(", "):
        kind, seconds = action.split()
        _did(caller, f"swap_{kind}", product.pk, at=start + timedelta(seconds=int(seconds)))
    assert _taste(caller).intent == pytest.approx(intent)


def test_being_shown_something_changes_nothing():
    product, _ = market.coffees("3.00", "5.00")
    caller = shelf.shopper()
    _did(caller, "view", product.pk)
    before = taste.of(caller.shopper_key, member_id=None, now=timezone.now(), consent=True)
    _did(caller, "impression", product.pk)
    assert taste.of(caller.shopper_key, member_id=None, now=timezone.now(), consent=True) == before


def test_purchases_are_the_centre_newest_first():
    first, second = market.coffees("3.00", "5.00")
    ann = market.member()
    now = timezone.now()
    market.imported_order(ann, first, placed_at=now - timedelta(days=2))
    market.imported_order(ann, second, placed_at=now - timedelta(days=1))
    caller = shelf.shopper()
    assert _taste(caller, member_id=ann.pk).centre_products == (second.pk, first.pk)
    _did(caller, "purchase", first.pk)
    assert _taste(caller, member_id=ann.pk).centre_products == (first.pk, second.pk)


def test_purchases_after_the_moment_of_the_query_are_not_known_yet():
    (product,) = market.coffees("3.00")
    ann, now = market.member(), timezone.now()
    market.imported_order(ann, product, placed_at=now)
    earlier = taste.of(f"m:{ann.pk}", member_id=ann.pk, now=now - timedelta(hours=1), consent=True)
    assert earlier.facts["bought"] == []


def test_another_sessions_views_are_not_this_sessions():
    product, _ = market.coffees("3.00", "5.00")
    caller = shelf.shopper()
    _did(caller, "view", product.pk)
    known = taste.of(caller.shopper_key, member_id=None, now=timezone.now(), consent=True)
    other = known.as_of(snapshot.current(), member_id=None, session_id=uuid4(), diet_tags=())
    assert other.session_products == ()


def test_a_stored_state_and_the_events_after_it_say_what_all_events_say(monkeypatch):
    products = market.coffees(*[f"{price}.00" for price in range(3, 9)])
    caller = shelf.shopper()
    # Ids drawn in one burst run some milliseconds ahead of the clock.
    monkeypatch.setattr(taste, "SETTLED", timedelta(minutes=-1))
    for at in range(taste.WRITE_AFTER):
        _did(caller, "cart_add", products[at % 6].pk)
    taste.of(caller.shopper_key, member_id=None, now=timezone.now(), consent=True)
    stored = TasteState.objects.get()
    assert stored.cursor is not None
    _did(caller, "swap_dismiss", products[0].pk)
    known = taste.of(caller.shopper_key, member_id=None, now=timezone.now(), consent=True)
    replayed = taste.at(caller.shopper_key, member_id=None, cursor=known.cursor, now=timezone.now())
    assert known == replayed
    assert known.cursor != stored.cursor


def test_the_last_seconds_are_not_stored_yet():
    products = market.coffees("3.00", "5.00")
    caller = shelf.shopper()
    _did(caller, "cart_add", *[products[0].pk] * taste.WRITE_AFTER)
    taste.of(caller.shopper_key, member_id=None, now=timezone.now(), consent=True)
    assert not TasteState.objects.exists()


def test_no_state_is_stored_once_consent_is_withdrawn(monkeypatch):
    products = market.coffees("3.00", "5.00")
    caller = shelf.shopper()
    # Ids drawn in one burst run some milliseconds ahead of the clock.
    monkeypatch.setattr(taste, "SETTLED", timedelta(minutes=-1))
    _did(caller, "cart_add", *[products[0].pk] * taste.WRITE_AFTER)
    visit = market.query([(products[1], 1)], shopper_key=caller.shopper_key)
    RankedSwaps().state_key(visit)
    assert not TasteState.objects.exists()
    RankedSwaps().state_key(replace(visit, session_id=caller.session_id))
    assert TasteState.objects.exists()


def test_only_the_newest_facts_are_kept():
    (product,) = market.coffees("3.00")
    caller = shelf.shopper()
    _did(caller, "cart_add", *[product.pk] * 50)
    facts = taste.of(caller.shopper_key, member_id=None, now=timezone.now(), consent=True).facts
    assert (len(facts["actions"]), len(facts["recent"])) == (20, 20)
