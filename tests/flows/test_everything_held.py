"""TARGETS R11: what a shopper can take along and erase is everything that is held of them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from recommender.learning import erasure
from recommender.models import PendingErasure, TasteState
from shop import personal as shops
from shop.models import Favourite, Order, OrderLine
from tests.flows.everything_held import NOW, Planted, found_in_the_database, shoppers_models

pytestmark = pytest.mark.django_db
NOT_EXPORTED = {
    "account.EmailConfirmation": "a secret that is mailed",
    "admin.LogEntry": "the back office's own history",
    "recommender.PendingErasure": "says that the shopper's training rows are leaving",
    "shop.Member_groups": "rights in the back office",
    "shop.Member_user_permissions": "rights in the back office",
}


@pytest.fixture
def ann():
    return Planted("annword")


@pytest.fixture
def ben(ann):
    return Planted("benword")


def erase(caller, capture):
    with capture(execute=True):
        shops.erase(caller)
    # The training rows are gone through once more when no training can bring them back.
    erasure.run(now=timezone.now() + timedelta(hours=2))


def test_every_model_of_a_shopper_is_known_here():
    """The list grows by itself; it is written down to be read."""
    assert {model._meta.label for model in shoppers_models()} >= {
        "account.EmailAddress",
        "account.EmailConfirmation",
        "admin.LogEntry",
        "recommender.PendingErasure",
        "recommender.TasteState",
        "shop.AcceptedSwap",
        "shop.Cart",
        "shop.CartLine",
        "shop.DietProfile",
        "shop.DismissedProduct",
        "shop.Favourite",
        "shop.Member",
        "shop.Order",
        "shop.OrderLine",
        "tracking.Event",
        "tracking.Session",
        "tracking.Slate",
        "tracking.Visitor",
    }


def test_nothing_of_the_shopper_is_left_in_any_table(ann, ben, django_capture_on_commit_callbacks):
    assert len(found_in_the_database(ann.traces)) > 15
    before = found_in_the_database(ben.traces)
    erase(ann.caller, django_capture_on_commit_callbacks)
    left = found_in_the_database(ann.traces)
    # The books keep what was sold, under the product's name, and how it was paid.
    books = {"shop.Order": {"payment_reference"}, "shop.OrderLine": {"name"}}
    assert left == books | products(left)
    assert found_in_the_database(ben.traces) == before


def products(left):
    """What was planted for the sake of a product, and is nobody's."""
    return {label: left[label] for label in left if label in NOBODYS}


NOBODYS = {
    "shop.Product", "shop.Category", "shop.Brand", "contenttypes.ContentType",
    "auth.Group", "auth.Permission",
}  # fmt: skip


def test_the_orders_stay_as_nobodys_and_as_two_strangers(ann, django_capture_on_commit_callbacks):
    erase(ann.caller, django_capture_on_commit_callbacks)
    one, other = Order.objects.order_by("pk")
    assert one.shopper_key.startswith("x:")
    assert one.shopper_key != other.shopper_key
    assert (one.member, one.name, one.email, one.session_id, one.budget) == (
        None,
        "",
        "",
        None,
        None,
    )
    assert (one.idempotency_key, one.request_digest, one.total) == (None, "", 5)
    assert one.payment_reference
    assert OrderLine.objects.count() == 2
    assert not OrderLine.objects.exclude(qid=None).exists()


def exported(ann):
    found = shops.export(ann.caller, now=NOW)
    return json.dumps(found, cls=DjangoJSONEncoder)


def test_the_export_tells_of_every_row_and_of_nobody_elses(ann, ben):
    text = exported(ann)
    assert not any(trace in text for trace in ben.traces)
    silent = set()
    for model in shoppers_models():
        if any(mark in text for mark in ann.marks[model]):
            continue
        # Its rows hold nothing but keys: then without them the export says less.
        rows = [row.pk for (kind, _), row in ann.rows.items() if kind is model]
        with transaction.atomic():
            model._base_manager.filter(pk__in=rows).delete()
            if exported(ann) == text:
                silent.add(model._meta.label)
            transaction.set_rollback(True)
    assert silent == set(NOT_EXPORTED)


@pytest.mark.parametrize("left_out", shops.KEYED, ids=lambda model: model.__name__)
def test_leaving_out_one_table_of_the_shop_is_noticed(
    ann, left_out, monkeypatch, django_capture_on_commit_callbacks
):
    kept = tuple(model for model in shops.KEYED if model is not left_out)
    monkeypatch.setattr(shops, "KEYED", kept)
    erase(ann.caller, django_capture_on_commit_callbacks)
    assert left_out._meta.label in found_in_the_database(ann.traces)


class Forgetful:
    def export(self, keys):
        return {}

    def forget(self, keys):
        """Forgets to."""


def test_a_learner_that_forgets_nothing_is_noticed(
    ann, settings, django_capture_on_commit_callbacks
):
    settings.PERSONAL_DATA = f"{__name__}.Forgetful"
    erase(ann.caller, django_capture_on_commit_callbacks)
    assert TasteState._meta.label in found_in_the_database(ann.traces)


def test_a_failure_on_the_way_erases_nothing(ann, settings):
    settings.PERSONAL_DATA = "no.such.module"
    before = found_in_the_database(ann.traces)
    with pytest.raises(ImportError):
        shops.erase(ann.caller)
    assert found_in_the_database(ann.traces) == before
    assert Favourite.objects.exists()


def test_what_is_pending_goes_when_no_training_can_bring_it_back(
    ann, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        shops.erase(ann.caller)
    assert set(found_in_the_database({f"m:{ann.caller.member_id}"})) == {PendingErasure._meta.label}
