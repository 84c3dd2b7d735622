"""POST /api/track-events"""

from __future__ import annotations

import json
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.tracking.conftest import slate_for
from tracking import log
from tracking.models import Event, Session, Visitor

pytestmark = pytest.mark.django_db
VIEW = {"event_type": "view", "product_id": 5}


def post(client, events):
    return client.post(
        "/api/track-events", json.dumps({"events": events}), content_type="application/json"
    )


def statuses(answer):
    assert answer.status_code == 200
    return [result["status"] for result in answer.json()["results"]]


def test_good_events_are_stored_beside_bad_ones_in_the_order_sent():
    names = [str(uuid.uuid4()) for _ in range(3)]
    answer = post(
        Client(),
        [
            {**VIEW, "event_id": names[0]},
            {**VIEW, "event_id": names[1], "product_id": -5},
            {**VIEW, "event_type": "purchase", "event_id": names[2]},
            {**VIEW, "event_id": names[0]},
            "not an event",
            None,
            {**VIEW, "qid": str(uuid.uuid4()), "position": 1},
            VIEW,
        ],
    )
    assert statuses(answer) == [
        "stored", "invalid", "invalid", "duplicate", "invalid", "invalid", "invalid", "stored",
    ]  # fmt: skip
    results = answer.json()["results"]
    assert [result["event_id"] for result in results[:4]] == [*names, names[0]]
    assert list(results[1]["error"]) == ["product_id"]
    assert results[2]["error"] == {"event_type": ["purchases are recorded by the checkout"]}
    assert list(results[4]["error"]) == list(results[5]["error"]) == ["non_field_errors"]
    assert list(results[6]["error"]) == ["qid"]
    assert Event.objects.count() == 2
    assert log.purchases() == 0


def test_batch_sent_again_is_all_duplicates():
    client = Client()
    events = [{**VIEW, "event_id": str(uuid.uuid4())} for _ in range(50)]
    assert set(statuses(post(client, events))) == {"stored"}
    assert set(statuses(post(client, events))) == {"duplicate"}
    assert Event.objects.count() == 50
    assert Session.objects.count() == 1


def test_event_id_of_somebody_else_is_invalid_without_a_word_about_it():
    name = str(uuid.uuid4())
    post(Client(), [{**VIEW, "event_id": name}])
    answer = post(Client(), [{**VIEW, "event_id": name}])
    assert statuses(answer) == ["invalid"]
    assert list(answer.json()["results"][0]["error"]) == ["event_id"]
    assert Event.objects.count() == 1


def test_fifty_impressions_are_four_statements(caller_of):
    client = Client()
    post(client, [VIEW])
    qid = str(slate_for(caller_of(client), *range(1, 51)))
    events = [
        {
            "event_id": str(uuid.uuid4()),
            "event_type": "impression",
            "product_id": position,
            "qid": qid,
            "position": position,
        }
        for position in range(1, 51)
    ]
    with CaptureQueriesContext(connection) as queries:
        assert set(statuses(post(client, events))) == {"stored"}
    assert [q["sql"].split()[0] for q in queries] == ["SELECT", "UPDATE", "INSERT", "SELECT"]


@pytest.mark.parametrize("events", [[], [VIEW] * 51, {}, "x", None, 5])
def test_batch_is_one_to_fifty_events(events):
    answer = post(Client(), events)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == ["events"]
    assert Event.objects.count() == 0


def test_batch_without_a_good_event_creates_no_visitor():
    assert statuses(post(Client(), [{"event_type": "purchase", "product_id": 5}])) == ["invalid"]
    assert Visitor.objects.count() == 0
