"""The writing door."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import RequestFactory

from tests.tracking.conftest import NOON, slate_for
from tracking import hint, log, record, visitor
from tracking.models import Counter, Event, Session, Slate
from tracking.record import Draft, PurchaseLine, Verdict


def test_event_is_one_insert(caller, django_assert_num_queries):
    with django_assert_num_queries(1) as queries:
        record.event(caller, event_type="view", product_id=5)
    assert queries.captured_queries[0]["sql"].startswith("INSERT")


def test_event_with_a_name_is_an_insert_and_a_select(caller, django_assert_num_queries):
    with django_assert_num_queries(2):
        record.event(caller, event_type="view", product_id=5, event_id=uuid.uuid4())


def test_event_keeps_what_it_was_told(caller):
    qid = uuid.uuid4()
    event_id = record.event(
        caller, event_type="swap_accept", product_id=5, qid=qid, position=2, occurred_at=NOON
    )
    [fact] = log.events_of_shopper(caller.shopper_key)
    assert fact == log.Fact(
        event_id, caller.session_id, "swap_accept", 5, qid, 2, NOON, server_side=True
    )


def test_same_event_id_twice_is_one_row_and_the_first_answer(caller):
    name = uuid.uuid4()
    assert record.event(caller, event_type="view", product_id=5, event_id=name) == name
    assert record.event(caller, event_type="cart_add", product_id=6, event_id=name) == name
    assert Event.objects.values_list("event_type", "product_id").get() == ("view", 5)


def test_event_id_of_another_visitor_is_refused_and_changes_nothing(caller):
    name = uuid.uuid4()
    record.event(caller, event_type="view", product_id=5, event_id=name)
    other = visitor.ensure(RequestFactory().get("/"))
    with pytest.raises(record.EventIdTaken):
        record.event(other, event_type="view", product_id=6, event_id=name)
    assert Event.objects.get().product_id == 5


def test_unknown_event_type_is_an_error(caller):
    with pytest.raises(ValueError, match="glance"):
        record.event(caller, event_type="glance", product_id=5)


def test_caller_without_a_session_is_told_to_ensure_first(db):
    caller = visitor.of(RequestFactory().get("/"))
    with pytest.raises(ValueError, match="ensure"):
        record.event(caller, event_type="view", product_id=5)


def test_batch_of_fifty_is_one_insert_and_one_select(caller, django_assert_num_queries):
    drafts = [Draft("view", n, event_id=uuid.uuid4()) for n in range(1, 51)]
    with django_assert_num_queries(2):
        answers = record.events(caller, drafts, server_side=False)
    assert {verdict for _, verdict in answers} == {Verdict.STORED}
    assert not Event.objects.filter(server_side=True).exists()


def test_batch_tells_stored_duplicate_and_taken_apart(caller):
    other = visitor.ensure(RequestFactory().get("/"))
    mine, theirs, new = (uuid.uuid4() for _ in range(3))
    record.event(caller, event_type="view", product_id=1, event_id=mine)
    record.event(other, event_type="view", product_id=2, event_id=theirs)
    drafts = [
        Draft("view", 1, event_id=mine),
        Draft("view", 2, event_id=theirs),
        Draft("view", 3, event_id=new),
        Draft("view", 3, event_id=new),
        Draft("view", 4),
    ]
    verdicts = [verdict for _, verdict in record.events(caller, drafts, server_side=False)]
    assert verdicts == ["duplicate", "taken", "stored", "duplicate", "stored"]
    assert Event.objects.count() == 4


def test_ids_grow_in_the_order_of_arrival_whatever_the_sender_names_them(caller):
    names = [uuid.UUID(int=2**128 - 1), uuid.UUID(int=1), None]
    for product, name in enumerate(names, start=1):
        record.event(caller, event_type="view", product_id=product, event_id=name)
    facts = log.events_of_shopper(caller.shopper_key)
    assert [fact.product_id for fact in facts] == [1, 2, 3]


def test_slate_is_one_insert_and_comes_back_as_served(caller, django_assert_num_queries):
    features = bytes(range(16)) * 21
    with django_assert_num_queries(1):
        qid = slate_for(caller, 7, 8, features=features, inputs={"total": 5}, generation=3)
    row = log.slate(qid)
    assert row.features == features
    assert row.inputs == {"total": 5}
    assert [item["product"] for item in row.items] == [7, 8]
    assert (row.session_id, row.shopper_key) == (caller.session_id, caller.shopper_key)
    assert (row.generation, row.origin, row.functional) == (3, "served", False)


@pytest.mark.parametrize("features", [b"1234567", b"x" * 24])
def test_slate_with_features_that_do_not_fit_its_items_is_refused(caller, features):
    with pytest.raises(ValueError, match="float64"):
        slate_for(caller, 7, 8, features=features)


@pytest.mark.parametrize("positions", [[2], [0], [1, 1], [2, 1]])
def test_slate_with_other_positions_than_1_2_is_refused(caller, positions):
    with pytest.raises(ValueError, match="positions"):
        record.slate(
            caller,
            placement="cart_panel",
            policy="cheapest",
            items=[{"position": at} for at in positions],
            state_key="",
            served_at=NOON,
        )


def test_purchase_logs_its_lines_and_counts_the_order(caller):
    qid = slate_for(caller, 7)
    lines = [PurchaseLine(7, qid, 1), PurchaseLine(9)]
    with transaction.atomic():
        assert record.purchase(caller, order_id=11, lines=lines, occurred_at=NOON) == 1
        assert record.purchase(caller, order_id=12, lines=lines[1:]) == 2
    rows = Event.objects.filter(order_id=11).order_by("pk")
    assert list(rows.values_list("product_id", "qid", "position", "occurred_at")) == [
        (7, qid, 1, NOON),
        (9, None, None, NOON),
    ]
    assert all(row.server_side for row in rows)
    assert log.purchases() == 2


def test_purchase_is_four_statements_whatever_the_number_of_lines(
    caller, django_assert_num_queries
):
    Counter.objects.create(name=log.PURCHASES)
    for count in (1, 40):
        lines = [PurchaseLine(n) for n in range(1, count + 1)]
        with transaction.atomic(), django_assert_num_queries(4):
            record.purchase(caller, order_id=1, lines=lines)


@pytest.mark.django_db(transaction=True)
def test_counter_grows_inside_the_transaction_and_rolls_back_with_it(monkeypatch):
    caller = visitor.ensure(RequestFactory().get("/"))
    sent = []
    monkeypatch.setattr(hint, "send", lambda: sent.append(log.purchases()))

    class Refused(Exception):
        pass

    def order(*, refused):
        with transaction.atomic():
            record.purchase(caller, order_id=1, lines=[PurchaseLine(5)])
            assert log.purchases() == 1
            assert sent == []
            if refused:
                raise Refused

    with pytest.raises(Refused):
        order(refused=True)
    assert (log.purchases(), Event.objects.count(), sent) == (0, 0, [])
    order(refused=False)
    assert (log.purchases(), Event.objects.count(), sent) == (1, 1, [1])


@pytest.mark.django_db(transaction=True)
def test_purchase_outside_a_transaction_is_refused():
    caller = visitor.ensure(RequestFactory().get("/"))
    with pytest.raises(transaction.TransactionManagementError, match="order's transaction"):
        record.purchase(caller, order_id=1, lines=[PurchaseLine(5)])
    assert log.purchases() == 0


def test_order_without_consent_is_counted_and_leaves_no_event(db):
    caller = visitor.ensure(RequestFactory().get("/", headers={"DNT": "1"}))
    slate_for(caller, 5)
    with transaction.atomic():
        assert record.purchase(caller, order_id=1, lines=[PurchaseLine(5)]) == 1
    assert Event.objects.count() == 0
    assert Slate.objects.count() == 0


def test_simulated_order_is_logged_but_neither_counted_nor_hinted(
    db, django_capture_on_commit_callbacks
):
    caller = record.start_simulated_session(member_id=3, persona="budget_hunter", started_at=NOON)
    assert caller.shopper_key == "m:3"
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        record.purchase(caller, order_id=1, lines=[PurchaseLine(5)], count=False)
    assert callbacks == []
    assert log.purchases() == 0
    session = Session.objects.get()
    assert (session.origin, session.persona) == ("simulated", "budget_hunter")
    assert Event.objects.get().session == session


def test_functional_slates_die_with_their_cart_and_no_other(db, caller):
    kept = slate_for(caller, 5)
    quiet = [visitor.ensure(RequestFactory().get("/", headers={"DNT": "1"})) for _ in range(2)]
    first, second = (slate_for(one, 5, served_at=NOON + timedelta(days=1)) for one in quiet)
    record.forget_functional(quiet[0])
    assert log.slate(first) is None
    assert log.slate(second) is not None
    record.forget_functional(caller)
    assert log.slate(kept) is not None


def test_functional_slates_from_before_signing_in_die_with_the_members_purchase(db):
    visitor_only = visitor.ensure(RequestFactory().get("/", headers={"DNT": "1"}))
    before = slate_for(visitor_only, 5)
    member = replace(visitor_only, member_id=7, shopper_key="m:7")
    after = slate_for(member, 5)
    with transaction.atomic():
        record.purchase(member, order_id=1, lines=[PurchaseLine(5)])
    assert (log.slate(before), log.slate(after)) == (None, None)
