"""What the cart page asks of the database, counted exactly, in every state that it can be in.

At most six statements, whoever it is and whatever is in the cart, and those of the log: the visit's
clock is set forward (with consent), a standing slate is looked for, a new one is written.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from recommender.models import TasteState
from recommender.serving import live_ranker, snapshot, taste, vectors
from shop.models import Member
from tests.recommender.conftest import start_afresh
from tests.recommender.market import coffees, imported_order
from tests.shop.pages import put, statements
from tests.shop.shelf import CheapestFirst, product_type, swap

pytestmark = pytest.mark.django_db

RANKED, TOLD = "recommender.serving.provider.RankedSwaps", "tests.shop.shelf.CheapestFirst"
CART_DIET_AND_PRODUCTS = 3
TASTE, STOCK, ACCOUNT = 1, 1, 1
CLOCK, LOOKED_FOR, WRITTEN = 1, 1, 1


@pytest.fixture(params=[RANKED, TOLD], ids=["ranked", "told"])
def provider(settings, request, monkeypatch):
    settings.SWAP_PROVIDER = request.param
    settings.CONSENT = "assume"
    # Every few seconds a process asks whether ranker and catalogue have changed.
    settings.RECOMMENDER = {"CHECK_SECONDS": 3600.0, "EXPLORATION_SHARE": 0.0}
    # Beside busy neighbours a test takes longer than an event needs to be settled.
    monkeypatch.setattr(taste, "SETTLED", timedelta(hours=1))
    monkeypatch.setattr(CheapestFirst, "pairs", [])
    start_afresh()
    yield request.param
    start_afresh()


@pytest.fixture(params=[1, 10, 50])
def shelf(request):
    """So many kinds of coffee at 9, 4 and 2 dollars; the first fits two swaps in a row."""
    return [
        coffees("9.00", "4.00", "2.00", kind=product_type(f"Kind {number}"))
        for number in range(request.param)
    ]


def member(client, *bought):
    ada = Member.objects.create_user("ada@example.com", "ada@example.com")
    client.force_login(ada)
    if bought:
        imported_order(ada, *bought, placed_at=timezone.now())


def over_budget(client, shelf, *, accepted):
    """Fills the cart; with ``accepted`` the first coffee is swapped for the middle one."""
    for dear, _, _ in shelf:
        put(client, dear)
    dear, middle, cheap = shelf[0]
    CheapestFirst.pairs = [
        swap(dear, 1, middle, quantity=1, saving_cents=500),
        swap(middle, 1, cheap, quantity=1, saving_cents=200),
    ]
    for cached in (live_ranker, snapshot, vectors):
        cached.current()
    client.post("/cart/budget", {"budget": "1"})
    if accepted:
        slate = client.get("/cart").context["slate"]
        [row] = [row for row in slate.suggestions if row.product == middle]
        client.post("/cart/swaps/accept", {"qid": slate.qid, "position": row.position})


@pytest.mark.parametrize("accepted", [False, True], ids=["none accepted", "one accepted"])
@pytest.mark.parametrize("who", ["guest", "member", "member who bought"])
def test_a_cart_over_budget_costs_at_most_6_and_what_the_log_writes(
    client, provider, shelf, who, accepted
):
    if who != "guest":
        member(client, *(shelf[0] if who == "member who bought" else ()))
    over_budget(client, shelf, accepted=accepted)
    if who == "member who bought":
        # What was bought before is summed up once, for good: one statement at the first panel ever.
        if provider == RANKED and not accepted:
            client.get("/cart")
            client.post("/cart/budget", {"budget": "1.50"})
        assert TasteState.objects.exists() == (provider == RANKED)
    account = 0 if who == "guest" else ACCOUNT
    ranked = provider == RANKED
    standing = CART_DIET_AND_PRODUCTS + account + (TASTE if ranked else 0)
    new = standing + (STOCK if ranked else 0)
    assert max(standing, new) <= 6
    with statements(new + CLOCK + LOOKED_FOR + WRITTEN):
        first = client.get("/cart")
    assert first.context["slate"].suggestions
    assert any(line.swap for line in first.context["cart"].lines) == accepted
    with statements(standing + CLOCK + LOOKED_FOR):
        again = client.get("/cart")
    assert again.context["slate"].qid == first.context["slate"].qid


def test_without_consent_it_costs_a_member_the_same_and_no_clock(client, provider, shelf, settings):
    settings.CONSENT = "ask"
    member(client)
    over_budget(client, shelf, accepted=True)
    ranked = provider == RANKED
    standing = CART_DIET_AND_PRODUCTS + ACCOUNT + (TASTE if ranked else 0)
    with statements(standing + (STOCK if ranked else 0) + LOOKED_FOR + WRITTEN):
        assert client.get("/cart").context["slate"].suggestions
    with statements(standing + LOOKED_FOR):
        client.get("/cart")
    assert not TasteState.objects.exists()


@pytest.mark.parametrize("accepted", [False, True], ids=["none accepted", "one accepted"])
def test_within_the_budget_it_costs_a_guest_1_and_a_member_2(client, provider, shelf, accepted):
    over_budget(client, shelf, accepted=accepted)
    client.post("/cart/budget", {"budget": ""})
    client.get("/cart")
    with statements(1):
        client.get("/cart")
    member(client)
    over_budget(client, shelf, accepted=accepted)
    client.post("/cart/budget", {"budget": ""})
    client.get("/cart")
    with statements(2):
        client.get("/cart")
