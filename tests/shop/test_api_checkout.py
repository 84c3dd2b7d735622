from decimal import Decimal
from uuid import uuid4

import pytest

from shop.models import Order, Product
from tests.shop.shelf import product
from tracking import hint

pytestmark = pytest.mark.django_db
JSON = "application/json"
BODY = {"name": "Ada", "email": "ada@example.org"}


@pytest.fixture(autouse=True)
def quiet(settings, monkeypatch):
    settings.CONSENT = "assume"
    monkeypatch.setattr(hint, "send", lambda: None)


@pytest.fixture
def full_cart(client):
    one = product("Coffee", "4.20", stock=5)
    client.post("/api/cart/lines", {"product_id": one.pk, "quantity": 2}, content_type=JSON)


def buy(client, key="key-1", **body):
    headers = {} if key is None else {"Idempotency-Key": key}
    return client.post("/api/checkout", {**BODY, **body}, content_type=JSON, headers=headers)


@pytest.mark.usefixtures("full_cart")
def test_an_order_answers_with_its_receipt(client):
    client.put("/api/cart/budget", {"budget": "10"}, content_type=JSON)
    answer = buy(client, expected_total="8.40")
    assert answer.status_code == 201
    found = answer.json()
    order = Order.objects.get()
    assert found.pop("token") == str(order.token)
    assert found.pop("placed_at")
    assert found == {
        "name": "Ada",
        "lines": [
            {
                "product_id": order.lines.get().product_id,
                "name": "Coffee",
                "quantity": 2,
                "price": "4.20",
            }
        ],
        "fee": "0.00",
        "total": "8.40",
        "budget": "10.00",
        "over_by": "0.00",
        "saved": "0.00",
        "without_swaps": "8.40",
        "swaps": [],
    }


@pytest.mark.usefixtures("full_cart")
def test_the_fee_of_an_order_is_told(client, settings):
    settings.PACKING_FEE = Decimal("2.50")
    found = buy(client, expected_total="10.90").json()
    assert (found["fee"], found["total"]) == ("2.50", "10.90")


@pytest.mark.usefixtures("full_cart")
def test_the_same_request_again_gets_the_same_answer(client):
    first = buy(client)
    again = buy(client)
    assert (again.status_code, again.content) == (201, first.content)
    assert client.get(f"/api/orders/{first.json()['token']}").content == first.content
    assert Product.objects.get().stock == 3


@pytest.mark.usefixtures("full_cart")
def test_the_same_key_with_another_request_is_refused(client):
    buy(client)
    answer = buy(client, name="Eve")
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "idempotency_key_reused"


@pytest.mark.usefixtures("full_cart")
@pytest.mark.parametrize("key", [None, "", "   ", "x" * 81, "a\tb"])
def test_without_a_usable_key_nothing_is_bought(client, key):
    answer = buy(client, key)
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["error"]["message"]
    assert not Order.objects.exists()


def test_an_empty_cart_is_400(client):
    answer = buy(client)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "empty_cart")


@pytest.mark.usefixtures("full_cart")
def test_a_total_that_moved_is_409_with_the_difference(client):
    answer = buy(client, expected_total="8.00")
    assert answer.status_code == 409
    assert answer.json()["error"]["fields"] == {
        "expected_total": "8.00",
        "total": "8.40",
        "difference": "0.40",
    }


@pytest.mark.usefixtures("full_cart")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "a\0b"),
        ("name", {}),
        ("email", "nobody"),
        ("email", None),
        ("expected_total", "NaN"),
        ("expected_total", []),
        ("expected_total", 1e300),
    ],
)
def test_a_wrong_field_is_named(client, field, value):
    answer = buy(client, **{field: value})
    assert answer.status_code == 400
    assert field in answer.json()["error"]["fields"]
    assert not Order.objects.exists()


def test_an_unknown_order_is_404(client):
    assert client.get(f"/api/orders/{uuid4()}").status_code == 404
    assert client.get("/api/orders/1").status_code == 404
