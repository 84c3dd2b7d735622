"""Somebody holds SQLite's write lock: who waits gets a turn, or is told that it took too long."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection, transaction
from django.db.models import F

from shop.models import Cart, Order, Product
from tests.shop.pages import put, words
from tests.shop.shelf import product
from tracking import hint, log

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="only SQLite has one write lock for all"
    ),
]
PERSON = {"name": "Ada", "email": "ada@example.org"}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    monkeypatch.setattr(hint, "send", lambda: None)
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)


@contextmanager
def locked():
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.close()


def bought(client):
    """Two packs of a product in the cart, and the checkout's form as it is sent."""
    put(client, product("Coffee", "2.35", stock=9), 2)
    form = client.get("/checkout").context["form"]
    return {**PERSON, **{name: form[name].value() for name in form.fields if name not in PERSON}}


def test_the_checkout_page_says_that_the_store_is_busy_and_sent_again_it_sells_once(client):
    sent = bought(client)
    with locked():
        busy = client.post("/checkout", sent)
    assert busy.status_code == 503
    assert busy["Retry-After"] == "5"
    assert "The store is busy It could not do this just now." in words(busy)
    assert (Order.objects.count(), log.purchases()) == (0, 0)
    assert Product.objects.get().stock == 9
    assert Cart.objects.get().lines.get().quantity == 2
    for _ in range(2):
        assert client.post("/checkout", sent).status_code == 302
    assert (Order.objects.count(), log.purchases(), Product.objects.get().stock) == (1, 1, 7)


def test_the_api_answers_503_and_the_same_key_sent_again_sells_once(client):
    bought(client)
    keyed = {"content_type": "application/json", "headers": {"Idempotency-Key": "one"}}
    with locked():
        busy = client.post("/api/checkout", PERSON, **keyed)
    assert (busy.status_code, busy["Retry-After"]) == (503, "5")
    error = busy.json()["error"]
    assert (error["code"], error["fields"]) == ("busy", {})
    assert error["message"].startswith("The store is busy and could not do this. Send the same")
    assert (Order.objects.count(), log.purchases(), Product.objects.get().stock) == (0, 0, 9)
    again = [client.post("/api/checkout", PERSON, **keyed) for _ in range(2)]
    assert [answer.status_code for answer in again] == [201, 201]
    assert again[0].json() == again[1].json()
    assert (Order.objects.count(), log.purchases(), Product.objects.get().stock) == (1, 1, 7)


def test_whatever_else_a_page_sends_is_answered_so_too(client):
    coffee = product()
    with locked():
        assert client.post("/cart/add", {"product_id": coffee.pk, "quantity": 1}).status_code == 503
    assert not Cart.objects.exists()


def test_pages_that_only_read_are_shown_as_ever(client):
    put(client, product("Coffee", "2.35"))
    with locked():
        assert client.get("/").status_code == 200
        assert "Coffee" in words(client.get("/cart"))


def test_another_error_of_the_database_is_not_called_busy(client, monkeypatch):
    client.raise_request_exception = False
    put(client, product())
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE shop_order RENAME TO away")
    try:
        keyed = {"content_type": "application/json", "headers": {"Idempotency-Key": "one"}}
        assert client.post("/api/checkout", PERSON, **keyed).status_code == 500
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO shop_order")


def test_who_waits_gets_a_turn_though_the_lock_is_hardly_ever_free(monkeypatch):
    """Free for 1 of 51 ms: asked for ten times a second, ten turns take ten seconds."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 20)
    product()
    waited: list[float] = []
    ended = threading.Event()

    def hog():
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None, timeout=20)
        while not ended.is_set():
            other.execute("BEGIN IMMEDIATE")
            time.sleep(0.05)
            other.execute("COMMIT")
            time.sleep(0.001)
        other.close()

    thread = threading.Thread(target=hog)
    thread.start()
    try:
        for _ in range(5):
            time.sleep(0.1)
            asked = time.monotonic()
            with transaction.atomic():
                Product.objects.update(stock=F("stock") + 1)
            waited.append(time.monotonic() - asked)
            time.sleep(0.1)
            # A statement that is a transaction of its own waits in the same way.
            asked = time.monotonic()
            Product.objects.update(stock=F("stock") + 1)
            waited.append(time.monotonic() - asked)
    finally:
        ended.set()
        thread.join()
    assert sum(waited) < 4


def test_many_rows_in_one_call_are_all_in_or_none(client):
    product("Coffee")
    product("Tea")
    rename = "UPDATE shop_product SET name = %s WHERE name = %s"
    with pytest.raises(Exception, match="NOT NULL"), connection.cursor() as cursor:
        cursor.executemany(rename, [("Cocoa", "Coffee"), (None, "Tea")])
    assert sorted(Product.objects.values_list("name", flat=True)) == ["Coffee", "Tea"]
    with connection.cursor() as cursor:
        cursor.executemany(rename, [("Cocoa", "Coffee"), ("Milk", "Tea")])
    assert sorted(Product.objects.values_list("name", flat=True)) == ["Cocoa", "Milk"]
    with locked(), pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.executemany(rename, [("Coffee", "Cocoa")])
