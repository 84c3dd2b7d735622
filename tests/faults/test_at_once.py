"""TARGETS R2, R3 and R7: what is sent many times at once is one, the last pack is sold to one.

``FAULTS_KEYS``, ``FAULTS_ROUNDS`` and ``FAULTS_EVENTS`` make it larger.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from django.test import Client

from shop import cart, checkout
from shop.errors import Conflict
from shop.models import Order, Product
from tests.shop.shelf import product, shopper
from tracking import hint, log
from tracking.models import Event, Session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

KEYS = int(os.environ.get("FAULTS_KEYS", "5"))
SENT = 20
ROUNDS = int(os.environ.get("FAULTS_ROUNDS", "3"))
BUYERS = 50
EVENTS = int(os.environ.get("FAULTS_EVENTS", "400"))
SENDERS, BATCH = 8, 50
PERSON = {"name": "Ada", "email": "ada@example.org"}

Crowd = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture(autouse=True)
def _quiet(settings, monkeypatch):
    settings.CONSENT = "assume"
    monkeypatch.setattr(hint, "send", lambda: None)


@pytest.fixture
def crowd() -> Iterator[Crowd]:
    """Does so many things at one moment, each in a thread with a connection of its own."""
    with ThreadPoolExecutor(BUYERS) as pool:

        def at_once(works: list[Callable[[], Any]]) -> list[Any]:
            barrier = Barrier(len(works))

            def run(work: Callable[[], Any]) -> Any:
                barrier.wait(timeout=60)
                return work()

            return list(pool.map(run, works))

        yield at_once
        at_once([connections.close_all] * BUYERS)


def test_one_key_sent_twenty_times_at_once_is_one_order_with_one_answer(crowd):
    coffee = product(stock=2 * KEYS)

    def send(shopper: Client, key: str) -> tuple[int, bytes]:
        browser = Client()
        browser.cookies.update(shopper.cookies)
        answer = browser.post(
            "/api/checkout",
            PERSON,
            content_type="application/json",
            headers={"Idempotency-Key": key},
        )
        return answer.status_code, answer.content

    for number in range(KEYS):
        ada = Client()
        line = {"product_id": coffee.pk, "quantity": 1}
        ada.post("/api/cart/lines", line, content_type="application/json")
        answers = Counter(crowd([partial(send, ada, f"key-{number}")] * SENT))
        assert [(status, sent) for (status, _), sent in answers.items()] == [(201, SENT)], answers
    coffee.refresh_from_db()
    assert (Order.objects.count(), log.purchases()) == (KEYS, KEYS)
    assert (coffee.stock, coffee.sold) == (KEYS, KEYS)


def test_the_last_pack_is_sold_to_one_of_fifty(crowd):
    last = product(stock=BUYERS)
    buyers = [shopper() for _ in range(BUYERS)]
    for buyer in buyers:
        cart.add(buyer, last.pk)

    def buy(number: int, key: str) -> str:
        try:
            checkout.place(buyers[number], idempotency_key=key, **PERSON)
        except Conflict as refused:
            return refused.code
        return f"sold to {number}"

    for number in range(ROUNDS):
        Product.objects.update(stock=1)
        answers = crowd([partial(buy, at, f"{number}-{at}") for at in range(BUYERS)])
        [sold] = [answer for answer in answers if answer != "out_of_stock"]
        last.refresh_from_db()
        assert (last.stock, last.sold, Order.objects.count()) == (0, number + 1, number + 1)
        Product.objects.update(stock=1)
        cart.add(buyers[int(sold.removeprefix("sold to "))], last.pk)


def test_every_event_sent_five_times_in_batches_that_overlap_is_one_row(crowd):
    """The same names in another order each time: whoever waits for a row holds rows itself."""
    rng, ada = Random(7), Client()
    seen = {"event_type": "view", "product_id": 1}
    ada.post("/api/track-event", seen, content_type="application/json")
    named = [{**seen, "event_id": str(UUID(int=number + 1))} for number in range(EVENTS)]
    sends = [*named * 5, *[{**seen, "product_id": -1}] * (EVENTS // 4)]
    rng.shuffle(sends)
    batches = [sends[at : at + BATCH] for at in range(0, len(sends), BATCH)]

    def send(mine: list[list[dict[str, Any]]]) -> Counter[str]:
        told: Counter[str] = Counter()
        browser = Client()
        browser.cookies.update(ada.cookies)
        for batch in mine:
            body = {"events": batch}
            answer = browser.post("/api/track-events", body, content_type="application/json")
            assert answer.status_code == 200, answer.content
            told.update(result["status"] for result in answer.json()["results"])
        return told

    told = sum(crowd([partial(send, batches[at::SENDERS]) for at in range(SENDERS)]), Counter())
    assert told == {"stored": EVENTS, "duplicate": 4 * EVENTS, "invalid": EVENTS // 4}
    # And the look that made the visit.
    assert (Event.objects.count(), Session.objects.count()) == (EVENTS + 1, 1)
