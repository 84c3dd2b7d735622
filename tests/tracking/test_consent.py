"""Without consent nothing non-essential is stored."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.tracking.conftest import NOON, slate_for
from tracking import log, record, visitor
from tracking.models import Event, Session, Slate, Visitor

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tracking.urls")]
VIEW = {"event_type": "view", "product_id": 5}


def post(client, path, body, **headers):
    return client.post(path, json.dumps(body), content_type="application/json", headers=headers)


def rows():
    return sum(model.objects.count() for model in (Visitor, Session, Event, Slate))


@pytest.mark.parametrize(
    ("mode", "headers"),
    [("ask", {}), ("assume", {"Sec-GPC": "1"}), ("assume", {"DNT": "1"}), ("ask", {"DNT": "1"})],
)
def test_without_consent_an_event_leaves_no_row_and_the_answer_says_so(settings, mode, headers):
    settings.CONSENT = mode
    client = Client()
    answer = post(client, "/api/track-event", VIEW, **headers)
    assert answer.status_code == 200
    assert answer.json() == {
        "success": True,
        "event_id": None,
        "stored": False,
        "reason": "Nothing was stored: this shopper has not agreed to it.",
    }
    batch = post(client, "/api/track-events", {"events": [VIEW, VIEW]}, **headers).json()
    assert [one["status"] for one in batch["results"]] == ["not_stored", "not_stored"]
    assert rows() == 0
    assert not client.cookies


def test_signal_wins_over_an_earlier_yes(settings):
    settings.CONSENT = "ask"
    client = Client()
    assert post(client, "/api/consent", {"consent": True}).json() == {
        "success": True,
        "consent": True,
    }
    assert post(client, "/api/track-event", VIEW, **{"Sec-GPC": "1"}).json()["stored"] is False
    assert post(client, "/api/track-event", VIEW).json()["stored"] is True
    assert Event.objects.count() == 1


def test_signal_in_the_middle_of_a_visit_hides_the_visit(caller_of, rf):
    client = Client()
    post(client, "/api/track-event", VIEW)
    slate_for(caller_of(client), 5)
    request = rf.get("/", headers={"Sec-GPC": "1"})
    request.COOKIES = {"visitor": client.cookies["visitor"].value}
    caller = visitor.of(request)
    assert caller.visitor_key is not None
    assert caller.session_id is None
    assert visitor.ensure(request).session_id is None
    assert log.last_slate(caller, placement="cart_panel", state_key="as it is") is None


def test_yes_is_kept_in_the_visitor_row_and_no_ends_storing(settings):
    settings.CONSENT = "ask"
    client = Client()
    post(client, "/api/consent", {"consent": True})
    assert Visitor.objects.get().consent is True
    post(client, "/api/track-event", VIEW)
    post(client, "/api/consent", {"consent": False})
    assert Visitor.objects.get().consent is False
    assert post(client, "/api/track-event", VIEW).json()["stored"] is False
    assert Event.objects.count() == 1


def test_first_no_writes_no_row_and_is_remembered(settings, caller_of):
    client = Client()
    answer = post(client, "/api/consent", {"consent": False})
    assert answer.json() == {"success": True, "consent": False}
    assert rows() == 0
    assert caller_of(client).consent_answered
    assert post(client, "/api/track-event", VIEW).json()["stored"] is False


def test_yes_against_the_signal_is_answered_honestly():
    answer = post(Client(), "/api/consent", {"consent": True}, DNT="1").json()
    assert answer["consent"] is False
    assert "decides" in answer["reason"]
    assert rows() == 0


def test_form_stores_the_answer_and_returns_to_a_page_of_this_store_only(caller_of):
    client = Client()
    response = client.post("/consent", {"consent": "false", "next": "/cart"})
    assert (response.status_code, response["Location"]) == (303, "/cart")
    assert caller_of(client).consent is False
    for hostile in ("https://evil.example/", "//evil.example", "javascript:alert(1)", ""):
        assert client.post("/consent", {"consent": "yes", "next": hostile})["Location"] == "/"
    assert client.post("/consent", {"consent": "perhaps"}).status_code == 400
    assert reverse("consent") == "/consent"


def test_cart_without_consent_has_a_functional_slate_and_nothing_else(rf):
    request = rf.get("/", headers={"Sec-GPC": "1"})
    caller = visitor.ensure(request)
    assert caller.shopper_key.startswith("v:")
    assert caller.session_id is None
    qid = slate_for(caller, 5)
    assert record.event(caller, event_type="cart_add", product_id=5) is None
    assert rows() == 1
    assert log.slate(qid).functional
    assert log.last_slate(caller, placement="cart_panel", state_key="as it is").qid == qid
    assert list(log.slates(now=NOON, mature_only=False)) == []
