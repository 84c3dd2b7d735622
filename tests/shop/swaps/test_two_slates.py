from decimal import Decimal

import pytest

from shop import cart, checkout, swaps
from shop.contents import cart_of
from shop.models import CartLine
from shop.recommendations import swaps_for
from tests.shop.shelf import product, swap
from tests.shop.swaps.kitchen import events

pytestmark = pytest.mark.django_db


class Twice:
    """Two anchors, and a slate for each that offers the same candidate."""

    def __init__(self, kitchen, provider):
        self.caller, self.candidate = kitchen.caller, kitchen.candidate
        self.first, self.anchor = kitchen.qid, kitchen.anchor
        self.late = product("Late anchor", "6.00")
        cart.add(self.caller, self.late.pk, 1)
        provider.pairs = [swap(self.late, 1, self.candidate, quantity=1, saving_cents=190)]
        self.second = swaps_for(self.caller, cart_of(self.caller)).qid
        kitchen.accept()
        swaps.accept(self.caller, qid=self.second, position=1)

    def line(self):
        return CartLine.objects.get(product=self.candidate)


@pytest.fixture
def twice(kitchen, provider):
    return Twice(kitchen, provider)


def test_what_two_slates_brought_is_a_purchase_of_both_and_one_line_of_the_order(twice):
    assert (twice.line().quantity, twice.line().qid) == (3, twice.second)
    order = checkout.place(twice.caller, name="A", email="a@example.org", idempotency_key="k")
    bought = [item for item in events("purchase") if item[0] == twice.candidate.pk]
    assert bought == [(twice.candidate.pk, qid, 1) for qid in (twice.first, twice.second)]
    lines = order.lines.filter(product=twice.candidate)
    assert list(lines.values_list("quantity", "qid")) == [(3, twice.second)]
    # 2 x (5.00 - 4.10) + (6.00 - 4.10)
    assert order.saved == Decimal("3.70")


def test_undoing_the_second_leaves_the_line_to_the_first_alone(twice):
    swaps.undo(twice.caller, qid=twice.second, position=1)
    assert twice.line().slate_items == [(twice.first, 1)]
    swaps.undo(twice.caller, qid=twice.first, position=1)
    held = {row.product for row in cart_of(twice.caller).lines}
    assert twice.candidate not in held
    assert {twice.anchor, twice.late} <= held


def test_what_two_slates_brought_is_taken_out_as_both(twice):
    cart.remove(twice.caller, twice.line().pk)
    removed = events("cart_remove")
    assert removed == [(twice.candidate.pk, qid, 1) for qid in (twice.first, twice.second)]


def test_what_two_slates_brought_and_another_swap_replaces_comes_back_as_both(twice, provider):
    rows = list(CartLine.objects.order_by("pk").values())
    cheaper = product("Cheaper", "4.00")
    provider.pairs = [swap(twice.candidate, 3, cheaper, quantity=3, saving_cents=30)]
    third = swaps_for(twice.caller, cart_of(twice.caller)).qid
    swaps.accept(twice.caller, qid=third, position=1)
    both = [(twice.candidate.pk, qid, 1) for qid in (twice.first, twice.second)]
    assert events("cart_remove") == both
    assert CartLine.objects.get(product=cheaper).slate_items == [(third, 1)]
    swaps.undo(twice.caller, qid=third, position=1)
    assert events("cart_return") == both
    assert list(CartLine.objects.order_by("pk").values()) == rows
