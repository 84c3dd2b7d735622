"""A member costs one statement more than a visitor, and stays within the same limits.

But for one: over the budget with a swap accepted the cart asks for seven, of which one sets the
visit's clock forward for the log.
"""

import pytest
from django.utils import timezone

from shop import tree, vocabulary
from shop.models import Favourite, Member, PriceChange
from tests.shop.pages import put, statements
from tests.shop.shelf import CheapestFirst, product, swap

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(params=[1, 10, 50])
def member(client, settings, request):
    """A member with so many lines in the cart and as many favourites, who agreed."""
    settings.CONSENT = "assume"
    settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
    ada = Member.objects.create_user("ada@example.com", "ada@example.com")
    client.force_login(ada)
    for number in range(request.param):
        one = product(f"Item {number}", brand=f"Brand {number}")
        put(client, one)
        Favourite.objects.create(shopper_key=f"m:{ada.pk}", product=one)
    for held in (tree, vocabulary):
        held.current()
    return client


def test_shelves_cost_a_member_4_and_a_product_5_whatever_its_past(member):
    tea = product("Tea", brand="Leaf")
    PriceChange.objects.bulk_create(
        PriceChange(product=tea, price=price, regular_price=5, since=timezone.now())
        for price in range(1, 41)
    )
    with statements(4):
        member.get("/search?search=item")
    with statements(4):
        member.get("/c/grocery")
    with statements(5):
        member.get(tea.get_absolute_url())


def test_an_add_and_a_step_cost_a_member_8(member):
    another = product("Another")
    with statements(8):
        member.post("/cart/add", {"product_id": another.pk}, **HTMX)
    with statements(8):
        member.post("/cart/packs", {"product_id": another.pk, "quantity": 2}, **HTMX)


def test_the_cart_costs_a_member_2_over_budget_6_and_a_swap_later_7(member, monkeypatch):
    with statements(2):
        member.get("/cart")
    dear, cheap, cheapest = (
        product("Dear", "5.00"),
        product("Cheap", "4.00"),
        product("Cheapest", "2.00"),
    )
    put(member, dear)
    pairs = [
        swap(dear, 1, cheap, quantity=1, saving_cents=100),
        swap(cheap, 1, cheapest, quantity=1, saving_cents=200),
    ]
    monkeypatch.setattr(CheapestFirst, "pairs", pairs)
    member.post("/cart/budget", {"budget": "1"})
    qid = member.get("/cart").context["slate"].qid
    with statements(6):
        member.get("/cart")
    member.post("/cart/swaps/accept", {"qid": qid, "position": "1"})
    assert member.get("/cart").context["slate"].suggestions
    with statements(7):
        member.get("/cart")
