"""Whatever a stranger posts, the answer is a 4xx in the API's own shape and nothing is stored."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from tracking.models import Event, Visitor
from tracking.parsers import DEEPEST, MOST_BYTES

pytestmark = pytest.mark.django_db
PATHS = ["/api/track-event", "/api/track-events", "/api/consent"]


def event(**fields):
    return json.dumps({"event_type": "view", "product_id": 5, **fields})


BODIES = {
    "empty": b"",
    "no JSON": b"hello",
    "half": b'{"event_type": "view"',
    "NaN": b'{"event_type": "view", "product_id": NaN, "consent": NaN}',
    "Infinity": b'{"event_type": "view", "product_id": Infinity}',
    "minus Infinity": b'{"product_id": -Infinity}',
    "float overflow": b'{"event_type": "view", "product_id": 1e999}',
    "4,000 digits": b'{"event_type": "view", "product_id": ' + b"9" * 4000 + b"}",
    "5,000 digits": b'{"event_type": "view", "product_id": ' + b"9" * 5000 + b"}",
    "negative zero": b'{"event_type": "view", "product_id": -0}',
    "lone surrogate": b'{"event_type": "\\ud800", "product_id": 5, "consent": "\\ud800"}',
    "surrogate key": b'{"\\udfff": 1, "event_type": "\\udfff"}',
    "surrogate event id": b'{"events": [{"event_id": "\\udc00"}]}',
    "null byte": b'{"event_type": "vi\\u0000ew", "product_id": "\\u0000"}',
    "raw null byte": b"\x00",
    "not UTF-8": b'{"event_type": "\xff\xfe"}',
    "UTF-16": '{"event_type": "view"}'.encode("utf-16"),
    "BOM": b"\xef\xbb\xbf{}",
    "array": b"[]",
    "array of arrays": b"[[[]]]",
    "text": b'"view"',
    "number": b"5",
    "null": b"null",
    "true": b"true",
    "empty object": b"{}",
    "deep arrays": b"[" * 30_000 + b"]" * 30_000,
    "deep objects": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "deep, unclosed": b"[" * 60_000,
    "deep inside": b'{"events": [' + b"[" * 30 + b"]" * 30 + b"]}",
    "closed before opened": b"]" * 100 + b"[" * 100,
    "quotes": b'"' * 60_000,
    "escaped quotes": b'"' + b'\\"' * 30_000,
    "backslashes": b"\\" * 60_000,
    "one byte too many": b" " * (MOST_BYTES + 1),
    "a megabyte": b'{"event_type": "' + b"x" * 2**20 + b'"}',
    "event type list": event(event_type=["view"]).encode(),
    "event type object": event(event_type={"a": 1}).encode(),
    "event type number": event(event_type=5).encode(),
    "long event type": event(event_type="x" * 50_000).encode(),
    "event id number": event(event_id=5).encode(),
    "event id huge": event(event_id=2**200).encode(),
    "event id negative": event(event_id=-1).encode(),
    "event id list": event(event_id=[1]).encode(),
    "event id SQL": event(event_id="' OR 1=1 --").encode(),
    "qid object": event(qid={}, position=1).encode(),
    "position huge": event(qid="00000000-0000-0000-0000-000000000000", position=2**70).encode(),
    "position zero": event(qid="00000000-0000-0000-0000-000000000000", position=0).encode(),
    "time number": event(occurred_at=5).encode(),
    "time list": event(occurred_at=[]).encode(),
    "time year 1": event(occurred_at="0001-01-01T00:00:00+14:00").encode(),
    "time year 9999": event(occurred_at="9999-12-31T23:59:59-14:00").encode(),
    "time 25:61": event(occurred_at="2030-01-01T25:61:00Z").encode(),
    "time words": event(occurred_at="yesterday").encode(),
    "events object": b'{"events": {"0": 1}}',
    "events null": b'{"events": null}',
}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("name", BODIES)
def test_hostile_body_is_a_4xx_and_stores_nothing(path, name):
    client = Client(raise_request_exception=False)
    answer = client.post(path, BODIES[name], content_type="application/json")
    if path == "/api/track-events" and answer.status_code == 200:
        assert {one["status"] for one in answer.json()["results"]} == {"invalid"}
    else:
        assert 400 <= answer.status_code < 500
        assert set(answer.json()["error"]) == {"code", "message", "fields"}
    assert Event.objects.count() == Visitor.objects.count() == 0


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "content_type",
    ["application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"],
)
def test_megabyte_is_413(path, content_type):
    client = Client(raise_request_exception=False)
    answer = client.post(path, b"a" * 2**20, content_type=content_type)
    # The batch takes no forms.
    expected = 415 if path == "/api/track-events" and "form" in content_type else 413
    assert answer.status_code == expected


@pytest.mark.parametrize("path", PATHS)
def test_hostile_body_with_a_browser_asking_is_a_page_not_a_failure(path):
    client = Client(raise_request_exception=False)
    for body in (BODIES["lone surrogate"], BODIES["deep arrays"], BODIES["array"]):
        answer = client.post(
            path, body, content_type="application/json", headers={"Accept": "text/html"}
        )
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "body", [b"product_id=%FF&event_type=%00", b"&" * 5000, b"a=1&" * 5000, b"%", b"=" * 100]
)
def test_hostile_form_is_a_4xx(body):
    client = Client(raise_request_exception=False)
    answer = client.post("/api/track-event", body, content_type="application/x-www-form-urlencoded")
    assert 400 <= answer.status_code < 500


@pytest.mark.parametrize(
    "value",
    ["text/plain", "application/xml", "", "multipart/form-data", "multipart/form-data; boundary=é"],
)
def test_other_content_types_are_a_4xx(value):
    client = Client(raise_request_exception=False)
    answer = client.generic("POST", "/api/track-event", b"<a/>", content_type=value)
    assert 400 <= answer.status_code < 500


def test_depth_is_counted_outside_of_strings_only():
    deepest = "[" * (DEEPEST - 2) + "]" * (DEEPEST - 2)
    body = '{"events": [' + deepest + ', {"event_type": "' + "[" * 100 + '"}]}'
    answer = Client().post("/api/track-events", body, content_type="application/json")
    assert [one["status"] for one in answer.json()["results"]] == ["invalid", "invalid"]
    body = body.replace(deepest, f"[{deepest}]")
    answer = Client().post("/api/track-events", body, content_type="application/json")
    assert answer.status_code == 400
    assert "deeper than 20" in answer.json()["error"]["message"]


@pytest.mark.parametrize("name", ["NaN", "Infinity", "minus Infinity"])
def test_numbers_that_json_does_not_know_are_refused_before_the_fields(name):
    answer = Client().post("/api/track-event", BODIES[name], content_type="application/json")
    assert answer.json()["error"]["code"] == "parse_error"
    assert "is not a number that JSON knows" in answer.json()["error"]["message"]


def test_whole_surrogate_pair_is_an_ordinary_character():
    body = b'{"event_type": "view", "product_id": 5, "note": "\\ud83d\\ude00"}'
    answer = Client().post("/api/track-event", body, content_type="application/json")
    assert answer.status_code == 200


def test_hostile_cookie_is_a_new_visitor():
    client = Client()
    client.cookies["visitor"] = "a/b/c'; DROP TABLE:x:y"
    assert client.post("/api/track-event", {"event_type": "view", "product_id": 5}).json()["stored"]
