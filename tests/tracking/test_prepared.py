"""A query whose text is kept gives what the ORM gives, for the values of each call."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import CharField
from django.utils import timezone

from recommender.models import TasteState
from tracking.prepared import Given, Prepared

pytestmark = pytest.mark.django_db


def _tastes() -> Prepared:
    shopper = Given("shopper", CharField())
    kept = TasteState.objects.filter(shopper_key=shopper)
    return Prepared(lambda: kept.values_list("shopper_key", "cursor", "state"))


def test_each_call_gets_the_rows_of_its_own_values_as_python_has_them():
    cursor = uuid4()
    TasteState.objects.create(shopper_key="m:1", state={"bought": [3, 5]}, cursor=cursor)
    TasteState.objects.create(shopper_key="m:2", state={}, cursor=None)
    tastes = _tastes()
    assert tastes.rows(shopper="m:1") == [("m:1", cursor, {"bought": [3, 5]})]
    assert tastes.rows(shopper="m:2") == [("m:2", None, {})]
    assert tastes.rows(shopper="m:1' OR 1=1 --") == []


def test_the_text_is_worked_out_once(django_assert_num_queries):
    made: list[int] = []

    def make():
        made.append(1)
        return TasteState.objects.filter(pk=Given("shopper", CharField())).values_list("pk")

    query = Prepared(make)
    with django_assert_num_queries(3):
        for shopper in ("m:1", "m:2", "m:3"):
            query.rows(shopper=shopper)
    assert made == [1]


def test_a_value_of_a_list_stands_at_its_place():
    for shopper in ("1", "2", "3"):
        TasteState.objects.create(shopper_key=shopper, state={}, cursor=None)
    both = [Given("shoppers", CharField(), at) for at in range(2)]
    found = TasteState.objects.filter(pk__in=both).order_by("pk").values_list("pk")
    query = Prepared(lambda: found)
    assert query.rows(shoppers=["1", "3"]) == [("1",), ("3",)]
    assert query.rows(shoppers=["2", "2"]) == [("2",)]


def test_what_was_not_given_is_named():
    with pytest.raises(KeyError, match="shopper"):
        _tastes().rows(member=timezone.now() - timedelta(days=1))
