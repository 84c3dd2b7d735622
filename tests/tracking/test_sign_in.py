"""What a visitor did becomes the account's at sign-in, once, and nobody else's."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from shop.models import Member
from tests.tracking.conftest import slate_for
from tracking import cookie, log, record, sign_in, visitor
from tracking.models import Event, Session
from tracking.visitor import Caller

pytestmark = pytest.mark.django_db

NOW = timezone.now()


class Browser:
    """One browser: its cookie, and who is signed in."""

    def __init__(self) -> None:
        self.cookies: dict[str, Any] = {}
        self.member: Member | None = None

    def request(self):
        request = RequestFactory().get("/")
        request.COOKIES.update(self.cookies)
        if self.member is not None:
            request.user = self.member
        return request

    def ensured(self, *, now=NOW) -> Caller:
        request = self.request()
        caller = visitor.ensure(request, now=now)
        self.keep(request)
        return caller

    def keep(self, request) -> None:
        response = HttpResponse()
        cookie.write(request, response)
        if cookie.NAME in response.cookies:
            self.cookies[cookie.NAME] = response.cookies[cookie.NAME].value

    def sign_in(self, member: Member, *, now=NOW) -> int:
        guest = visitor.of(self.request())
        self.member = member
        return sign_in.bring_along(guest, self.ensured(now=now), now=now)


@pytest.fixture
def ann() -> Member:
    return Member.objects.create_user("ann@example.org", "ann@example.org", "x")


@pytest.fixture
def bob() -> Member:
    return Member.objects.create_user("bob@example.org", "bob@example.org", "x")


def _did(caller: Caller, *kinds: str, **fields: Any) -> None:
    for at, kind in enumerate(kinds, start=1):
        record.event(caller, event_type=kind, product_id=at, **fields)


def _done(member: Member) -> list[tuple[str, int]]:
    return [(e.event_type, e.product_id) for e in log.events_of_shopper(f"m:{member.pk}")]


def test_what_was_done_is_the_accounts_in_the_same_order_and_at_the_same_moments(ann):
    browser = Browser()
    guest = browser.ensured()
    qid = slate_for(guest, 1, 2, 3)
    record.event(
        guest, event_type="swap_accept", product_id=2, qid=qid, position=2, occurred_at=NOW
    )
    record.event(guest, event_type="swap_undo", product_id=2, qid=qid, position=2)
    assert browser.sign_in(ann) == 2
    assert _done(ann) == [("swap_accept", 2), ("swap_undo", 2)]
    first, _ = log.events_of_shopper(f"m:{ann.pk}")
    assert (first.occurred_at, first.server_side) == (NOW, True)
    # The slate is judged by the visitor's own events, and by each of them once.
    assert len(list(log.events_for_qids([qid]))) == 2
    assert [e.event_type for e in log.events_of_shopper(guest.shopper_key)] == [
        "swap_accept",
        "swap_undo",
    ]


def test_a_reader_of_the_account_comes_upon_it_after_what_it_has_read(ann):
    elsewhere, here = Browser(), Browser()
    _did(here.ensured(), "view")
    elsewhere.member = ann
    _did(elsewhere.ensured(), "cart_add")
    (read,) = log.events_of_shopper(f"m:{ann.pk}")
    here.sign_in(ann)
    assert [e.event_type for e in log.events_of_shopper(f"m:{ann.pk}", after=read.id)] == ["view"]


def test_what_was_only_shown_does_not_come_along(ann):
    browser = Browser()
    _did(browser.ensured(), "impression", "view")
    assert browser.sign_in(ann) == 1
    assert _done(ann) == [("view", 2)]


def test_it_comes_along_once_and_not_to_the_next_who_signs_in(ann, bob):
    browser = Browser()
    guest = browser.ensured()
    _did(guest, "view")
    assert browser.sign_in(ann) == 1
    # Signed out a minute later she is a visitor in a visit of its own.
    browser.member = None
    again = browser.ensured(now=NOW + timedelta(minutes=1))
    assert again.session_id != guest.session_id
    assert browser.sign_in(ann, now=NOW + timedelta(minutes=2)) == 0
    browser.member = None
    assert browser.sign_in(bob, now=NOW + timedelta(minutes=3)) == 0
    assert (_done(ann), _done(bob)) == ([("view", 1)], [])


def test_earlier_visits_of_a_browser_that_only_one_account_used_come_along(ann):
    browser = Browser()
    _did(browser.ensured(now=NOW - timedelta(days=3)), "view")
    browser.ensured()
    assert browser.sign_in(ann) == 1


def test_only_the_visit_that_stands_goes_on_in_the_accounts(ann):
    browser = Browser()
    earlier = browser.ensured(now=NOW - timedelta(days=3))
    guest = browser.ensured()
    browser.sign_in(ann, now=NOW + timedelta(minutes=30))
    member = visitor.of(browser.request())
    goes_on_in = dict(Session.objects.values_list("pk", "goes_on_in"))
    assert member.session_id is not None
    assert goes_on_in == {
        earlier.session_id: None,
        guest.session_id: member.session_id,
        member.session_id: None,
    }


def test_a_visit_that_is_over_does_not_go_on(ann):
    browser = Browser()
    browser.ensured()
    browser.sign_in(ann, now=NOW + timedelta(minutes=31))
    assert not Session.objects.exclude(goes_on_in=None).exists()


def test_who_signs_in_at_the_checkout_leaves_slates_that_are_mature_with_the_order(ann):
    browser = Browser()
    qid = slate_for(browser.ensured(), 1, served_at=NOW)
    browser.sign_in(ann, now=NOW + timedelta(minutes=1))
    member, at = visitor.of(browser.request()), NOW + timedelta(minutes=2)
    assert list(log.slates(now=at)) == []
    with transaction.atomic():
        bought = [record.PurchaseLine(1, qid, 1)]
        record.purchase(member, order_id=8, lines=bought, occurred_at=at)
    assert [row.qid for row in log.slates(now=at)] == [qid]
    assert [fact.event_type for fact in log.events_for_qids([qid])] == ["purchase"]


@pytest.mark.parametrize(("idle", "brought"), [(30, 1), (31, 0)])
def test_in_a_browser_of_several_accounts_only_this_visit_comes_along(ann, bob, idle, brought):
    browser = Browser()
    browser.sign_in(bob, now=NOW - timedelta(days=4))
    browser.member = None
    _did(browser.ensured(now=NOW - timedelta(days=3)), "cart_add")
    _did(browser.ensured(now=NOW - timedelta(minutes=idle)), "view")
    assert browser.sign_in(ann) == brought
    assert _done(ann) == [("view", 1)] * brought


def test_without_consent_there_is_nothing_to_bring(ann, settings):
    settings.CONSENT = "ask"
    browser = Browser()
    browser.ensured()
    assert browser.sign_in(ann) == 0
    assert not Session.objects.exists()


def test_only_the_newest_are_brought(ann, monkeypatch):
    monkeypatch.setattr(sign_in, "MOST", 2)
    browser = Browser()
    _did(browser.ensured(), "view", "cart_add", "cart_remove")
    assert browser.sign_in(ann) == 2
    assert _done(ann) == [("cart_add", 2), ("cart_remove", 3)]


def test_an_order_of_the_visitor_is_one_order(ann):
    browser = Browser()
    guest = browser.ensured()
    with transaction.atomic():
        # Two slate items brought the line.
        lines = [record.PurchaseLine(5, slate_for(guest, 5), 1) for _ in range(2)]
        record.purchase(guest, order_id=8, lines=lines)
    before = log.purchases()
    browser.sign_in(ann)
    assert log.purchases() == before == 1
    assert _done(ann) == [("purchase", 5)]
    assert Event.objects.filter(order_id=8).count() == 3
