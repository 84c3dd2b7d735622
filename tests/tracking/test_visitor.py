"""The caller, the session and the cookie."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext

from shop.models import Member
from tests.tracking.conftest import NOON
from tracking import cookie, visitor
from tracking.middleware import VisitorMiddleware
from tracking.models import Session, Visitor

pytestmark = pytest.mark.django_db


def next_request(response: HttpResponse | None = None) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    if response is not None and cookie.NAME in response.cookies:
        request.COOKIES[cookie.NAME] = response.cookies[cookie.NAME].value
    return request


def ensured(request: HttpRequest, now=NOON) -> tuple[visitor.Caller, HttpResponse]:
    response = HttpResponse()
    caller = visitor.ensure(request, now=now)
    cookie.write(request, response)
    return caller, response


def test_plain_page_read_writes_no_row_and_no_cookie(django_assert_num_queries):
    def page(request: HttpRequest) -> HttpResponse:
        assert request.visitor.shopper_key == ""
        assert request.visitor.visitor_key is None
        return HttpResponse()

    with django_assert_num_queries(0):
        response = VisitorMiddleware(page)(next_request())
    assert cookie.NAME not in response.cookies
    assert Visitor.objects.count() == 0


def test_known_visitor_costs_a_page_read_no_query(django_assert_num_queries):
    first, response = ensured(next_request())
    with django_assert_num_queries(0):
        again = visitor.of(next_request(response))
    assert again == first


def test_first_contact_makes_one_visitor_and_one_session():
    caller, response = ensured(next_request())
    session = Session.objects.get()
    assert session.pk == caller.session_id
    assert session.visitor_id == caller.visitor_key
    assert session.shopper_key == caller.shopper_key == f"v:{caller.visitor_key}"
    assert session.started_at == session.last_event_at == NOON
    assert session.origin == "served"
    morsel = response.cookies[cookie.NAME]
    assert morsel["httponly"]
    assert morsel["samesite"] == "Lax"
    assert morsel["max-age"] == 365 * 24 * 3600


def test_standing_session_is_kept_with_one_update(django_assert_num_queries):
    first, response = ensured(next_request())
    with django_assert_num_queries(1) as queries:
        again, later = ensured(next_request(response), NOON + timedelta(minutes=30))
    assert queries.captured_queries[0]["sql"].startswith("UPDATE")
    assert again == first
    assert cookie.NAME not in later.cookies
    assert Session.objects.get().last_event_at == NOON + timedelta(minutes=30)


def test_thirty_minutes_and_a_second_without_an_event_end_the_session():
    first, response = ensured(next_request())
    again, later = ensured(next_request(response), NOON + timedelta(minutes=30, seconds=1))
    assert again.session_id != first.session_id
    assert again.visitor_key == first.visitor_key
    assert Visitor.objects.count() == 1
    assert Session.objects.count() == 2
    assert visitor.of(next_request(later)).session_id == again.session_id


def test_second_tab_with_the_old_cookie_joins_the_new_session():
    _, response = ensured(next_request())
    late = NOON + timedelta(hours=2)
    one, _ = ensured(next_request(response), late)
    other, _ = ensured(next_request(response), late)
    assert one.session_id == other.session_id
    assert Session.objects.count() == 2


def test_login_shops_as_the_member_in_a_session_of_their_own():
    anonymous, response = ensured(next_request())
    request = next_request(response)
    request.user = Member.objects.create_user("a@example.org", "a@example.org", "x")
    caller, _ = ensured(request)
    assert caller.member_id == request.user.pk
    assert caller.shopper_key == f"m:{request.user.pk}"
    assert caller.session_id != anonymous.session_id
    assert caller.keys == (f"m:{request.user.pk}", anonymous.shopper_key)
    assert Session.objects.get(pk=anonymous.session_id).shopper_key == anonymous.shopper_key


def test_caller_of_a_request_follows_a_login_within_it():
    request = next_request()
    assert visitor.of(request).shopper_key == ""
    request.user = Member.objects.create_user("a@example.org", "a@example.org", "x")
    assert visitor.of(request).shopper_key == f"m:{request.user.pk}"


@pytest.mark.parametrize("value", ["", "x", "a/b/c", "//yes:forged", f"{UUID(int=1)}//yes", "//"])
def test_forged_cookie_is_nobody(value):
    request = next_request()
    request.COOKIES[cookie.NAME] = value
    caller = visitor.of(request)
    assert caller.visitor_key is None
    assert not caller.consent_answered


def test_rows_that_were_rolled_back_are_made_again():
    caller, response = ensured(next_request())
    Visitor.objects.all().delete()
    again, _ = ensured(next_request(response))
    assert again.visitor_key == caller.visitor_key
    assert Session.objects.get().pk == again.session_id


def test_middleware_sets_the_cookie_and_varies_on_it():
    def page(request: HttpRequest) -> HttpResponse:
        visitor.ensure(request)
        assert request.visitor.session_id is not None
        return HttpResponse()

    response = VisitorMiddleware(page)(next_request())
    assert cookie.NAME in response.cookies
    assert response["Vary"] == "Cookie"


def test_first_contact_costs_five_statements():
    with CaptureQueriesContext(connection) as queries:
        ensured(next_request())
    statements = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(statements) == 5
