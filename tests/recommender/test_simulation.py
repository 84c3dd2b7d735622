from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from recommender import skew
from recommender.learning import frames
from recommender.ranking.features.schema import NAMES
from recommender.ranking.personas import Persona
from recommender.serving import vectors
from recommender.simulated import season
from recommender.simulated.cart import visiting_times
from shop.models import Member, Order, Product
from tests.recommender import market
from tests.shop import shelf
from tracking import log
from tracking.models import Event, Session

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _market() -> None:
    rng = np.random.default_rng(5)
    for name in ("Tea", "Coffee", "Cocoa", "Jam", "Honey", "Rice", "Pasta", "Oats"):
        prices = [f"{price:.2f}" for price in rng.uniform(2, 9, size=10)]
        market.coffees(*prices, kind=shelf.product_type(name, aisle=f"Aisle of {name}"))
    household = market.member("household@example.org")
    Member.objects.filter(pk=household.pk).update(household_id=1)
    products = list(Product.objects.order_by("pk"))
    now = timezone.now()
    market.imported_order(household, *products[::3], placed_at=now - timedelta(days=100))
    market.imported_order(household, products[0], placed_at=now)
    vectors.fit(now=timezone.now())


def _play(sessions: int = 12, seed: int = 42):
    return season.run(sessions=sessions, slate_size=5, seed=seed)


def test_every_session_leaves_one_judged_slate_of_five():
    visits = _play()
    training = frames.assemble(now=timezone.now())
    assert len(visits) == len(training) == 12
    assert training.groups.tolist() == [5] * 12
    assert {visit.persona for visit in visits} <= set(Persona)
    assert training.describe()["origins"] == {"served": 0, "simulated": 12, "imported": 0}


def test_labels_are_what_the_shoppers_did():
    visits = _play()
    labels = Counter(frames.assemble(now=timezone.now()).labels.tolist())
    kept = sum(visit.accepted and not visit.taken_back for visit in visits)
    assert labels[3] == kept
    assert labels[1] + labels[3] == sum(visit.looked_at for visit in visits)


def test_orders_are_simulated_and_count_for_nothing():
    stock = list(Product.objects.order_by("pk").values_list("stock", "sold"))
    _play()
    assert Order.objects.filter(origin="simulated").count() == 12
    assert log.purchases() == 0
    assert list(Product.objects.order_by("pk").values_list("stock", "sold")) == stock


def test_a_household_lends_its_history_and_gets_nothing_back():
    visits = _play()
    household = Member.objects.get(household_id=1)
    assert any(visit.member for visit in visits)
    assert not Session.objects.filter(shopper_key=f"m:{household.pk}").exists()
    assert household.orders.filter(origin="simulated").count() == 0
    centres = [row.inputs["taste"]["centre"] for row in _slates()]
    assert any(centres)


def _slates() -> list[log.SlateRow]:
    return list(log.slates(now=timezone.now(), origins=["simulated"]))


def test_simulated_slates_can_be_rebuilt_bit_for_bit():
    _play(4)
    assert skew.check(_slates()).clean


def test_the_same_seed_on_the_same_store_gives_the_same_samples():
    _play(3)
    first = _samples()
    Event.objects.all().delete()
    Session.objects.all().delete()
    _play(3)
    second = _samples()
    pd.testing.assert_frame_equal(first, second)


def _samples() -> pd.DataFrame:
    rows = frames.assemble(now=timezone.now()).rows
    return rows.drop(columns=["qid", "session", "shopper"])


def test_visits_are_spread_over_days_and_hours():
    start = datetime(2026, 1, 5, tzinfo=ZoneInfo("America/New_York"))
    times = visiting_times(300, start=start, days=35, rng=np.random.default_rng(0))
    assert times == sorted(times)
    assert {time.weekday() for time in times} == set(range(7))
    assert {time.hour for time in times} == set(range(8, 22))
    assert (times[-1] - times[0]).days >= 33


def test_the_exported_file_says_what_it_holds(tmp_path, capsys):
    call_command("simulate_shoppers", "--sessions", "6", "--seed", "7")
    out = tmp_path / "ltr_train.parquet"
    call_command("export_training_data", "--out", str(out))
    told = capsys.readouterr().out
    assert "30 samples of 6 sessions (6 slates)" in told
    assert "budget_hunter" in told
    rows = pd.read_parquet(out)
    assert len(rows) == 30
    assert set(NAMES) <= set(rows.columns)


def test_an_empty_store_is_said_to_be_empty():
    Product.objects.update(is_active=False)
    from recommender.serving import snapshot
    from shop.models import CatalogueVersion

    CatalogueVersion.grow()
    snapshot.forget()
    with pytest.raises(CommandError, match="no products yet"):
        call_command("simulate_shoppers", "--sessions", "1")


def test_slates_without_consent_never_train():
    _play(3)
    row = _slates()[0]
    from tracking.models import Slate

    Slate.objects.filter(pk=row.qid).update(functional=True, session=None)
    assert len(frames.assemble(now=timezone.now())) == 2
