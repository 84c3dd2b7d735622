"""What the pages ask of the database with the real ranking behind the panel, counted exactly."""

from __future__ import annotations

from decimal import Decimal

import pytest

from recommender.serving import live_ranker, snapshot, vectors
from shop import tree, vocabulary
from shop.models import Cart, Order
from tests.recommender.market import coffees
from tests.shop.pages import put, statements
from tests.shop.shelf import product, product_type
from tracking import log
from tracking.models import Counter

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[1, 10, 50])
def shopper(client, settings, request):
    """So many lines, each of a type of its own with a cheaper product, and a budget below."""
    settings.CONSENT = "assume"
    settings.SWAP_PROVIDER = "recommender.serving.provider.RankedSwaps"
    # Every few seconds a process asks whether ranker, catalogue and words have changed.
    settings.RECOMMENDER = {**settings.RECOMMENDER, "CHECK_SECONDS": 3600.0}
    for number in range(request.param):
        dear, _ = coffees("9.00", "4.00", kind=product_type(f"Kind {number}"))
        put(client, dear)
    client.post("/cart/budget", {"budget": "5"})
    vocabulary.current()
    for cached in (live_ranker, snapshot, vectors):
        cached.current()
    return client


def test_with_the_cart_over_budget_shelves_and_products_cost_no_more(shopper):
    another = product("Another tea")
    product("Cheaper now", "1.00", usual_price=Decimal("2.00"))
    for held in (vocabulary, tree):
        held.current()
    with statements(2):
        shopper.get("/")
    with statements(3):
        shopper.get("/search?search=coffee")
    with statements(3):
        shopper.get("/c/grocery")
    with statements(4):
        shopper.get(another.get_absolute_url())
    with statements(7):
        shopper.post("/cart/add", {"product_id": another.pk}, headers={"HX-Request": "true"})


def test_the_checkout_costs_1_statement_and_an_order_15(shopper):
    with statements(1):
        form = shopper.get("/checkout").context["form"]
    Counter.objects.create(pk=log.PURCHASES)
    hidden = {name: form[name].value() for name in ("idempotency_key", "expected_total")}
    with statements(15):
        shopper.post("/checkout", {"name": "Ada", "email": "ada@example.com", **hidden})
    assert Order.objects.count() == 1
    assert not Cart.objects.get().lines.exists()
