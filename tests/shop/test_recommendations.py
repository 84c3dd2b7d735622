from decimal import Decimal

import numpy as np
import pytest

from shop import cart
from shop.contents import cart_of
from shop.models import CartLine, DismissedProduct, Product
from shop.recommendations import swaps_for
from tests.shop.shelf import Broken, CheapestFirst, product, product_type, shopper, swap
from tracking.models import Slate

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def provider(settings, monkeypatch):
    settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
    monkeypatch.setattr(CheapestFirst, "pairs", [])
    monkeypatch.setattr(CheapestFirst, "asked", 0)
    return CheapestFirst


def over_budget(*products: Product, budget: str = "1.00", quantity: int = 1):
    caller = shopper()
    for one in products:
        cart.add(caller, one.pk, quantity)
    cart.set_budget(caller, Decimal(budget))
    return caller


def panel(caller, **fields):
    return swaps_for(caller, cart_of(caller), **fields)


def test_an_empty_cart_no_budget_and_a_kept_budget_ask_nobody(provider):
    caller = shopper()
    assert panel(caller).message == "Your cart is empty."
    cart.add(caller, product(price="5.00").pk, 1)
    assert panel(caller).message.startswith("Set a budget")
    cart.set_budget(caller, Decimal("5.00"))
    slate = panel(caller)
    assert slate.message.startswith("Your cart is within your budget: ")
    assert (slate.qid, slate.policy, slate.suggestions) == (None, "", ())
    assert provider.asked == 0
    assert not Slate.objects.exists()


def test_a_swap_is_shown_with_its_figures_to_the_cent(provider):
    anchor = product("Kilo", "5.00", amount=Decimal(1000), size_text="1 kg")
    candidate = product("Half", "2.20", size_text="500 g")
    caller = over_budget(anchor, quantity=2)
    provider.pairs = [swap(anchor, 2, candidate, quantity=4, saving_cents=120)]
    slate = panel(caller)
    assert slate.message == "Found 1 hybrid AI cheaper alternative"
    assert (slate.policy, slate.ranker_tag) == ("ltr", "test-ranker")
    assert slate.weights_line == "weights of ltr"
    (found,) = slate.suggestions
    assert (found.position, found.quantity, found.anchor_quantity) == (1, 4, 2)
    assert (found.saving, found.total_after) == (Decimal("1.20"), Decimal("8.80"))
    assert (found.unit_price.text, found.anchor_unit_price.text) == (
        "$0.44 per 100 g",
        "$0.50 per 100 g",
    )
    assert found.difference == "4 packs of 500 g instead of 2 of 1 kg; same amount"
    assert found.reasons == ("saves the most",)


def test_incomparable_sizes_claim_nothing_per_unit(provider):
    anchor, candidate = product(price="5.00"), product(price="4.00", amount=None)
    caller = over_budget(anchor)
    provider.pairs = [swap(anchor, 1, candidate, quantity=1, saving_cents=100)]
    (found,) = panel(caller).suggestions
    assert (found.unit_price, found.anchor_unit_price) == (None, None)
    assert found.difference == "sizes not comparable: one for one"


def test_what_is_logged_is_what_is_shown(provider):
    anchor = product(price="5.00")
    gone, shown = product(price="4.00", stock=0), product(price="3.00")
    caller = over_budget(anchor)
    provider.pairs = [
        swap(anchor, 1, gone, quantity=1, saving_cents=100, features=(9.0, 9.0)),
        swap(anchor, 1, shown, quantity=1, saving_cents=200, features=(0.1, float("nan"))),
    ]
    slate = panel(caller)
    row = Slate.objects.get(pk=slate.qid)
    assert [item["product"] for item in row.items] == [shown.pk]
    assert row.items[0]["position"] == 1 == slate.suggestions[0].position
    np.testing.assert_array_equal(np.frombuffer(row.features), [0.1, np.nan])
    assert (row.policy, row.ranker_tag, row.inputs) == ("ltr", "test-ranker", {"total": "5.00"})


@pytest.mark.parametrize(
    ("gone_stock", "likely", "logged"),
    [(50, (0.9, 0.95), [0.9, 0.95]), (0, (0.9, 0.95), [None]), (0, (1.0, 1.0), [1.0])],
)
def test_propensities_of_places_that_moved_up_are_unknown_unless_there_was_no_chance(
    provider, gone_stock, likely, logged
):
    anchor = product(price="5.00")
    gone, shown = product(price="4.00", stock=gone_stock), product(price="3.00")
    caller = over_budget(anchor)
    provider.pairs = [
        swap(anchor, 1, gone, quantity=1, saving_cents=100, propensity=likely[0]),
        swap(anchor, 1, shown, quantity=1, saving_cents=200, propensity=likely[1]),
    ]
    slate = panel(caller)
    assert [item["propensity"] for item in Slate.objects.get().items] == logged
    # The slate stands and is read from the log.
    assert panel(caller) == slate


@pytest.mark.parametrize(
    "change",
    [{"price": Decimal("4.50")}, {"stock": 0}, {"is_active": False}, {"amount": Decimal(100)}],
)
def test_what_moved_since_the_ranking_is_not_shown(provider, change):
    anchor, candidate = product(price="5.00"), product(price="4.00")
    caller = over_budget(anchor)
    provider.pairs = [swap(anchor, 1, candidate, quantity=1, saving_cents=100)]
    Product.objects.filter(pk=candidate.pk).update(**change)
    slate = panel(caller)
    assert slate.suggestions == ()
    assert slate.message == "Found no cheaper alternative that keeps what you need."


def test_a_candidate_that_lost_a_diet_tag_since_is_not_shown(provider):
    anchor = product(price="5.00", diet_tags=["vegan"])
    candidate = product(price="4.00", diet_tags=["vegan", "fat-free"])
    caller = over_budget(anchor)
    provider.pairs = [swap(anchor, 1, candidate, quantity=1, saving_cents=100)]
    assert len(panel(caller).suggestions) == 1
    Product.objects.filter(pk=candidate.pk).update(diet_tags=["fat-free"])
    assert panel(caller).suggestions == ()


def test_what_is_in_the_cart_or_dismissed_is_not_shown(provider):
    anchor, owned, refused = product(price="5.00"), product(price="4.00"), product(price="3.00")
    caller = over_budget(anchor, owned)
    DismissedProduct.objects.create(shopper_key=caller.shopper_key, product=refused)
    provider.pairs = [
        swap(anchor, 1, owned, quantity=1, saving_cents=100),
        swap(anchor, 1, refused, quantity=1, saving_cents=200),
    ]
    assert panel(caller).suggestions == ()


def test_the_same_slate_stands_until_something_changes(provider):
    anchor, candidate = product(price="5.00"), product(price="4.00")
    caller = over_budget(anchor)
    provider.pairs = [swap(anchor, 1, candidate, quantity=1, saving_cents=100)]
    first = panel(caller)
    assert panel(caller) == first
    assert provider.asked == 1
    cart.set_budget(caller, Decimal("2.00"))
    second = panel(caller)
    assert second.qid != first.qid
    cart.add(caller, product().pk, 1)
    assert panel(caller).qid not in {first.qid, second.qid}
    assert provider.asked == 3


def test_a_standing_slate_leaves_out_what_moved_and_keeps_positions(provider):
    anchor = product(price="5.00")
    one, two = product(price="4.00"), product(price="3.00")
    caller = over_budget(anchor)
    provider.pairs = [
        swap(anchor, 1, one, quantity=1, saving_cents=100),
        swap(anchor, 1, two, quantity=1, saving_cents=200),
    ]
    first = panel(caller)
    Product.objects.filter(pk=one.pk).update(stock=0)
    again = panel(caller)
    assert again.qid == first.qid
    assert [row.position for row in again.suggestions] == [2]


def test_a_failing_provider_gives_the_cheapest_unit_price_and_says_so(settings, caplog):
    settings.SWAP_PROVIDER = "tests.shop.shelf.Broken"
    anchor = product(price="5.00")
    dear, cheap = product("Dear", "4.00"), product("Cheap", "2.00", amount=Decimal(250))
    best = product("Best", "3.00")
    caller = over_budget(anchor)
    slate = panel(caller)
    assert slate.policy == "cheapest"
    assert [row.product for row in slate.suggestions] == [best, dear, cheap]
    assert "not available" in slate.weights_line
    assert "no ranker today" in caplog.text
    row = Slate.objects.get(pk=slate.qid)
    assert (row.policy, bytes(row.features)) == ("cheapest", b"")
    assert panel(caller).qid == slate.qid


def test_a_provider_that_cannot_be_loaded_gives_the_cheapest_too(settings):
    settings.SWAP_PROVIDER = "no.such.Provider"
    caller = over_budget(product(price="5.00"))
    product(price="4.00")
    assert panel(caller).policy == "cheapest"


@pytest.mark.parametrize("fields", [{"score": float("nan")}, {"features": (1.0,)}])
def test_a_ranking_that_cannot_be_logged_gives_the_cheapest(provider, fields):
    anchor, one, two = product(price="5.00"), product(price="4.00"), product(price="3.00")
    caller = over_budget(anchor)
    provider.pairs = [
        swap(anchor, 1, one, quantity=1, saving_cents=100, **fields),
        swap(anchor, 1, two, quantity=1, saving_cents=200),
    ]
    assert panel(caller).policy == "cheapest"


def test_a_recovered_provider_is_asked_again(settings, monkeypatch):
    settings.SWAP_PROVIDER = "tests.shop.shelf.Broken"
    anchor, candidate = product(price="5.00"), product(price="4.00")
    caller = over_budget(anchor)
    assert panel(caller).policy == "cheapest"
    monkeypatch.setattr(Broken, "rank", CheapestFirst.rank)
    monkeypatch.setattr(
        CheapestFirst, "pairs", [swap(anchor, 1, candidate, quantity=1, saving_cents=100)]
    )
    assert panel(caller).policy == "ltr"


def test_the_message_counts_what_is_shown(provider):
    anchor = product(price="5.00")
    candidates = [product(price="4.00") for _ in range(7)]
    caller = over_budget(anchor)
    provider.pairs = [swap(anchor, 1, one, quantity=1, saving_cents=100) for one in candidates]
    assert panel(caller).message == "Found 6 hybrid AI cheaper alternatives"
    assert len(panel(caller, size=5).suggestions) == 5


@pytest.mark.parametrize("lines", [1, 10, 50])
def test_a_panel_costs_the_same_sql_at_any_size(provider, lines, django_assert_num_queries):
    products = [product(price="5.00", category=product_type("Tea")) for _ in range(lines)]
    candidate = product(price="4.00")
    caller = over_budget(*products)
    provider.pairs = [swap(products[0], 1, candidate, quantity=1, saving_cents=100)]
    contents = cart_of(caller)
    # Preferences, the standing slate, the shown products, the new slate.
    with django_assert_num_queries(4):
        assert swaps_for(caller, contents).suggestions
    # Preferences, the standing slate, the shown products.
    with django_assert_num_queries(3):
        assert swaps_for(caller, contents).suggestions
    assert CartLine.objects.count() == lines
