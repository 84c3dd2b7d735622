"""The log in the admin: quick, exact, read-only."""

from __future__ import annotations

import struct
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.tracking.conftest import NOON, slate_for
from tracking import admin, record
from tracking.models import Event

pytestmark = pytest.mark.django_db


def listing(client, model, **query):
    return client.get(f"/admin/tracking/{model}/", query)


def shown(answer):
    return answer.context["cl"].result_count


@pytest.mark.parametrize("model", ["visitor", "session", "event", "slate"])
def test_list_takes_three_statements(admin_client, caller, model):
    for product in range(1, 61):
        qid = slate_for(caller, product, served_at=timezone.now())
        record.event(caller, event_type="view", product_id=product, qid=qid, position=1)
    with CaptureQueriesContext(connection) as queries:
        answer = listing(admin_client, model)
    assert answer.status_code == 200
    assert len(queries) == 3
    assert len(answer.context["cl"].result_list) == (1 if model in {"visitor", "session"} else 50)


def test_event_list_shows_the_last_day_unless_asked_otherwise(admin_client, caller):
    old, new = (record.event(caller, event_type="view", product_id=n) for n in (1, 2))
    Event.objects.filter(pk=old).update(received_at=timezone.now() - timedelta(days=2))
    assert shown(listing(admin_client, "event")) == 1
    assert shown(listing(admin_client, "event", window="week")) == 2
    assert shown(listing(admin_client, "event", window="all")) == 2
    assert shown(listing(admin_client, "event", q=str(old))) == 1
    assert shown(listing(admin_client, "event", q=str(new))) == 1


def test_search_is_exact(admin_client, caller):
    qid = slate_for(caller, 55)
    record.event(caller, event_type="view", product_id=55, qid=qid, position=1)
    record.event(caller, event_type="view", product_id=5)
    assert shown(listing(admin_client, "event", q="5")) == 1
    assert shown(listing(admin_client, "event", q=str(qid))) == 1
    assert shown(listing(admin_client, "event", q="milk")) == 0
    assert shown(listing(admin_client, "event", q="9" * 40)) == 0
    assert shown(listing(admin_client, "slate", q=str(caller.session_id))) == 1
    assert shown(listing(admin_client, "session", q=str(caller.visitor_key))) == 1


def test_slate_page_shows_items_features_and_events(admin_client, caller):
    features = struct.pack("=4d", 0.125, 2.5, -1.0, float("nan"))
    qid = slate_for(caller, 901, 902, features=features)
    record.event(caller, event_type="swap_accept", product_id=902, qid=qid, position=2)
    text = admin_client.get(f"/admin/tracking/slate/{qid}/change/").content.decode()
    for cell in ("901", "902", "0.125", "2.5", "-1", "nan", "swap_accept"):
        assert f"<td>{cell}</td>" in text


@pytest.mark.parametrize(
    ("fingerprint", "heads"), [("known", ["price", "taste"]), ("another", ["0", "1"]), ("", ["0"])]
)
def test_served_columns_carry_their_names_where_the_fingerprint_is_known(
    admin_client, caller, monkeypatch, fingerprint, heads
):
    monkeypatch.setitem(admin.COLUMN_NAMES, "known", ("price", "taste"))
    monkeypatch.setitem(admin.COLUMN_NAMES, "", ("price", "taste"))
    features = struct.pack(f"={len(heads)}d", *range(len(heads)))
    qid = slate_for(caller, 901, features=features, fingerprint=fingerprint)
    text = admin_client.get(f"/admin/tracking/slate/{qid}/change/").content.decode()
    assert "".join(f'<th scope="col">{head}</th>' for head in ["product", *heads]) in text


def test_moments_are_told_in_the_time_zone_of_the_store(admin_client, caller, settings):
    settings.TIME_ZONE = "America/New_York"
    record.event(caller, event_type="view", product_id=5, occurred_at=NOON)
    text = admin_client.get(f"/admin/tracking/session/{caller.session_id}/change/").content.decode()
    assert f"<td>{NOON.astimezone(ZoneInfo('America/New_York')):%Y-%m-%d %H:%M:%S}</td>" in text


def test_slate_without_features_or_items_has_a_page(admin_client, caller):
    for qid in (slate_for(caller, 901), slate_for(caller)):
        assert admin_client.get(f"/admin/tracking/slate/{qid}/change/").status_code == 200


def test_session_page_lists_its_events_and_slates(admin_client, caller):
    qid = slate_for(caller, 901)
    record.event(caller, event_type="cart_add", product_id=77)
    text = admin_client.get(f"/admin/tracking/session/{caller.session_id}/change/").content.decode()
    assert "<td>77</td>" in text
    assert f'href="/admin/tracking/slate/{qid}/change/"' in text


@pytest.mark.parametrize("model", ["visitor", "session", "event", "slate"])
def test_log_cannot_be_written_from_the_admin(admin_client, caller, model):
    slate_for(caller, 5, served_at=timezone.now())
    record.event(caller, event_type="view", product_id=5)
    assert admin_client.get(f"/admin/tracking/{model}/add/").status_code == 403
    changelist = admin_client.get(f"/admin/tracking/{model}/").context["cl"]
    assert changelist.result_count == 1
    row = changelist.result_list[0]
    for page, fields in (("delete", {"post": "yes"}), ("change", {"product_id": 1})):
        answer = admin_client.post(f"/admin/tracking/{model}/{row.pk}/{page}/", fields)
        assert answer.status_code == 403
    assert type(row).objects.filter(pk=row.pk).exists()
