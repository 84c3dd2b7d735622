from __future__ import annotations

import threading
from datetime import timedelta
from itertools import count
from types import SimpleNamespace

import pytest
from django.utils import timezone

from recommender.learning import lease
from recommender.models import TrainingRun
from tracking.models import Counter

pytestmark = pytest.mark.django_db

KEPT = TrainingRun.State.KEPT


def _purchases(number: int) -> None:
    Counter.objects.update_or_create(name="purchases", defaults={"value": number})


def _end(fence: int | None) -> bool:
    assert fence is not None
    return lease.finish(fence, state=KEPT, message="", now=timezone.now())


@pytest.mark.parametrize(
    ("purchases", "bucket"), [(0, None), (4, None), (5, 1), (9, 1), (10, 2), (27, 5)]
)
def test_every_fifth_purchase_makes_a_bucket_due(purchases, bucket):
    _purchases(purchases)
    assert lease.due_bucket() == bucket


def test_the_number_of_purchases_per_bucket_is_a_setting(settings):
    settings.RETRAIN_EVERY = 3
    _purchases(6)
    assert lease.due_bucket() == 2


def test_a_trained_bucket_satisfies_all_older_ones():
    _purchases(23)
    _end(lease.take(4, now=timezone.now()))
    assert lease.due_bucket() is None
    _purchases(25)
    assert lease.due_bucket() == 5


def test_while_one_trains_nobody_else_does():
    now = timezone.now()
    assert lease.take(1, now=now) == 1
    assert lease.take(1, now=now) is None
    assert lease.take(2, now=now) is None
    assert lease.take(2, now=now, by_hand=True) is None


def test_a_bucket_is_trained_once():
    _end(lease.take(1, now=timezone.now()))
    assert lease.take(1, now=timezone.now()) is None
    assert lease.take(2, now=timezone.now()) == 2


def test_by_hand_a_bucket_may_be_trained_again():
    _end(lease.take(1, now=timezone.now()))
    assert lease.take(1, now=timezone.now(), by_hand=True) == 2


def test_a_lease_that_ran_out_is_taken_over_and_the_first_holder_is_fenced_off():
    now = timezone.now()
    first = lease.take(1, now=now - timedelta(minutes=5))
    second = lease.take(1, now=now)
    assert (first, second) == (1, 2)
    assert not lease.holds(1)
    assert lease.holds(2)
    assert not lease.renew(1, now=now)
    assert not _end(1)
    assert TrainingRun.objects.get().state == TrainingRun.State.RUNNING
    assert _end(2)


def test_a_renewed_lease_lasts():
    now = timezone.now()
    fence = lease.take(1, now=now - timedelta(seconds=29))
    assert fence is not None
    assert lease.renew(fence, now=now)
    assert lease.take(1, now=now + timedelta(seconds=29)) is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("seconds", "renewals"), [(900, 3), (2, 1)])
def test_a_training_that_hangs_holds_the_lease_no_longer_than_it_may_take(
    monkeypatch, settings, seconds, renewals
):
    settings.RECOMMENDER = {"TRAINING_SECONDS": seconds}
    # The clock says 0 at the beginning, then 1, 2, 3 and so on at each turn.
    clock, told = count(), []
    monkeypatch.setattr(lease, "time", SimpleNamespace(monotonic=lambda: float(next(clock))))
    turns = SimpleNamespace(wait=lambda _: len(told) == 3, set=lambda: None)
    monkeypatch.setattr(
        lease, "threading", SimpleNamespace(Thread=threading.Thread, Event=lambda: turns)
    )
    monkeypatch.setattr(lease, "renew", lambda fence, now: told.append(fence))
    with lease.renewed(7):
        pass
    assert told == [7] * renewals


def test_a_breakdown_leaves_the_bucket_due_and_waits_longer_each_time():
    now = timezone.now()
    _purchases(5)
    for pause in (2, 4, 8):
        fence = lease.take(1, now=now)
        assert fence is not None
        assert lease.fail(fence, message="killed", now=now)
        assert lease.due_bucket() == 1
        assert lease.take(1, now=now + timedelta(seconds=pause - 1)) is None
        now += timedelta(seconds=pause + 1)
    assert TrainingRun.objects.get().message == "killed"


def test_by_hand_one_need_not_wait_out_a_breakdown():
    fence = lease.take(1, now=timezone.now())
    assert fence is not None
    lease.fail(fence, message="killed", now=timezone.now())
    assert lease.take(1, now=timezone.now(), by_hand=True) == 2


def _five_breakdowns(now, *, bucket: int = 1) -> None:
    for _ in range(5):
        TrainingRun.objects.update(leased_until=None)
        fence = lease.take(bucket, now=now)
        assert fence is not None
        lease.fail(fence, message="killed.", now=now)


def test_after_five_breakdowns_the_bucket_is_given_up_and_the_failure_stays_to_be_seen():
    _purchases(5)
    _five_breakdowns(timezone.now())
    run = TrainingRun.objects.get()
    assert (run.state, run.message) == (
        "failed",
        "Bucket 1 was given up after 5 attempts; the last one: killed. The live policy stays.",
    )
    assert run.attempts == 5
    assert lease.due_bucket() is None


def test_a_training_that_somebody_asked_for_is_given_up_like_any_other():
    now = timezone.now()
    lease.ask(now=now - timedelta(seconds=1))
    _five_breakdowns(now, bucket=0)
    assert lease.due_bucket() is None
    # Asked for once more, it is tried once more.
    lease.ask(now=now + timedelta(seconds=1))
    assert lease.due_bucket() == 0
    assert lease.take(0, now=now + timedelta(seconds=1))


def test_the_bucket_after_one_that_was_given_up_is_tried_five_times_too():
    _five_breakdowns(timezone.now())
    _purchases(10)
    assert lease.due_bucket() == 2
    lease.take(2, now=timezone.now())
    assert TrainingRun.objects.get().attempts == 1


def test_a_newer_bucket_begins_to_count_anew():
    now = timezone.now()
    for bucket in (1, 2):
        fence = lease.take(bucket, now=now)
        assert fence is not None
        lease.fail(fence, message="killed", now=now)
        assert TrainingRun.objects.get().attempts == 1
        now += timedelta(seconds=3)


def test_five_holders_that_vanished_are_five_attempts():
    now = timezone.now()
    _purchases(5)
    for _ in range(5):
        assert not lease.give_up_lost(now=now)
        assert lease.take(1, now=now)
        now += timedelta(minutes=1)
    assert lease.give_up_lost(now=now)
    run = TrainingRun.objects.get()
    assert run.state == "failed"
    assert "the process that trained it is gone" in run.message
    assert lease.due_bucket() is None


def test_the_fifth_holder_is_left_alone_while_its_lease_runs():
    now = timezone.now()
    for _ in range(5):
        now += timedelta(minutes=1)
        fence = lease.take(1, now=now)
    assert not lease.give_up_lost(now=now)
    assert lease.holds(fence)
