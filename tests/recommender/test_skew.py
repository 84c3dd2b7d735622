from __future__ import annotations

import numpy as np
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from recommender import files, skew
from recommender.ranking.features.schema import NAMES, column
from recommender.serving import columns, vectors
from shop import recommendations
from shop.models import DietProfile
from tests.recommender import market
from tests.shop import shelf
from tracking import log, record
from tracking.models import Slate

pytestmark = pytest.mark.django_db


@pytest.fixture
def slate() -> Slate:
    """A served slate of a member with a history, a diet and a view."""
    anchor, *rest = market.coffees("9.00", "8.00", "7.00", "6.00")
    ann = market.member()
    market.imported_order(ann, rest[0], rest[1], placed_at=timezone.now())
    vectors.fit(now=timezone.now())
    caller = shelf.shopper()
    caller = type(caller)(**{**vars(caller), "member_id": ann.pk})
    DietProfile.objects.create(shopper_key=caller.shopper_key, diet_tags=["vegan"])
    record.event(caller, event_type="view", product_id=rest[2].pk)
    served = recommendations.swaps_for(caller, market.cart_over_budget(caller, anchor))
    return Slate.objects.get(pk=served.qid)


def _check(slate: Slate) -> skew.Skew:
    columns.snapshot.cache_clear()
    columns.vectors.cache_clear()
    row = log.slate(slate.qid)
    assert row is not None
    return skew.check([row])


def test_served_vectors_are_rebuilt_bit_for_bit(slate):
    found = _check(slate)
    assert (found.slates, found.values, found.differences, found.tastes) == (
        1,
        3 * len(NAMES),
        0,
        0,
    )
    values = np.frombuffer(slate.features).reshape(3, -1)
    assert np.isfinite(values[:, column("cf_bpr_score")]).sum() == 2
    assert np.isfinite(values[:, column("recency")]).sum() == 2


def test_the_last_bit_of_one_feature_is_found(slate):
    values = np.frombuffer(slate.features).copy()
    at = column("semantic_sim")
    values[at] = np.nextafter(values[at], 2.0)
    slate.features = values.tobytes()
    slate.save()
    found = _check(slate)
    assert found.differences == 1
    assert found.problems[0].startswith(f"{slate.qid}: semantic_sim was ")


def test_a_damaged_snapshot_is_found(slate):
    name = f"snapshot-{slate.snapshot_tag}.columns"
    files.write("training", name, files.read("training", name)[:-40])
    found = _check(slate)
    assert found.differences == 3 * len(NAMES)
    assert "cannot be rebuilt" in found.problems[0]


def test_a_logged_taste_that_the_events_do_not_bear_out_is_found(slate):
    slate.inputs["taste"]["intent"] = 0.9
    slate.save()
    found = _check(slate)
    assert found.tastes == 1
    assert found.differences == 3


def test_events_after_the_slate_change_nothing(slate):
    session = slate.session
    for _ in range(3):
        shelf_caller = record.Caller(
            session.visitor_id, session.pk, None, slate.shopper_key, True, True
        )
        record.event(shelf_caller, event_type="cart_add", product_id=slate.items[0]["product"])
    assert _check(slate).clean


def test_slates_of_other_features_are_counted_apart(slate):
    slate.fingerprint = "0" * 64
    slate.save()
    found = _check(slate)
    assert (found.slates, found.foreign, found.clean) == (0, 1, True)


def test_the_command_fails_on_one_difference(slate, capsys):
    call_command("check_skew")
    assert f"1 slates, {3 * len(NAMES)} values: 0 differences" in capsys.readouterr().out
    slate.features = b"\0" * len(slate.features)
    slate.save()
    with pytest.raises(CommandError, match="differences"):
        call_command("check_skew")
