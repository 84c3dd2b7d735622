"""A cart with a slate that offers a swap; what tests of swaps begin with."""

from decimal import Decimal

from shop import cart, swaps
from shop.contents import cart_of
from shop.models import CartLine
from shop.recommendations import swaps_for
from tests.shop.shelf import product, shopper, swap
from tracking.models import Event


class Kitchen:
    """A cart with two packs of an anchor at 5.00, and a slate that offers a candidate at 4.10."""

    def __init__(self, provider):
        self.caller = shopper()
        self.anchor = product("Anchor", "5.00")
        self.other = product("Other", "3.33")
        self.candidate = product("Candidate", "4.10", stock=10)
        cart.add(self.caller, self.anchor.pk, 2)
        cart.add(self.caller, self.other.pk, 1)
        cart.set_budget(self.caller, Decimal("10.00"))
        provider.pairs = [swap(self.anchor, 2, self.candidate, quantity=2, saving_cents=180)]
        self.slate = swaps_for(self.caller, cart_of(self.caller))
        self.qid = self.slate.qid

    def accept(self, position=1, caller=None):
        return swaps.accept(caller or self.caller, qid=self.qid, position=position)

    def undo(self):
        return swaps.undo(self.caller, qid=self.qid, position=1)

    def rows(self):
        return list(CartLine.objects.order_by("pk").values())


def events(event_type):
    rows = Event.objects.filter(event_type=event_type).order_by("pk")
    return list(rows.values_list("product_id", "qid", "position"))
