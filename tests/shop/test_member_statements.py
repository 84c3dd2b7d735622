"""A member costs one statement more than a visitor, and stays within the same limits."""

import pytest
from django.utils import timezone

from shop import tree, vocabulary
from shop.models import Favourite, Member, PriceChange
from tests.shop.pages import put, statements
from tests.shop.shelf import product

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(params=[1, 10, 50])
def member(client, settings, request):
    """A member with so many lines in the cart and as many favourites, who agreed."""
    settings.CONSENT = "assume"
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
