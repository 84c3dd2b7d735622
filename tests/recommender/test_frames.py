from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import numpy as np
import pytest
from django.utils import timezone

from recommender.learning import frames
from recommender.ranking.features.schema import NAMES, fingerprint
from tests.shop import shelf
from tracking import record
from tracking.models import Slate
from tracking.record import Draft
from tracking.visitor import Caller

pytestmark = pytest.mark.django_db


def _served(caller: Caller, *, size: int = 3) -> UUID:
    """A slate whose feature at row r, column c is 100 r + c; a purchase makes it mature."""
    values = np.arange(size)[:, None] * 100.0 + np.arange(len(NAMES))
    items = [
        {"position": at, "product": 10 + at, "anchor": 1, "propensity": 0.5}
        for at in range(1, size + 1)
    ]
    qid = record.slate(
        caller,
        placement="cart_panel",
        policy="blend",
        items=items,
        state_key="",
        served_at=timezone.now() - timedelta(hours=1),
        features=values.tobytes(),
        fingerprint=fingerprint(),
    )
    record.events(caller, [Draft("purchase", 1)], server_side=True)
    return qid


def _did(caller: Caller, qid: UUID, kind: str, *positions: int, server_side: bool = True) -> None:
    drafts = [Draft(kind, 10 + at, qid, at) for at in positions]
    record.events(caller, drafts, server_side=server_side)


def test_rows_are_the_served_vectors_of_what_was_seen():
    caller = shelf.shopper()
    qid = _served(caller)
    _did(caller, qid, "impression", 1, 3, server_side=False)
    training = frames.assemble(now=timezone.now())
    assert training.rows["position"].tolist() == [1, 3]
    assert training.features[:, 2].tolist() == [2.0, 202.0]
    assert training.labels.tolist() == [0, 0]


def test_what_was_acted_on_was_seen():
    caller = shelf.shopper()
    qid = _served(caller)
    _did(caller, qid, "swap_accept", 2)
    training = frames.assemble(now=timezone.now())
    assert (training.rows["position"].tolist(), training.labels.tolist()) == ([2], [2])


def test_a_clients_word_is_worth_no_more_than_a_look():
    caller = shelf.shopper()
    qid = _served(caller)
    _did(caller, qid, "impression", 1, 2, server_side=False)
    _did(caller, qid, "swap_accept", 1, server_side=False)
    _did(caller, qid, "view", 2, server_side=False)
    assert frames.assemble(now=timezone.now()).labels.tolist() == [0, 1]


def test_slates_of_other_features_are_left_out():
    caller = shelf.shopper()
    qid = _served(caller)
    _did(caller, qid, "view", 1)
    assert len(frames.assemble(now=timezone.now())) == 1
    Slate.objects.update(fingerprint="0" * 64)
    assert len(frames.assemble(now=timezone.now())) == 0


def test_slates_of_unknown_propensities_are_left_out():
    caller = shelf.shopper()
    qids = [_served(caller), _served(caller)]
    for qid in qids:
        _did(caller, qid, "view", 1)
    first = Slate.objects.get(pk=qids[0])
    items = [{**item, "propensity": None} for item in first.items]
    Slate.objects.filter(pk=first.pk).update(items=items)
    for training in (frames.assemble(now=timezone.now()), frames.of(qids)):
        assert training.rows["qid"].tolist() == [str(qids[1])]


def test_slates_outside_the_stretch_of_time_are_left_out():
    caller = shelf.shopper()
    qid = _served(caller)
    _did(caller, qid, "view", 1)
    now, served_at = timezone.now(), Slate.objects.get(pk=qid).served_at
    second = timedelta(seconds=1)
    assert len(frames.assemble(now=now, since=served_at, until=served_at + second)) == 1
    assert len(frames.assemble(now=now, since=served_at + second)) == 0
    assert len(frames.assemble(now=now, until=served_at)) == 0


def test_an_empty_log_is_an_empty_training_set():
    training = frames.assemble(now=timezone.now())
    assert (len(training), training.features.shape) == (0, (0, len(NAMES)))


def test_an_order_eight_days_later_is_not_put_down_to_the_slate():
    caller, now = shelf.shopper(), timezone.now()
    week = timedelta(days=7)
    for bought_after, label in ((week, 3), (week + timedelta(seconds=1), 2)):
        qid = _served(caller)
        _did(caller, qid, "swap_accept", 1)
        served_at = Slate.objects.get(pk=qid).served_at
        late = Draft("purchase", 11, qid, 1, served_at + bought_after)
        record.events(caller, [late], server_side=True)
        assert frames.of([qid]).labels.tolist() == [label]
    assert frames.assemble(now=now).labels.tolist() == [3, 2]
