"""The privacy page names the days that are in force, and those are the ones that things go by."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests.shop.pages import words
from tests.shop.shelf import product, shopper
from tracking import personal, record
from tracking.models import Event, Session, Slate

pytestmark = pytest.mark.django_db

LOG, FUNCTIONAL = 200, 12


@pytest.fixture(autouse=True)
def _days(settings):
    settings.RECOMMENDER = {"KEEP_LOG_DAYS": LOG, "KEEP_FUNCTIONAL_DAYS": FUNCTIONAL}
    settings.SESSION_COOKIE_AGE = 5 * 24 * 3600


def test_the_page_says_the_settings_in_force(client):
    said = words(client.get("/privacy"))
    for sentence in (
        "goes once you have not come for 200 days",
        "go after 200 days in any case",
        "and after 12 days at the latest",
        "The cookie that finds your cart again lasts 365 days",
        "signing in, undoing and favourites 5 days",
    ):
        assert sentence in said
    assert personal.retention() == (LOG, FUNCTIONAL)


def test_the_cart_cookie_lasts_as_long_as_it_is_said(client):
    client.post("/cart/add", {"product_id": product().pk})
    assert client.cookies["visitor"]["max-age"] == 365 * 24 * 3600


@pytest.mark.parametrize(("days", "left"), [(LOG - 1, 1), (LOG + 1, 0)])
def test_a_shopper_who_has_not_come_for_so_many_days_has_left(days, left):
    caller = shopper()
    record.event(caller, event_type="view", product_id=product().pk)
    Session.objects.update(last_event_at=timezone.now() - timedelta(days=days))
    call_command("prune", verbosity=0)
    assert (Session.objects.count(), Event.objects.count()) == (left, left)


@pytest.mark.parametrize(("days", "left"), [(FUNCTIONAL - 1, 1), (FUNCTIONAL + 1, 0)])
def test_a_slate_without_agreement_goes_after_its_own_days(days, left):
    when = timezone.now() - timedelta(days=days)
    Slate.objects.create(
        shopper_key="v:1", functional=True, placement="cart_panel", policy="blend", items=[],
        state_key="", served_at=when,
    )  # fmt: skip
    call_command("prune", verbosity=0)
    assert Slate.objects.count() == left
