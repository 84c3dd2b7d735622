from dataclasses import replace
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection

from shop import cart, checkout, receipts, swaps
from shop.contents import cart_of
from shop.errors import Conflict, Invalid, Reused
from shop.models import AcceptedSwap, CartLine, Member, Order, Product
from shop.recommendations import swaps_for
from tests.shop.shelf import CheapestFirst, product, shopper, swap
from tracking import hint, log, record
from tracking.models import Event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def quiet_broker(monkeypatch):
    sent = []
    monkeypatch.setattr(hint, "send", lambda: sent.append(1))
    return sent


def place(caller, key="key-1", **fields):
    given = {"name": "Ada", "email": "ada@example.org", **fields}
    return checkout.place(caller, idempotency_key=key, **given)


def basket(*packs: tuple[Product, int]):
    caller = shopper()
    for one, quantity in packs:
        cart.add(caller, one.pk, quantity)
    return caller


def test_an_order_keeps_what_was_bought_at_which_price():
    coffee, tea = product("Coffee", "2.35", stock=9), product("Tea", "1.10", stock=4)
    caller = basket((coffee, 3), (tea, 4))
    cart.set_budget(caller, Decimal("20.00"))
    order = place(caller)
    # 3 × 2.35 + 4 × 1.10
    assert order.total == Decimal("11.45")
    assert order.budget == Decimal("20.00")
    lines = order.lines.order_by("pk").values_list("name", "quantity", "price")
    assert list(lines) == [("Coffee", 3, Decimal("2.35")), ("Tea", 4, Decimal("1.10"))]
    assert list(Product.objects.order_by("pk").values_list("stock", "sold")) == [(6, 3), (0, 4)]
    assert cart_of(caller).lines == ()
    assert cart_of(caller).budget == Decimal("20.00")


def test_a_purchase_is_counted_and_recorded_in_the_same_transaction(
    quiet_broker, django_capture_on_commit_callbacks
):
    coffee, tea = product(), product()
    caller = basket((coffee, 1), (tea, 1))
    with django_capture_on_commit_callbacks(execute=True):
        order = place(caller)
    assert log.purchases() == 1
    rows = Event.objects.filter(event_type="purchase").values_list("product_id", "order_id")
    assert sorted(rows) == [(coffee.pk, order.pk), (tea.pk, order.pk)]
    assert quiet_broker == [1]


def test_a_failure_at_the_end_leaves_everything_as_it_was(monkeypatch):
    coffee = product(stock=5)
    caller = basket((coffee, 2))

    def fails(*args, **kwargs):
        raise RuntimeError("the log is full")

    monkeypatch.setattr(record, "purchase", fails)
    with pytest.raises(RuntimeError):
        place(caller)
    assert not Order.objects.exists()
    assert Product.objects.get().stock == 5
    assert cart_of(caller).count == 2


def test_a_simulated_order_does_not_count():
    order = place(basket((product(), 1)), origin="simulated")
    assert order.origin == "simulated"
    assert log.purchases() == 0


def test_an_empty_cart_is_refused():
    with pytest.raises(Invalid) as refused:
        place(shopper())
    assert refused.value.code == "empty_cart"


def test_a_total_that_moved_is_refused_with_the_difference():
    coffee = product(price="2.00", stock=5)
    caller = basket((coffee, 2))
    Product.objects.update(price=Decimal("2.25"))
    with pytest.raises(Conflict, match=r"now costs \$4.50, \$0.50 more than shown") as refused:
        place(caller, expected_total=Decimal("4.00"))
    assert refused.value.code == "total_changed"
    assert refused.value.fields == {
        "expected_total": "4.00",
        "total": "4.50",
        "difference": "0.50",
    }
    assert Product.objects.get().stock == 5
    assert place(caller, expected_total=Decimal("4.50")).total == Decimal("4.50")


def test_one_short_line_sells_nothing():
    coffee, tea = product("Coffee", stock=9), product("Tea", stock=4)
    caller = basket((coffee, 3), (tea, 4))
    Product.objects.filter(pk=tea.pk).update(stock=3)
    with pytest.raises(Conflict, match=r"Tea: Only 3 left in stock\.") as refused:
        place(caller)
    assert refused.value.code == "out_of_stock"
    assert refused.value.fields == {"lines": [{"product_id": tea.pk, "wanted": 4, "available": 3}]}
    assert list(Product.objects.order_by("pk").values_list("stock", flat=True)) == [9, 3]
    assert not Order.objects.exists()


def test_a_product_taken_off_sale_is_not_sold():
    coffee = product("Coffee")
    caller = basket((coffee, 1))
    Product.objects.update(is_active=False)
    with pytest.raises(Conflict, match="Coffee is no longer sold"):
        place(caller)


def test_the_same_key_and_request_get_the_first_order():
    caller = basket((product(stock=5), 1))
    first = place(caller)
    cart.add(caller, product().pk, 1)
    assert place(caller) == first
    assert Order.objects.count() == 1
    assert log.purchases() == 1
    assert cart_of(caller).count == 1


@pytest.mark.parametrize(
    "other", [{"name": "Eve"}, {"email": "e@example.org"}, {"expected_total": Decimal("5.00")}]
)
def test_the_same_key_with_another_request_is_refused(other):
    caller = basket((product(), 1))
    place(caller)
    with pytest.raises(Reused) as refused:
        place(caller, **other)
    assert refused.value.status_code == 422


def test_signing_in_between_two_tries_is_one_order():
    caller = basket((product(), 1))
    first = place(caller)
    member = Member.objects.create(email="a@example.org", username="a")
    assert place(replace(caller, member_id=member.pk, shopper_key=f"m:{member.pk}")) == first


def test_two_shoppers_may_draw_the_same_key():
    assert place(basket((product(), 1))) != place(basket((product(), 1)))


@pytest.mark.parametrize("lines", [1, 10, 50])
def test_a_checkout_costs_the_same_sql_at_any_size(lines, django_assert_num_queries):
    place(basket((product(), 1)))
    caller = basket(*[(product(), 1) for _ in range(lines)])
    # Savepoint and release, cart (2), key, lines, stock, order, order lines, swaps, emptying,
    # purchase events, functional slates (1), counter (2).
    with django_assert_num_queries(15):
        place(caller)


class TestSavings:
    @pytest.fixture(autouse=True)
    def accepted(self, settings, monkeypatch):
        settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
        self.anchor, self.candidate = product("Anchor", "5.00"), product("Candidate", "4.10")
        self.caller = basket((self.anchor, 2))
        cart.set_budget(self.caller, Decimal("9.00"))
        pair = swap(self.anchor, 2, self.candidate, quantity=2, saving_cents=180)
        monkeypatch.setattr(CheapestFirst, "pairs", [pair])
        self.qid = swaps_for(self.caller, cart_of(self.caller)).qid
        swaps.accept(self.caller, qid=self.qid, position=1)

    def test_the_slate_item_travels_to_order_line_and_event(self):
        order = place(self.caller)
        line = order.lines.get()
        assert (line.product, line.qid, line.position) == (self.candidate, self.qid, 1)
        event = Event.objects.get(event_type="purchase")
        assert (event.qid, event.position) == (self.qid, 1)

    def test_the_receipt_tells_what_was_saved(self, django_assert_num_queries):
        token = place(self.caller).token
        with django_assert_num_queries(3):
            receipt = receipts.receipt(receipts.order_by_token(token))
        assert (receipt.saved, receipt.without_swaps) == (Decimal("1.80"), Decimal("10.00"))
        assert receipt.brought_within
        (kept,) = receipt.swaps
        assert (kept.anchor, kept.product, kept.saving) == (
            self.anchor,
            self.candidate,
            Decimal("1.80"),
        )

    def test_packs_removed_since_save_nothing(self):
        line = CartLine.objects.get()
        cart.set_quantity(self.caller, line.pk, 1)
        order = place(self.caller)
        assert order.saved == Decimal("0.00")
        assert receipts.receipt(order).swaps == []

    def test_more_packs_than_swapped_keep_the_saving(self):
        cart.set_quantity(self.caller, CartLine.objects.get().pk, 3)
        assert place(self.caller).saved == Decimal("1.80")

    def test_an_undone_swap_saves_nothing(self):
        swaps.undo(self.caller, qid=self.qid, position=1)
        order = place(self.caller)
        assert (order.total, order.saved) == (Decimal("10.00"), Decimal("0.00"))

    def test_prices_that_moved_before_the_checkout_count_as_they_are_paid(self):
        Product.objects.filter(pk=self.anchor.pk).update(price=Decimal("4.60"))
        order = place(self.caller)
        assert order.saved == Decimal("1.00")
        assert receipts.receipt(order).swaps[0].saving == Decimal("1.00")

    def test_a_chain_of_swaps_saves_its_sum(self, monkeypatch):
        third = product("Third", "4.00")
        pair = swap(self.candidate, 2, third, quantity=2, saving_cents=20)
        # The provider of the test answers the same for every query.
        monkeypatch.setattr(CheapestFirst, "pairs", [pair])
        cart.set_budget(self.caller, Decimal("1.00"))
        qid = swaps_for(self.caller, cart_of(self.caller)).qid
        swaps.accept(self.caller, qid=qid, position=1)
        order = place(self.caller)
        assert (order.total, order.saved) == (Decimal("8.00"), Decimal("2.00"))
        assert AcceptedSwap.objects.filter(order=order, cart=None).count() == 2

    def test_a_repeated_accept_after_the_checkout_gets_the_first_answer(self):
        order = place(self.caller)
        again = swaps.accept(self.caller, qid=self.qid, position=1)
        assert (again.order, again.saving) == (order, Decimal("1.80"))
        assert cart_of(self.caller).lines == ()


def at_once(number, work):
    barrier = Barrier(number)
    answers = []

    def run(index):
        try:
            barrier.wait(timeout=10)
            answers.append(work(index))
        except Exception as refused:  # the answer is what the test judges
            answers.append(refused)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


@pytest.mark.django_db(transaction=True)
def test_the_last_unit_is_sold_once():
    for _ in range(3):
        last = product(stock=1)
        callers = [basket((last, 1)) for _ in range(8)]
        answers = at_once(8, lambda index, callers=callers: place(callers[index]))
        sold = [answer for answer in answers if isinstance(answer, Order)]
        refused = [answer for answer in answers if isinstance(answer, Conflict)]
        assert (len(sold), len(refused)) == (1, 7), answers
        last.refresh_from_db()
        assert (last.stock, last.sold) == (0, 1)


@pytest.mark.django_db(transaction=True)
def test_one_key_at_once_is_one_order():
    for round_number in range(3):
        caller = basket((product(stock=9), 1))
        before = log.purchases()
        answers = at_once(8, lambda _, caller=caller, key=f"key-{round_number}": place(caller, key))
        assert {getattr(answer, "pk", answer) for answer in answers} == {Order.objects.last().pk}
        assert log.purchases() == before + 1
