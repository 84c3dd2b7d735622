"""From the shop's pages to the training set: what one visit without JavaScript teaches."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from recommender.learning import frames
from recommender.ranking.features.schema import NAMES
from recommender.serving import taste
from tests.recommender import market
from tests.shop.pages import put
from tracking import log
from tracking.models import Slate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _consent(settings):
    settings.CONSENT = "assume"


def _labels(**assembled) -> dict[int, int]:
    """Label by product of all slates that train."""
    rows = frames.assemble(**assembled).rows
    return dict(zip(rows["product_id"].tolist(), rows["label"].tolist(), strict=True))


def _panel(client) -> list[dict]:
    """The swaps of the cart's panel, each as the fields that its buttons send."""
    client.get("/cart")
    body = client.get("/api/cart/swaps").json()
    return [
        {"qid": body["qid"], "position": row["position"], "product": row["product"]["id"]}
        for row in body["suggestions"]
    ]


def _press(client, verb: str, swap: dict) -> None:
    answer = client.post(f"/cart/swaps/{verb}", {k: swap[k] for k in ("qid", "position")})
    assert answer.status_code == 302


def _order(client) -> None:
    form = client.get("/checkout").context["form"]
    hidden = {name: form[name].value() for name in ("idempotency_key", "expected_total")}
    answer = client.post("/checkout", {"name": "Ann", "email": "ann@example.org", **hidden})
    assert answer.status_code == 302


def test_what_was_looked_at_taken_back_and_bought_is_graded_and_the_rest_is_left_out(client):
    anchor, *_ = market.coffees("9.00", "8.00", "7.00", "6.00", "5.00")
    put(client, anchor)
    client.post("/cart/budget", {"budget": "3.00"})
    looked, taken_back, kept, left = _panel(client)
    client.get(f"/p/{looked['product']}", {k: looked[k] for k in ("qid", "position")})
    _press(client, "accept", taken_back)
    _press(client, "undo", taken_back)
    _press(client, "accept", kept)
    now = timezone.now()
    # Until the order is placed "nothing happened" means nothing, and nothing trains.
    assert _labels(now=now) == {}
    _order(client)
    now = timezone.now()
    learned = _labels(now=now)
    assert learned == {looked["product"]: 1, taken_back["product"]: 0, kept["product"]: 3}
    assert left["product"] not in learned
    slate = log.slate(kept["qid"])
    assert len(slate.features) == 4 * len(NAMES) * 8


def test_a_swap_that_is_back_since_the_one_after_it_was_undone_counts_as_before(client):
    anchor, *_ = market.coffees("9.00", "8.00", "7.00", "6.00", "5.00")
    put(client, anchor)
    client.post("/cart/budget", {"budget": "3.00"})
    found = {row["product"]: row for row in _panel(client)}
    first = found[min(found)]
    _press(client, "accept", first)
    second = next(row for row in _panel(client) if row["product"] != first["product"])
    _press(client, "accept", second)
    qid = UUID(first["qid"])
    assert frames.of([qid]).labels.tolist() == [0]
    _press(client, "undo", second)
    assert frames.of([qid]).labels.tolist() == [2]
    shopper = log.slate(qid).shopper_key
    known = taste.of(shopper, member_id=None, now=timezone.now(), consent=True)
    assert [(kind, product) for kind, product, _ in known.facts["actions"]] == [
        ("cart_add", anchor.pk),
        ("swap_accept", first["product"]),
        ("swap_accept", second["product"]),
        ("swap_undo", second["product"]),
    ]
    _order(client)
    assert frames.of([qid]).labels.tolist() == [3]


def test_what_the_panel_and_a_products_page_brought_is_bought_from_both(client):
    dear, other, *_ = market.coffees("9.00", "8.00", "7.00", "6.00", "5.00")
    put(client, dear)
    put(client, other)
    client.post("/cart/budget", {"budget": "3.00"})
    client.get(f"/p/{other.pk}/alternatives")
    [page] = Slate.objects.filter(placement="product_page")
    alternatives = {item["product"]: item["position"] for item in page.items}
    body = client.get("/api/cart/swaps").json()
    row = next(
        row
        for row in body["suggestions"]
        if row["anchor"]["id"] == dear.pk and row["product"]["id"] in alternatives
    )
    candidate = row["product"]["id"]
    _press(client, "accept", {"qid": body["qid"], "position": row["position"]})
    _press(client, "accept", {"qid": page.pk, "position": alternatives[candidate]})
    assert frames.of([UUID(body["qid"]), page.pk]).labels.tolist() == [2, 2]
    _order(client)
    assert frames.of([UUID(body["qid"]), page.pk]).labels.tolist() == [3, 3]
    known = taste.of(page.shopper_key, member_id=None, now=timezone.now(), consent=True)
    assert known.facts["sums"][str(candidate)][0] == 1


def test_what_is_seen_and_never_bought_trains_after_seven_days(client):
    anchor, *_ = market.coffees("9.00", "8.00", "7.00")
    put(client, anchor)
    client.post("/cart/budget", {"budget": "3.00"})
    seen, left = _panel(client)
    item = {"product_id": seen["product"], "qid": seen["qid"], "position": seen["position"]}
    event = {"event_type": "impression", **item}
    told = client.post("/api/track-event", event, "application/json")
    assert told.json()["stored"]
    served_at = log.slate(seen["qid"]).served_at
    for late, learned in ((-1, {}), (0, {seen["product"]: 0})):
        assert _labels(now=served_at + timedelta(days=7, seconds=late)) == learned
    assert left["product"] != seen["product"]
