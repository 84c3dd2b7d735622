"""What the log need not keep any longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.tracking.conftest import NOON, slate_for
from tracking import record, retention
from tracking.models import Event, Session, Slate, Visitor
from tracking.record import Draft
from tracking.visitor import Caller

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
BEFORE = NOON - 400 * DAY
OLD, RECENT = BEFORE - DAY, BEFORE + DAY


def visit(at, *, of: Caller | None = None) -> tuple[Caller, Slate]:
    """A visit with a slate, an impression and a view at ``at``; of a new shopper, or ``of`` one."""
    caller = record.start_simulated_session(member_id=None, persona="", started_at=at)
    if of is not None:
        Session.objects.filter(pk=caller.session_id).update(
            visitor_id=of.visitor_key, shopper_key=of.shopper_key
        )
        Visitor.objects.filter(pk=caller.visitor_key).delete()
        caller = replace(of, session_id=caller.session_id)
    Visitor.objects.filter(pk=caller.visitor_key).update(created_at=at)
    qid = slate_for(caller, 5, served_at=at)
    drafts = [Draft(kind, 5, qid, 1, at) for kind in ("impression", "view")]
    record.events(caller, drafts, server_side=False)
    Event.objects.filter(qid=qid).update(received_at=at)
    return caller, Slate.objects.get(pk=qid)


def pruned() -> dict[str, int]:
    """What was deleted, which must be what was said beforehand."""
    said = retention.outdated(before=BEFORE, functional_before=BEFORE)
    done = retention.prune(before=BEFORE, functional_before=BEFORE)
    assert said == done
    assert not any(retention.outdated(before=BEFORE, functional_before=BEFORE).values())
    return done


def test_who_has_not_come_since_leaves_the_log_whole():
    visit(OLD)
    ben, _ = visit(RECENT)
    assert pruned() == {
        "visits": 1, "events": 2, "slates": 1, "functional slates": 0, "visitors": 1
    }  # fmt: skip
    assert set(Visitor.objects.values_list("pk", flat=True)) == {ben.visitor_key}
    assert Session.objects.count() == Slate.objects.count() == 1
    assert Event.objects.count() == 2


def test_of_who_still_comes_the_deeds_stay_and_old_slates_and_impressions_go():
    ann, old = visit(OLD)
    visit(RECENT, of=ann)
    assert pruned() == {
        "visits": 0, "events": 1, "slates": 1, "functional slates": 0, "visitors": 0
    }  # fmt: skip
    assert Event.objects.filter(qid=old.pk).get().event_type == "view"
    assert Session.objects.count() == 2


def test_slates_of_carts_that_were_left_behind_go_by_a_date_of_their_own():
    anyone = replace(visit(RECENT)[0], consent=False, session_id=None)
    for at in (NOON - 31 * DAY, NOON - 29 * DAY):
        slate_for(anyone, 5, served_at=at)
    counts = retention.prune(before=BEFORE, functional_before=NOON - 30 * DAY)
    assert counts["functional slates"] == 1
    assert Slate.objects.filter(functional=True).get().served_at == NOON - 29 * DAY
    assert Slate.objects.filter(functional=False).count() == 1


def test_a_browser_that_never_came_back_after_its_answer_is_forgotten():
    for at in (OLD, RECENT):
        visitor = Visitor.objects.create(consent=True)
        Visitor.objects.filter(pk=visitor.pk).update(created_at=at)
    assert pruned()["visitors"] == 1
    assert Visitor.objects.count() == 1


def test_more_rows_than_fit_into_one_turn_are_deleted_in_several(monkeypatch):
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        visit(OLD)
    assert pruned()["visits"] == 5
