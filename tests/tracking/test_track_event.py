"""POST /api/track-event"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.tracking.conftest import slate_for
from tracking import log
from tracking.models import Event, Session, Visitor

pytestmark = pytest.mark.django_db
VIEW = {"event_type": "view", "product_id": 7875624813017570385}


@pytest.fixture
def client():
    return Client()


def post(client, **fields):
    return client.post(
        "/api/track-event", json.dumps({**VIEW, **fields}), content_type="application/json"
    )


def fields_refused(answer):
    assert answer.status_code == 400
    return list(answer.json()["error"]["fields"])


def test_first_event_creates_visitor_and_session(client, caller_of):
    answer = post(client)
    assert answer.status_code == 200
    event = Event.objects.get()
    assert answer.json() == {"success": True, "event_id": str(event.pk), "stored": True}
    assert event.product_id == VIEW["product_id"]
    assert not event.server_side
    assert event.session == Session.objects.get()
    assert caller_of(client).visitor_key == Visitor.objects.get().pk


def test_second_event_joins_the_session_with_two_statements(client):
    post(client)
    with CaptureQueriesContext(connection) as queries:
        post(client, event_type="cart_add")
    assert [q["sql"].split()[0] for q in queries] == ["UPDATE", "INSERT"]
    assert Session.objects.count() == 1


def test_same_event_id_is_one_row_and_the_first_answer(client):
    name = str(uuid.uuid4())
    first, second = post(client, event_id=name), post(client, event_id=name)
    assert first.json() == second.json() == {"success": True, "event_id": name, "stored": True}
    assert Event.objects.count() == 1


def test_event_id_of_somebody_else_is_409_and_says_nothing_about_it(client):
    name = str(uuid.uuid4())
    post(Client(), event_id=name, product_id=5)
    answer = post(client, event_id=name)
    assert answer.status_code == 409
    assert answer.json()["error"] == {
        "code": "event_id_taken",
        "message": "This event_id cannot be used; send the event with a new one.",
        "fields": {},
    }
    assert Event.objects.count() == 1


def test_forged_purchase_is_refused_and_counts_nothing(client):
    answer = post(client, event_type="purchase")
    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "code": "server_fact",
        "message": "purchases are recorded by the checkout",
        "fields": {"event_type": ["purchases are recorded by the checkout"]},
    }
    assert log.purchases() == 0
    assert Event.objects.count() == Visitor.objects.count() == 0


@pytest.mark.parametrize("event_type", ["swap_accept", "swap_undo", "cart_return"])
def test_what_the_cart_finds_out_cannot_be_posted(client, event_type):
    answer = post(client, event_type=event_type)
    assert answer.status_code == 400
    assert "recorded by the cart" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    "event_type", ["impression", "view", "cart_add", "cart_remove", "swap_dismiss"]
)
def test_what_a_browser_sees_is_stored_as_its_word_only(client, event_type):
    assert post(client, event_type=event_type, server_side=True).json()["stored"]
    assert not Event.objects.get().server_side


def test_impression_of_a_slate_item_is_stored_with_its_place(client, caller_of):
    post(client)
    qid = slate_for(caller_of(client), 5, 6)
    answer = post(client, event_type="impression", product_id=6, qid=str(qid), position=2)
    assert answer.status_code == 200
    fact = Event.objects.get(qid=qid)
    assert (fact.event_type, fact.product_id, fact.position) == ("impression", 6, 2)


def test_slate_from_before_the_login_is_still_the_shoppers(client, caller_of, django_user_model):
    post(client)
    qid = slate_for(caller_of(client), 5)
    client.force_login(django_user_model.objects.create_user("a", "a@example.org", "x"))
    answer = post(client, event_type="impression", product_id=5, qid=str(qid), position=1)
    assert answer.status_code == 200
    assert Event.objects.get(qid=qid).shopper_key.startswith("m:")


def test_slate_of_another_visitor_is_as_unknown_as_none_at_all(client, caller):
    theirs = slate_for(caller, 5)
    answers = [
        post(client, product_id=5, qid=str(qid), position=1) for qid in (theirs, uuid.uuid4())
    ]
    assert [fields_refused(answer) for answer in answers] == [["qid"], ["qid"]]
    assert answers[0].json() == answers[1].json()
    assert Event.objects.count() == 0


def test_place_must_exist_and_show_the_product(client, caller_of):
    post(client)
    qid = str(slate_for(caller_of(client), 5, 6))
    assert fields_refused(post(client, product_id=5, qid=qid, position=3)) == ["position"]
    assert fields_refused(post(client, product_id=5, qid=qid, position=2)) == ["product_id"]
    assert fields_refused(post(client, product_id=5, qid=qid)) == ["position"]
    assert fields_refused(post(client, product_id=5, position=1)) == ["qid"]
    assert Event.objects.count() == 1


@pytest.mark.parametrize("product_id", [0, -1, 2**63, "milk", None, True, 1.5, [], {}, 10**30])
def test_product_id_is_a_positive_integer_below_2_to_the_63(client, product_id):
    assert fields_refused(post(client, product_id=product_id)) == ["product_id"]


def test_largest_product_id_is_stored(client):
    assert post(client, product_id=2**63 - 1).status_code == 200


@pytest.mark.parametrize(
    ("offset", "accepted"),
    [
        (timedelta(minutes=4, seconds=55), True),
        (timedelta(minutes=5, seconds=5), False),
        (-timedelta(days=7) + timedelta(seconds=5), True),
        (-timedelta(days=7, seconds=5), False),
    ],
)
def test_occurred_at_is_within_a_week_back_and_five_minutes_ahead(client, offset, accepted):
    moment = datetime.now(UTC) + offset
    answer = post(client, occurred_at=moment.isoformat())
    if accepted:
        assert answer.status_code == 200
        assert Event.objects.get().occurred_at == moment
    else:
        assert fields_refused(answer) == ["occurred_at"]


def test_time_without_an_offset_is_refused(client):
    answer = post(client, occurred_at=datetime.now().isoformat())
    assert fields_refused(answer) == ["occurred_at"]
    assert "offset" in answer.json()["error"]["message"]


def test_form_works_like_json(client):
    answer = client.post("/api/track-event", {"event_type": "view", "product_id": "5"})
    assert answer.status_code == 200
    assert Event.objects.get().product_id == 5


@pytest.mark.parametrize("path", ["/api/track-event", "/api/track-events", "/api/consent"])
def test_browser_gets_a_page_with_a_form_of_plain_inputs(client, path):
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 405
    text = page.content.decode()
    assert 'name="_content"' in text
    if path == "/api/track-event":
        assert 'name="product_id"' in text
    assert Visitor.objects.count() == 0
