"""An anonymous shopper's taste becomes their account's at sign-in, and the slates of both hold."""

from __future__ import annotations

import pytest
from django.utils import timezone

from recommender import skew
from recommender.models import TasteState
from recommender.serving import snapshot, taste
from shop.models import Member
from tests.recommender import market
from tracking import log, visitor
from tracking.models import Slate

pytestmark = pytest.mark.django_db
LONG_AND_RARE = "a long and rare one"


@pytest.fixture(autouse=True)
def _consent(settings):
    settings.CONSENT = "assume"


@pytest.fixture
def ann() -> Member:
    return Member.objects.create_user("ann@example.org", "ann@example.org", LONG_AND_RARE)


def _taste(shopper_key: str, member_id: int | None = None, session_id=None):
    known = taste.of(shopper_key, member_id=member_id, now=timezone.now(), consent=True)
    return known.as_of(snapshot.current(), member_id=member_id, session_id=session_id, diet_tags=())


def _panel(client) -> dict:
    return client.get("/api/cart/swaps").json()


def _over_budget(client, *products) -> dict:
    for product in products:
        client.post(
            "/api/cart/lines", {"product_id": product.pk, "quantity": 1}, "application/json"
        )
    client.put("/api/cart/budget", {"budget": "3.00"}, "application/json")
    return _panel(client)


def _sign_in(client) -> None:
    answer = client.post(
        "/account/sign-in", {"login": "ann@example.org", "password": LONG_AND_RARE}
    )
    assert answer.status_code == 302


def test_the_next_slate_of_the_account_knows_what_the_visitor_did(client, ann):
    dear, other, *rest = market.coffees("9.00", "8.00", "7.00", "6.00", "5.00")
    bought = timezone.now() - timezone.timedelta(days=30)
    market.imported_order(ann, rest[0], placed_at=bought)
    served = _over_budget(client, dear, other)
    first = served["suggestions"][0]
    swap = {"qid": served["qid"], "position": first["position"]}
    client.post("/api/cart/swaps", swap, "application/json")
    guest = Slate.objects.get(pk=served["qid"]).shopper_key
    before = _taste(guest)
    _sign_in(client)
    key = f"m:{ann.pk}"
    session = log.slate(_panel(client)["qid"]).session_id
    after = _taste(key, ann.pk, session)
    # Carted a minute ago as a visitor, and bought a month ago as a member.
    assert after.last_touched == {
        **before.last_touched,
        rest[0].pk: bought.timestamp(),
    }
    assert after.session_products == (other.pk, dear.pk)
    facts = taste.of(key, member_id=ann.pk, now=timezone.now(), consent=True).facts
    assert facts["swaps"] == [1, 0]


def test_slates_from_before_and_after_are_rebuilt_from_their_events(client, ann):
    dear, other, *_ = market.coffees("9.00", "8.00", "7.00", "6.00", "5.00")
    qids = [_over_budget(client, dear, other)["qid"]]
    _sign_in(client)
    qids.append(_panel(client)["qid"])
    assert qids[0] != qids[1]
    rows = [row for qid in qids if (row := log.slate(qid)) is not None]
    assert [row.shopper_key[0] for row in rows] == ["v", "m"]
    found = skew.check(rows)
    assert (found.slates, found.differences, found.tastes) == (2, 0, 0)


def test_a_stored_taste_of_the_account_takes_it_up_too(client, ann, monkeypatch):
    dear, other, *_ = market.coffees("9.00", "8.00", "7.00", "6.00", "5.00")
    market.imported_order(ann, dear, placed_at=timezone.now())
    _taste(f"m:{ann.pk}", ann.pk)
    assert TasteState.objects.filter(pk=f"m:{ann.pk}").exists()
    client.get("/")
    _over_budget(client, other)
    _sign_in(client)
    assert other.pk in _taste(f"m:{ann.pk}", ann.pk).last_touched


def test_whoever_signs_out_is_a_stranger_again(client, ann):
    dear, other, *_ = market.coffees("9.00", "8.00", "7.00", "6.00", "5.00")
    _over_budget(client, dear)
    _sign_in(client)
    client.post("/account/sign-out")
    qid = _over_budget(client, other)["qid"]
    slate = log.slate(qid)
    assert slate.shopper_key.startswith("v:")
    assert _taste(slate.shopper_key, None, slate.session_id).session_products == (other.pk,)
    assert visitor.member_shopper_key(ann.pk) != slate.shopper_key
