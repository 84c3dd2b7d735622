from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from shop import cart, refusals, swaps
from shop.contents import cart_of
from shop.errors import Conflict, Missing
from shop.models import AcceptedSwap, CartLine, DismissedProduct, Member, Product
from shop.recommendations import swaps_for
from tests.shop.shelf import product, shopper, swap
from tests.shop.swaps.kitchen import events
from tracking.models import Event

pytestmark = pytest.mark.django_db


def test_the_total_falls_by_exactly_the_promised_saving(kitchen):
    before = cart_of(kitchen.caller).total
    promised = kitchen.slate.suggestions[0]
    done = kitchen.accept()
    after = cart_of(kitchen.caller)
    assert before == Decimal("13.33")
    assert after.total == before - promised.saving == promised.total_after == Decimal("11.53")
    assert (done.saving, done.total_after) == (Decimal("1.80"), Decimal("11.53"))


def test_the_line_keeps_its_place_and_carries_the_slate_item(kitchen):
    line = CartLine.objects.get(product=kitchen.anchor)
    kitchen.accept()
    first = cart_of(kitchen.caller).lines[0]
    assert (first.id, first.product, first.quantity) == (line.pk, kitchen.candidate, 2)
    assert (first.qid, first.position) == (kitchen.qid, 1)
    assert events("swap_accept") == [(kitchen.candidate.pk, kitchen.qid, 1)]


def test_a_repeated_accept_gets_the_first_answer_and_changes_nothing(kitchen):
    first = kitchen.accept()
    rows = kitchen.rows()
    Product.objects.update(price=Decimal("9.99"), stock=0)
    assert kitchen.accept() == first
    assert kitchen.rows() == rows
    assert len(events("swap_accept")) == 1
    assert AcceptedSwap.objects.count() == 1


@pytest.mark.parametrize(
    ("which", "price", "saving", "words"),
    [
        ("candidate", "4.30", "1.40", "would now save $1.40, not $1.80"),
        ("anchor", "4.00", "-0.20", "would now cost $0.20 more, not save $1.80"),
    ],
)
def test_a_price_that_moved_is_refused_with_the_difference(kitchen, which, price, saving, words):
    Product.objects.filter(pk=getattr(kitchen, which).pk).update(price=Decimal(price))
    rows = kitchen.rows()
    with pytest.raises(Conflict, match=words.replace("$", r"\$")) as refused:
        kitchen.accept()
    assert refused.value.code == "price_changed"
    assert refused.value.fields["promised_saving"] == "1.80"
    assert refused.value.fields["saving"] == saving
    assert kitchen.rows() == rows


def test_a_candidate_that_lost_a_diet_tag_since_is_refused(kitchen):
    Product.objects.filter(pk=kitchen.anchor.pk).update(diet_tags=["vegan", "gluten-free"])
    Product.objects.filter(pk=kitchen.candidate.pk).update(diet_tags=["gluten-free", "fat-free"])
    rows = kitchen.rows()
    with pytest.raises(Conflict) as refused:
        kitchen.accept()
    assert refused.value.code == "diet_tag_lost"
    assert refused.value.message == "Candidate no longer carries what Anchor does: Vegan."
    assert refused.value.fields["tags"] == ["vegan"]
    assert kitchen.rows() == rows


def test_a_pack_that_shrank_is_refused_and_no_price_is_said_to_have_changed(kitchen, provider):
    # Two packs of 450 g still cover nine tenths of 1 kg, but 4.90 for 450 g is more than 5 for 500.
    nearly = product("Nearly as dear", "4.90")
    provider.pairs = [swap(kitchen.anchor, 2, nearly, quantity=2, saving_cents=20)]
    cart.set_budget(kitchen.caller, Decimal("9.00"))
    kitchen.qid = swaps_for(kitchen.caller, cart_of(kitchen.caller)).qid
    Product.objects.filter(pk=nearly.pk).update(amount=Decimal(450))
    with pytest.raises(Conflict, match="A size has changed") as refused:
        kitchen.accept()
    assert refused.value.code == "price_changed"


def test_stock_that_ran_out_is_refused_with_what_is_left(kitchen):
    Product.objects.filter(pk=kitchen.candidate.pk).update(stock=1)
    with pytest.raises(Conflict) as refused:
        kitchen.accept()
    assert refused.value.code == "out_of_stock"
    assert refused.value.fields["available"] == 1


def test_a_product_taken_off_sale_is_refused(kitchen):
    Product.objects.filter(pk=kitchen.candidate.pk).update(is_active=False)
    with pytest.raises(Conflict) as refused:
        kitchen.accept()
    assert refused.value.code == "not_sold"


def test_a_cart_that_changed_is_refused(kitchen):
    line = CartLine.objects.get(product=kitchen.anchor)
    cart.set_quantity(kitchen.caller, line.pk, 3)
    with pytest.raises(Conflict) as refused:
        kitchen.accept()
    assert refused.value.code == "cart_changed"
    assert refused.value.fields == {
        "product_id": kitchen.anchor.pk,
        "quantity_then": 2,
        "quantity_now": 3,
    }
    cart.remove(kitchen.caller, line.pk)
    with pytest.raises(Conflict) as refused:
        kitchen.accept()
    assert refused.value.fields["quantity_now"] == 0


def test_a_foreign_slate_is_as_unknown_as_none(kitchen):
    stranger = shopper()
    cart.add(stranger, kitchen.anchor.pk, 2)
    for verb in (swaps.accept, refusals.dismiss):
        with pytest.raises(Missing) as foreign:
            verb(stranger, qid=kitchen.qid, position=1)
        with pytest.raises(Missing) as none:
            verb(stranger, qid=uuid4(), position=1)
        assert foreign.value.code == none.value.code == "unknown_slate"
    with pytest.raises(Missing):
        swaps.undo(stranger, qid=kitchen.qid, position=1)


def test_a_position_that_was_not_shown_is_unknown(kitchen):
    with pytest.raises(Missing) as refused:
        kitchen.accept(position=2)
    assert refused.value.code == "unknown_position"


def test_a_slate_from_before_signing_in_still_counts(kitchen):
    member = Member.objects.create(email="a@example.org", username="a")
    account = replace(kitchen.caller, member_id=member.pk, shopper_key=f"m:{member.pk}")
    cart.merge(kitchen.caller.shopper_key, account.shopper_key)
    assert kitchen.accept(caller=account).saving == Decimal("1.80")


def test_stock_must_cover_the_packs_already_in_the_cart_too(kitchen):
    cart.add(kitchen.caller, kitchen.candidate.pk, 9)
    with pytest.raises(Conflict) as refused:
        kitchen.accept()
    assert refused.value.fields == {
        "product_id": kitchen.candidate.pk,
        "available": 10,
        "in_cart": 9,
    }


def test_an_accepted_swap_that_another_replaces_was_not_kept(kitchen, provider):
    def told():
        rows = Event.objects.filter(qid=kitchen.qid).order_by("pk")
        return list(rows.values_list("event_type", "product_id", "position"))

    kitchen.accept()
    cheaper = product("Cheaper", "4.00")
    provider.pairs = [swap(kitchen.candidate, 2, cheaper, quantity=2, saving_cents=20)]
    second = swaps_for(kitchen.caller, cart_of(kitchen.caller))
    first = kitchen.candidate.pk
    swaps.accept(kitchen.caller, qid=second.qid, position=1)
    assert told() == [("swap_accept", first, 1), ("cart_remove", first, 1)]
    swaps.undo(kitchen.caller, qid=second.qid, position=1)
    assert told()[2:] == [("cart_return", first, 1)]


def test_not_this_is_never_offered_again(kitchen):
    for _ in range(2):
        refusals.dismiss(kitchen.caller, qid=kitchen.qid, position=1)
    assert DismissedProduct.objects.get().product == kitchen.candidate
    assert events("swap_dismiss") == [(kitchen.candidate.pk, kitchen.qid, 1)]
    assert swaps_for(kitchen.caller, cart_of(kitchen.caller)).suggestions == ()


def test_without_consent_swaps_work_and_nothing_is_recorded(provider):
    caller = cart.Caller(uuid4(), None, None, "v:quiet", False, True)
    anchor, candidate = product(price="5.00"), product(price="4.00")
    cart.add(caller, anchor.pk, 1)
    cart.set_budget(caller, Decimal("1.00"))
    provider.pairs = [swap(anchor, 1, candidate, quantity=1, saving_cents=100)]
    slate = swaps_for(caller, cart_of(caller))
    swaps.accept(caller, qid=slate.qid, position=1)
    assert cart_of(caller).total == Decimal("4.00")
    assert not Event.objects.exists()


@pytest.mark.parametrize("lines", [1, 10, 50])
def test_an_accept_costs_the_same_sql_at_any_size(kitchen, lines, django_assert_num_queries):
    for _ in range(lines):
        CartLine.objects.create(
            cart_id=CartLine.objects.first().cart_id, product=product(), quantity=1
        )
    # Savepoint and release, cart (2), first answer, slate, lines, products, line, total, swap,
    # event.
    with django_assert_num_queries(12):
        kitchen.accept()
