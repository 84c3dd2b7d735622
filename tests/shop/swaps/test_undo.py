from decimal import Decimal

import pytest

from shop import cart, swaps
from shop.contents import cart_of
from shop.errors import Conflict, Missing
from shop.models import AcceptedSwap, CartLine
from shop.recommendations import swaps_for
from tests.shop.shelf import product, swap
from tests.shop.swaps.kitchen import events

pytestmark = pytest.mark.django_db


def test_undo_puts_back_exactly_what_was_there(kitchen):
    rows = kitchen.rows()
    kitchen.accept()
    assert kitchen.rows() != rows
    kitchen.undo()
    assert kitchen.rows() == rows
    assert events("swap_undo") == [(kitchen.candidate.pk, kitchen.qid, 1)]


def test_a_repeated_undo_changes_nothing(kitchen):
    kitchen.accept()
    first = kitchen.undo()
    rows = kitchen.rows()
    assert kitchen.undo() == first
    assert kitchen.rows() == rows
    assert len(events("swap_undo")) == 1


def test_after_an_undo_the_swap_can_be_accepted_again(kitchen):
    kitchen.accept()
    kitchen.undo()
    kitchen.accept()
    assert cart_of(kitchen.caller).total == Decimal("11.53")
    kitchen.undo()
    assert cart_of(kitchen.caller).total == Decimal("13.33")


def test_after_the_anchor_was_put_back_by_hand_the_swap_can_be_accepted_again(kitchen):
    kitchen.accept()
    cart.remove(kitchen.caller, CartLine.objects.get(product=kitchen.candidate).pk)
    kitchen.accept()
    assert cart_of(kitchen.caller).total == Decimal("3.33")
    cart.add(kitchen.caller, kitchen.anchor.pk, 2)
    assert kitchen.accept().total_after == Decimal("11.53")
    assert cart_of(kitchen.caller).total == Decimal("11.53")
    assert AcceptedSwap.objects.filter(undone_at=None).count() == 1


def test_what_was_never_accepted_cannot_be_undone(kitchen):
    with pytest.raises(Missing) as refused:
        kitchen.undo()
    assert refused.value.code == "not_accepted"


@pytest.mark.parametrize("change", ["quantity", "removed", "anchor_back"])
def test_a_line_changed_since_cannot_be_undone(kitchen, change):
    kitchen.accept()
    line = CartLine.objects.get(product=kitchen.candidate)
    if change == "quantity":
        cart.set_quantity(kitchen.caller, line.pk, 3)
    elif change == "removed":
        cart.remove(kitchen.caller, line.pk)
    else:
        cart.add(kitchen.caller, kitchen.anchor.pk, 1)
    rows = kitchen.rows()
    with pytest.raises(Conflict) as refused:
        kitchen.undo()
    assert refused.value.code == "line_changed"
    assert kitchen.rows() == rows


def test_a_candidate_with_a_line_of_its_own_takes_the_packs_and_gives_them_back(kitchen):
    cart.add(kitchen.caller, kitchen.candidate.pk, 3)
    rows = kitchen.rows()
    kitchen.accept()
    found = {row.product: row.quantity for row in cart_of(kitchen.caller).lines}
    assert found == {kitchen.other: 1, kitchen.candidate: 5}
    # 10.00 + 3.33 + 12.30 − 1.80
    assert cart_of(kitchen.caller).total == Decimal("23.83")
    kitchen.undo()
    assert kitchen.rows() == rows


def test_swaps_on_swaps_are_undone_in_turn(kitchen, provider):
    rows = kitchen.rows()
    kitchen.accept()
    cheaper = product("Cheaper", "4.00")
    provider.pairs = [swap(kitchen.candidate, 2, cheaper, quantity=2, saving_cents=20)]
    second = swaps_for(kitchen.caller, cart_of(kitchen.caller))
    swaps.accept(kitchen.caller, qid=second.qid, position=1)
    with pytest.raises(Conflict):
        kitchen.undo()
    swaps.undo(kitchen.caller, qid=second.qid, position=1)
    kitchen.undo()
    assert kitchen.rows() == rows
