"""The demo store, smaller: what 200 simulated sessions on real products look like to a ranker."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator

import numpy as np
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from recommender import skew
from recommender.learning import frames
from recommender.ranking import ranker, slate
from recommender.ranking.features.schema import CONTEXT, ITEM, column
from recommender.ranking.training_set import TrainingSet
from recommender.serving import vectors
from recommender.simulated import season
from tests.recommender.conftest import start_afresh
from tracking import log

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SESSIONS = 200


@pytest.fixture(scope="module")
def store(django_db_setup, django_db_blocker) -> Iterator[None]:
    """1,500 products, all households, 200 simulated sessions; gone after this module."""
    with tempfile.TemporaryDirectory() as folder:
        place = {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": folder},
        }
        storages = {**django_settings.STORAGES, "training": place, "rankers": place}
        with (
            override_settings(STORAGES=storages),
            django_db_blocker.unblock(),
            transaction.atomic(),
        ):
            start_afresh()
            call_command("load_complete_journey", "--products", "1500", "--quiet")
            vectors.fit(now=timezone.now())
            season.run(sessions=SESSIONS, slate_size=5, seed=42)
            yield
            transaction.set_rollback(True)
        start_afresh()


@pytest.fixture(scope="module")
def training(store) -> TrainingSet:
    return frames.assemble(now=timezone.now())


def test_a_thousand_samples_of_which_about_half_are_positive(training):
    info = training.describe()
    assert (info["samples"], info["sessions"]) == (1000, 200)
    assert 0.35 <= info["positive_share"] <= 0.55


@pytest.mark.parametrize("name", ITEM)
def test_each_item_feature_varies_inside_a_fifth_of_the_slates(training, name):
    values = training.features[:, column(name)].reshape(SESSIONS, 5)
    filled = np.where(np.isnan(values), -1e9, values)
    varies = (filled != filled[:, :1]).any(axis=1)
    assert varies.mean() >= 0.2, f"{name} varies in {varies.mean():.0%} of the slates"


@pytest.mark.parametrize("name", CONTEXT)
def test_each_context_feature_can_change_an_order(training, name):
    """Shoppers who like best sellers in one context and the others in the opposite one."""
    features, groups = training.features.copy(), training.groups
    at = column(name)
    context = features[:, at].reshape(SESSIONS, 5)
    assert (context == context[:, :1]).all()
    low, high = np.quantile(features[:, at], [0.1, 0.9])
    assert low < high
    wants_popular = (context[:, 0] > np.median(context[:, 0]) - 1e-9) & (context[:, 0] > low)
    popularity = features[:, column("popularity")].reshape(SESSIONS, 5)
    order = np.argsort(np.where(wants_popular[:, None], -popularity, popularity), axis=1)
    labels = np.zeros((SESSIONS, 5), dtype=np.int64)
    np.put_along_axis(labels, order[:, :2], 1, axis=1)
    fitted = ranker.fit((features, labels.ravel(), groups), rounds=100)
    assert _orders(fitted, features, at, low) != _orders(fitted, features, at, high)


def _orders(fitted: ranker.LtrRanker, features: np.ndarray, at: int, value: float):
    changed = features.copy()
    changed[:, at] = value
    scores = fitted.score(changed).reshape(SESSIONS, 5)
    products, anchors = np.arange(5), np.zeros(5, dtype=np.int64)
    return [slate.order(row, products, anchors).tolist() for row in scores]


def test_every_served_vector_is_rebuilt_bit_for_bit(store):
    rows = list(log.slates(now=timezone.now(), origins=["simulated"]))
    found = skew.check(rows)
    assert found.slates >= SESSIONS
    assert (found.differences, found.tastes) == (0, 0), found.problems[:5]
