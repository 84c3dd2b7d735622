"""What the tests of the pages share: a browser without JavaScript that remembers, and reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from shop.models import Cart, Product


def words(response) -> str:
    """The text that a reader sees, with single spaces."""
    # Cells stand apart, though nothing stands between their tags.
    text = strip_tags(response.content.decode().replace("</t", " </t"))
    return re.sub(r"\s+", " ", text)


def put(client: Client, product: Product, quantity: int = 1) -> None:
    """Puts packs into the cart through the shop's own form."""
    answer = client.post("/cart/add", {"product_id": product.pk, "quantity": quantity})
    assert answer.status_code == 302


def the_cart() -> Cart:
    return Cart.objects.get()


def total(client: Client) -> Decimal:
    """The total as the cart page says it."""
    found = re.search(r'id="total">Total</span> <strong>\$([\d.,]+)<', _page(client))
    assert found, "the cart page shows no total"
    return Decimal(found[1].replace(",", ""))


def _page(client: Client) -> str:
    return client.get("/cart").content.decode()


@contextmanager
def statements(number: int) -> Iterator[None]:
    """So many statements, the ends of transactions (savepoints here) not counted.

    Nor whether the database knows JSON, which each connection is asked once.
    """
    assert connection.features.supports_json_field
    with CaptureQueriesContext(connection) as captured:
        yield
    done = [query["sql"] for query in captured if "SAVEPOINT" not in query["sql"]]
    assert len(done) == number, "\n".join(done)
