from __future__ import annotations

import logging

import pytest

from recommender.serving import live_ranker, warm_up

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_store_without_products_or_ranker_is_warmed_up_without_a_word(caplog):
    warm_up.warm_up()
    assert caplog.records == []


def test_what_fails_is_left_to_the_first_request(monkeypatch, caplog):
    def broken():
        raise OSError("no disk")

    monkeypatch.setattr(live_ranker, "current", broken)
    with caplog.at_level(logging.ERROR):
        warm_up.warm_up()
    assert "could not be warmed up" in caplog.text
