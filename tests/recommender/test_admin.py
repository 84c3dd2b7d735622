"""The ledger's pages: steered with a confirmation, and what they tell the log's pages."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from recommender import alarms
from recommender.models import LedgerEntry, LiveTag, TrainingRun
from recommender.ranking.features.schema import NAMES, fingerprint
from tests.recommender import market
from tests.shop.pages import words
from tracking.admin import COLUMN_NAMES

RANKERS = "/admin/recommender/rankerversion/"
LIVE = "/admin/recommender/livetag/"


def test_the_log_reads_the_names_of_what_is_served_now():
    assert COLUMN_NAMES[fingerprint()] == NAMES


def _staff(*codenames: str) -> Client:
    staff = market.member("ann@example.org")
    staff.is_staff = True
    staff.save()
    staff.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(staff)
    return client


@pytest.fixture
def steerer(db) -> Client:
    return _staff("view_rankerversion", "view_livetag", "view_ledgerentry", "steer")


def test_a_rollback_asks_for_the_reason_first(steerer):
    first = market.put_live(market.ranker(price_saving=1.0))
    second = market.put_live(market.ranker(price_saving=2.0))
    asked = steerer.post(RANKERS, {"action": "roll_back", "_selected_action": [second.pk]})
    assert f"Roll back {second.tag}?" in words(asked)
    assert LiveTag.objects.get().version == second
    form = {"action": "roll_back", "_selected_action": [second.pk], "why": "worse"}
    done = steerer.post(RANKERS, form, follow=True)
    assert f"{second.tag} was rolled back." in words(done)
    assert LiveTag.objects.get().version == first
    entry = LedgerEntry.objects.first()
    assert entry is not None
    assert entry.by == "ann@example.org"
    assert "worse" in words(steerer.get("/admin/recommender/ledgerentry/"))


def test_a_refusal_is_told(steerer):
    version = market.put_live(market.ranker(price_saving=1.0))
    form = {"action": "promote", "_selected_action": [version.pk], "why": "again"}
    assert f"Refused: {version.tag} is live already." in words(
        steerer.post(RANKERS, form, follow=True)
    )


def test_the_live_ranker_is_pinned_and_a_training_asked_for(steerer):
    steerer.get(LIVE)
    for action in ("pin", "retrain"):
        form = {"action": action, "_selected_action": [1], "why": "a busy week"}
        steerer.post(LIVE, form)
    assert LiveTag.objects.get().pinned
    assert TrainingRun.objects.get().asked_at is not None


def test_what_rings_stands_on_the_front_page_and_costs_nothing_while_it_is_known(
    steerer, django_assert_num_queries
):
    silent = steerer.get("/admin/")
    assert "Is it learning?" not in words(silent)
    assert "messagelist" not in silent.content.decode()
    state = TrainingRun.State.FAILED
    TrainingRun.objects.create(pk=1, state=state, bucket=3, attempts=5, message="out of memory")
    alarms.forget()
    told = "Is it learning? Bucket 3 broke down 5 times: out of memory"
    assert told in words(steerer.get("/admin/"))
    # Who it is, what they may do (2), and what they did last.
    with django_assert_num_queries(4):
        assert told in words(steerer.get("/admin/"))


@pytest.mark.django_db
def test_who_may_only_look_is_offered_no_action():
    market.put_live(market.ranker(price_saving=1.0))
    looker = _staff("view_rankerversion", "view_livetag")
    assert "Roll this live ranker back" not in words(looker.get(RANKERS))
    form = {"action": "pin", "_selected_action": [1], "why": "mine"}
    looker.post(LIVE, form)
    assert not LiveTag.objects.get().pinned
