"""What people do to the live tag: each step with its reason, in the ledger, or refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from recommender import steering
from recommender.learning import lease, promotion
from recommender.models import LedgerEntry, LiveTag, RankerVersion, TrainingRun
from recommender.serving import live_ranker
from tests.recommender import market

pytestmark = pytest.mark.django_db


def _by_ann(step, *subject, why="to try it", **how):
    return step(*subject, by="ann", why=why, now=timezone.now(), **how)


def _live() -> RankerVersion | None:
    return LiveTag.objects.get().version


def _two() -> tuple[RankerVersion, RankerVersion]:
    return (
        market.put_live(market.ranker(price_saving=1.0)),
        market.put_live(market.ranker(price_saving=2.0)),
    )


def test_the_gates_promotion_is_in_the_ledger():
    version = market.put_live(market.ranker(price_saving=1.0))
    entry = LedgerEntry.objects.get()
    assert (entry.action, entry.version, entry.generation, entry.by) == ("promoted", version, 1, "")


def test_a_rollback_goes_to_the_ranker_before_and_names_who_and_why():
    first, second = _two()
    assert _by_ann(steering.roll_back, second, why="it offered tea for coffee") == 3
    assert _live() == first
    assert live_ranker.current().tag == first.tag
    second.refresh_from_db()
    assert second.status == "rejected"
    entry = LedgerEntry.objects.first()
    assert entry is not None
    assert (entry.action, entry.version, entry.generation, entry.by) == (
        "rolled_back",
        first,
        3,
        "ann",
    )
    assert entry.why == f"{second.tag} was taken back: it offered tea for coffee"


def test_a_rollback_that_is_sent_twice_rolls_back_once():
    first, second = _two()
    _by_ann(steering.roll_back, second)
    with pytest.raises(steering.Refused, match="is not live"):
        _by_ann(steering.roll_back, second)
    assert _live() == first


def test_before_the_first_ranker_there_was_the_blend():
    first, second = _two()
    _by_ann(steering.roll_back, second)
    _by_ann(steering.roll_back, first)
    assert _live() is None
    live = live_ranker.current()
    assert (live.policy, live.scorer, live.generation) == ("blend", None, 4)


def test_what_was_rolled_back_is_not_gone_back_to_but_may_be_promoted_by_hand():
    first, second = _two()
    _by_ann(steering.roll_back, second)
    third = market.put_live(market.ranker(price_saving=3.0))
    _by_ann(steering.roll_back, third)
    assert _live() == first
    _by_ann(steering.promote, second)
    assert _live() == second


def test_a_rollback_passes_over_what_cannot_be_loaded_and_says_so():
    first, second = _two()
    third = market.put_live(market.ranker(price_saving=3.0))
    storages["rankers"].delete(f"{second.sha256}.txt")
    _by_ann(steering.roll_back, third)
    assert _live() == first
    entry = LedgerEntry.objects.first()
    assert entry is not None
    assert f"{second.tag} cannot serve" in entry.why


def test_a_ranker_of_other_features_is_refused_with_a_sentence():
    market.put_live(market.ranker(price_saving=1.0))
    foreign = market.register(replace(market.ranker(price_saving=2.0), fingerprint="0" * 64))
    RankerVersion.objects.filter(pk=foreign.pk).update(verdict={"passed": True})
    foreign.refresh_from_db()
    with pytest.raises(
        steering.Refused, match=r"was trained on features 000000000000.*train again"
    ):
        _by_ann(steering.promote, foreign)
    assert LiveTag.objects.get().generation == 1


def test_what_the_gate_rejected_is_not_promoted_by_hand_either():
    market.put_live(market.ranker(price_saving=1.0))
    rejected = market.register(market.ranker(price_saving=2.0))
    rejected.verdict = {"passed": False, "reasons": ["12 informative later slates (at least 40)"]}
    rejected.save()
    promotion.reject(rejected)
    with pytest.raises(steering.Refused, match=r"did not pass the gate: 12 informative"):
        _by_ann(steering.promote, rejected)


def test_a_retired_ranker_can_be_put_live_again_and_one_is_live():
    first, second = _two()
    assert _by_ann(steering.promote, first) == 3
    assert _live() == first
    second.refresh_from_db()
    assert second.status == "retired"
    assert RankerVersion.objects.filter(status="live").count() == 1
    with pytest.raises(steering.Refused, match="is live already"):
        _by_ann(steering.promote, first)


def test_while_pinned_a_challenger_waits_and_the_ledger_says_so():
    first = market.put_live(market.ranker(price_saving=1.0))
    _by_ann(steering.pin, pinned=True, why="a busy week")
    with pytest.raises(promotion.Pinned, match=f"{first.tag} is pinned"):
        market.put_live(market.ranker(price_saving=2.0))
    assert _live() == first
    waiting = RankerVersion.objects.get(status="challenger")
    promotion.hold_back(waiting, now=timezone.now())
    entry = LedgerEntry.objects.first()
    assert entry is not None
    assert (entry.action, entry.version) == ("held_back", waiting)
    assert entry.why == f"It passed the gate, but {first.tag} is pinned."


def test_unpinned_it_moves_again():
    market.put_live(market.ranker(price_saving=1.0))
    _by_ann(steering.pin, pinned=True)
    with pytest.raises(steering.Refused, match="is pinned already"):
        _by_ann(steering.pin, pinned=True)
    _by_ann(steering.pin, pinned=False)
    TrainingRun.objects.update(state="idle", leased_until=None)
    assert market.put_live(market.ranker(price_saving=2.0)) == _live()
    assert [entry.action for entry in LedgerEntry.objects.all()] == [
        "promoted",
        "unpinned",
        "pinned",
        "promoted",
    ]


def test_a_training_that_was_asked_for_is_due_once():
    assert lease.due_bucket() is None
    _by_ann(steering.retrain, why="the catalogue is new")
    assert lease.due_bucket() == 0
    fence = lease.take(0, now=timezone.now())
    assert fence is not None
    lease.finish(fence, state=TrainingRun.State.KEPT, message="", now=timezone.now())
    assert lease.due_bucket() is None


def test_what_is_asked_for_while_one_trains_is_done_afterwards():
    _by_ann(steering.retrain)
    fence = lease.take(0, now=timezone.now())
    assert fence is not None
    _by_ann(steering.retrain)
    lease.finish(fence, state=TrainingRun.State.KEPT, message="", now=timezone.now())
    assert lease.due_bucket() == 0


@pytest.mark.parametrize("why", ["", "   "])
def test_without_a_reason_nothing_moves(why):
    version = market.put_live(market.ranker(price_saving=1.0))
    with pytest.raises(steering.Refused, match="Say why"):
        _by_ann(steering.roll_back, version, why=why)
    assert _live() == version
