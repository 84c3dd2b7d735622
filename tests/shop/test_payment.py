"""A payment provider is one small class; this one charges cards, as an example to copy."""

from __future__ import annotations

from decimal import Decimal

import pytest

from shop.models import CartLine, Order, Product
from shop.payment import Declined
from tests.shop.pages import put, words
from tests.shop.shelf import product

pytestmark = pytest.mark.django_db


class Cards:
    """What a provider's own package would do over HTTP is a dictionary here."""

    charges: dict[str, Decimal] = {}
    refuses = False

    def promise(self, total: Decimal) -> str:
        return f"Your card is charged ${total:.2f} now."

    def thanks(self, reference: str) -> str:
        return f"Paid by card ({reference})."

    def take(self, total: Decimal, *, email: str, key: str) -> str:
        if self.refuses:
            raise Declined("Your bank refused the card; nothing was charged.")
        # The provider's own idempotency key keeps a second try from charging again.
        self.charges.setdefault(key, total)
        return f"card-{list(self.charges).index(key) + 1}"


@pytest.fixture(autouse=True)
def _cards(settings):
    settings.PAYMENT = "tests.shop.test_payment.Cards"
    Cards.charges, Cards.refuses = {}, False


def filled(client, **changes):
    form = client.get("/checkout").context["form"]
    hidden = {name: str(form[name].value()) for name in ("idempotency_key", "expected_total")}
    return {**hidden, "name": "Ada", "email": "ada@example.com", **changes}


def test_an_order_is_charged_once_and_tells_its_reference(client):
    put(client, product("Coffee", "2.50"), 2)
    assert "Your card is charged $5.00 now." in words(client.get("/checkout"))
    sent = filled(client)
    address = client.post("/checkout", sent).headers["Location"]
    assert client.post("/checkout", sent).headers["Location"] == address
    assert list(Cards.charges.values()) == [Decimal("5.00")]
    assert Order.objects.get().payment_reference == "card-1"
    assert "Paid by card (card-1)." in words(client.get(address))


def test_a_refused_card_is_told_and_nothing_is_sold(client):
    coffee = product("Coffee", stock=7)
    put(client, coffee, 2)
    Cards.refuses = True
    sent = filled(client)
    answer = client.post("/checkout", sent)
    assert answer.status_code == 402
    assert "Your bank refused the card; nothing was charged." in words(answer)
    assert 'value="ada@example.com"' in answer.content.decode()
    assert not Order.objects.exists()
    assert (Product.objects.get().stock, CartLine.objects.get().quantity) == (7, 2)
    Cards.refuses = False
    assert client.post("/checkout", sent).status_code == 302


def test_over_http_a_refusal_has_its_code(client):
    put(client, product())
    Cards.refuses = True
    answer = client.post(
        "/api/checkout",
        {"name": "Ada", "email": "ada@example.com"},
        content_type="application/json",
        HTTP_IDEMPOTENCY_KEY="1",
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (402, "payment_declined")
