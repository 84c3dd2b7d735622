"""The reading door."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.tracking.conftest import NOON, slate_for
from tracking import log, record, visitor
from tracking.models import Session
from tracking.record import PurchaseLine

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def qids(**filters):
    return [row.qid for row in log.slates(**{"now": NOON, **filters})]


def buy(caller, at=NOON):
    with transaction.atomic():
        record.purchase(caller, order_id=1, lines=[PurchaseLine(5)], occurred_at=at)


def test_slate_is_mature_when_its_sessions_order_is_placed(caller):
    qid = slate_for(caller, 5)
    assert qids() == []
    assert qids(mature_only=False) == [qid]
    buy(visitor.ensure(RequestFactory().get("/")))
    assert qids() == []
    buy(caller)
    assert qids() == [qid]


def _another_session(caller, **fields):
    session = Session.objects.create(
        visitor_id=caller.visitor_key,
        shopper_key=fields.get("shopper_key", caller.shopper_key),
        member_id=fields.get("member_id"),
        started_at=NOON,
        last_event_at=NOON,
    )
    return replace(caller, session_id=session.pk, **fields)


def test_the_browsers_next_visit_does_not_make_a_slate_mature(caller):
    qid = slate_for(caller, 5)
    buy(_another_session(caller), at=NOON + timedelta(days=1))
    assert qids(now=NOON + WEEK - timedelta(seconds=1)) == []
    assert qids(now=NOON + WEEK) == [qid]


def test_an_order_in_the_visit_that_it_went_on_in_makes_a_slate_mature(caller):
    qid = slate_for(caller, 5)
    member = _another_session(caller, member_id=7, shopper_key="m:7")
    Session.objects.filter(pk=caller.session_id).update(goes_on_in=member.session_id)
    buy(member, at=NOON - timedelta(minutes=1))
    assert qids() == []
    buy(member, at=NOON + timedelta(minutes=1))
    assert qids() == [qid]


def test_an_order_in_the_visit_that_it_went_on_in_touches_a_slate(caller):
    slate_for(caller, 5)
    slate_for(_another_session(caller), 6, served_at=NOON + timedelta(hours=1))
    member = _another_session(caller, member_id=7, shopper_key="m:7")
    Session.objects.filter(pk=caller.session_id).update(goes_on_in=member.session_id)
    before = timezone.now()
    assert log.touched(received_since=before) == set()
    buy(member, at=NOON + timedelta(minutes=1))
    assert log.touched(received_since=before) == {NOON}


def test_whether_a_slates_visit_bought_is_looked_up_in_the_index_by_visit(caller):
    if connection.vendor != "sqlite":
        pytest.skip("the words of SQLite's plan")
    with CaptureQueriesContext(connection) as asked:
        qids()
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]['sql']}")
        plan = [row[-1] for row in cursor.fetchall()]
    orders = [step for step in plan if "event_type=?" in step]
    assert len(orders) == 2
    assert all("(session_id=? AND event_type=?)" in step for step in orders)


def test_a_slate_served_after_the_purchase_waits_for_the_next(caller):
    buy(caller, at=NOON - timedelta(seconds=1))
    qid = slate_for(caller, 5)
    assert qids() == []
    buy(caller, at=NOON + timedelta(seconds=1))
    assert qids() == [qid]


def test_slate_is_mature_after_seven_days_and_not_a_second_before(caller):
    qid = slate_for(caller, 5, served_at=NOON)
    assert qids(now=NOON + WEEK - timedelta(seconds=1)) == []
    assert qids(now=NOON + WEEK) == [qid]


def test_slates_come_oldest_first_from_since_on(caller):
    late, early, middle = (
        slate_for(caller, 5, served_at=NOON + timedelta(hours=hours)) for hours in (2, 0, 1)
    )
    far = NOON + 2 * WEEK
    assert qids(now=far) == [early, middle, late]
    hour = timedelta(hours=1)
    assert qids(now=far, since=NOON + hour) == [middle, late]
    assert qids(now=far, since=NOON, until=NOON + hour) == [early]


def test_origins_are_kept_apart(caller):
    simulated = record.start_simulated_session(member_id=None, persona="p", started_at=NOON)
    served_qid, simulated_qid = slate_for(caller, 5), slate_for(simulated, 5)
    far = NOON + WEEK
    assert qids(now=far) == [served_qid]
    assert qids(now=far, origins=["simulated"]) == [simulated_qid]
    [row] = log.slates(now=far, origins=["simulated"])
    assert (row.origin, row.persona, row.shopper_key) == ("simulated", "p", simulated.shopper_key)


def test_slates_are_read_with_one_query(caller, django_assert_num_queries):
    for _ in range(5):
        slate_for(caller, 5, 6)
    with django_assert_num_queries(1):
        assert len(qids(now=NOON + WEEK)) == 5


def test_events_are_found_by_their_slate(caller):
    first, second = slate_for(caller, 5), slate_for(caller, 6)
    record.event(caller, event_type="swap_accept", product_id=5, qid=first, position=1)
    record.event(caller, event_type="swap_undo", product_id=5, qid=first, position=1)
    record.event(caller, event_type="impression", product_id=6, qid=second, position=1)
    record.event(caller, event_type="view", product_id=7)
    facts = list(log.events_for_qids([first]))
    assert [(fact.qid, fact.event_type, fact.position) for fact in facts] == [
        (first, "swap_accept", 1),
        (first, "swap_undo", 1),
    ]
    assert len(list(log.events_for_qids([first, second]))) == 3
    assert list(log.events_for_qids([])) == []


def test_events_of_many_slates_are_asked_for_in_parts(caller, django_assert_num_queries):
    qid = slate_for(caller, 5)
    record.event(caller, event_type="view", product_id=5, qid=qid, position=1)
    names = [visitor.new_id() for _ in range(1000)] + [qid]
    with django_assert_num_queries(2):
        assert [fact.qid for fact in log.events_for_qids(names)] == [qid]


def test_shopper_reads_on_after_the_cursor(caller):
    other = visitor.ensure(RequestFactory().get("/"))
    for product in (1, 2, 3):
        record.event(caller, event_type="view", product_id=product)
        record.event(other, event_type="view", product_id=9)
    facts = log.events_of_shopper(caller.shopper_key)
    assert [fact.product_id for fact in facts] == [1, 2, 3]
    later = log.events_of_shopper(caller.shopper_key, after=facts[0].id)
    assert [fact.product_id for fact in later] == [2, 3]
    assert log.events_of_shopper(caller.shopper_key, after=facts[-1].id) == []


def test_last_slate_is_the_newest_of_this_visit_place_and_state(caller):
    slate_for(caller, 1)
    newest = slate_for(caller, 2, served_at=NOON + timedelta(minutes=1))
    slate_for(caller, 3, state_key="another", served_at=NOON + timedelta(minutes=2))
    slate_for(visitor.ensure(RequestFactory().get("/")), 4, served_at=NOON + timedelta(minutes=3))
    assert log.last_slate(caller, placement="cart_panel", state_key="as it is").qid == newest
    assert log.last_slate(caller, placement="product_page", state_key="as it is") is None
    assert log.last_slate(caller, placement="cart_panel", state_key="moved") is None


def test_nobody_has_bought_from_a_new_store():
    assert log.purchases() == 0


def test_unknown_slate_is_none():
    assert log.slate(visitor.new_id()) is None
