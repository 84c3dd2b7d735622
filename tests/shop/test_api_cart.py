import re
from decimal import Decimal

import pytest

from shop.models import Cart, CartLine
from tests.shop.shelf import product
from tracking.models import Event, Session, Visitor

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture(autouse=True)
def remembered(settings):
    settings.CONSENT = "assume"


def add(client, one, quantity=1):
    return client.post(
        "/api/cart/lines", {"product_id": one.pk, "quantity": quantity}, content_type=JSON
    )


def test_reading_a_cart_writes_no_row(client):
    answer = client.get("/api/cart")
    assert answer.json() == {
        "lines": [],
        "fee": "0.00",
        "total": "0.00",
        "budget": None,
        "over_by": None,
        "left": None,
        "percent": None,
        "words": "No budget is set.",
    }
    assert [model for model in (Cart, Visitor, Session) if model.objects.exists()] == []


def test_lines_and_figures_have_two_decimals(client):
    coffee = product("Coffee", "4.20", brand="Meadow")
    created = add(client, coffee, 2)
    assert created.status_code == 201
    assert created.json()["line_total"] == "8.40"
    client.put("/api/cart/budget", {"budget": "8.00"}, content_type=JSON)
    found = client.get("/api/cart").json()
    assert (found["total"], found["budget"], found["over_by"]) == ("8.40", "8.00", "0.40")
    assert (found["left"], found["percent"]) == ("0.00", 105)
    (line,) = found["lines"]
    assert (line["quantity"], line["line_total"], line["problem"]) == (2, "8.40", "")
    shown = line["product"]
    assert (shown["name"], shown["brand"], shown["price"]) == ("Coffee", "Meadow", "4.20")
    assert (shown["unit_price"], shown["unit_price_text"]) == ("0.84", "$0.84 per 100 g")


def test_the_fee_is_told_so_that_the_lines_come_to_the_total(client, settings):
    settings.PACKING_FEE = Decimal("2.50")
    assert client.get("/api/cart").json()["fee"] == "0.00"
    add(client, product("Coffee", "4.20"), 2)
    found = client.get("/api/cart").json()
    assert (found["fee"], found["total"]) == ("2.50", "10.90")


def test_two_browsers_have_two_carts(client, django_assert_num_queries):
    add(client, product())
    stranger = type(client)()
    assert stranger.get("/api/cart").json()["lines"] == []
    line = CartLine.objects.get()
    for verb in ("patch", "delete"):
        answer = getattr(stranger, verb)(
            f"/api/cart/lines/{line.pk}", {"quantity": 5}, content_type=JSON
        )
        assert answer.status_code == 404
        assert answer.json()["error"]["code"] == "unknown_line"
    assert CartLine.objects.get().quantity == 1


def test_a_line_is_changed_and_taken_out(client):
    line = add(client, product()).json()["id"]
    changed = client.patch(f"/api/cart/lines/{line}", {"quantity": 3}, content_type=JSON)
    assert (changed.status_code, changed.json()["quantity"]) == (200, 3)
    assert client.delete(f"/api/cart/lines/{line}").status_code == 204
    assert client.delete(f"/api/cart/lines/{line}").status_code == 404
    kinds = Event.objects.order_by("pk").values_list("event_type", flat=True)
    assert list(kinds) == ["cart_add", "cart_add", "cart_remove"]


def test_short_stock_answers_409_with_what_is_left(client):
    answer = add(client, product("Coffee", stock=3), 4)
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["code"] == "out_of_stock"
    assert error["message"] == "Coffee: Only 3 left in stock."
    assert error["fields"]["available"] == 3


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        "7",
        '"text"',
        "{",
        "{}",
        '{"product_id": null}',
        '{"product_id": "x"}',
        '{"product_id": 1.5}',
        '{"product_id": true}',
        '{"product_id": NaN}',
        '{"product_id": 1e400}',
        '{"product_id": [1]}',
        '{"product_id": {"$gt": 0}}',
        '{"product_id": -1}',
        '{"product_id": %s}' % ("9" * 400),
        '{"product_id": %s}' % ("9" * 5000),
        '{"product_id": "\\u0000"}',
        '{"product_id": "\\ud800"}',
        '{"product_id": 1, "quantity": 0}',
        '{"product_id": 1, "quantity": 100}',
        '{"product_id": 1, "quantity": "two"}',
        "[" * 5000,
        '{"a":' * 5000,
    ],
)
def test_a_hostile_body_is_refused_and_never_an_error_of_ours(client, body):
    for path in ("/api/cart/lines", "/api/cart/swaps", "/api/cart/swaps/undo"):
        answer = client.generic("POST", path, body, content_type=JSON)
        assert answer.status_code == 400, (path, answer.content)
        assert set(answer.json()["error"]) == {"code", "message", "fields"}
    assert client.generic("PUT", "/api/cart/budget", body, content_type=JSON).status_code == 400
    answer = client.generic("POST", "/api/checkout", body, JSON, HTTP_IDEMPOTENCY_KEY="k")
    assert answer.status_code == 400


@pytest.mark.parametrize("budget", ["0", "-1", "NaN", "Infinity", "1e30", "1.001", [], {}, True])
def test_a_budget_that_is_no_amount_is_refused(client, budget):
    answer = client.put("/api/cart/budget", {"budget": budget}, content_type=JSON)
    assert answer.status_code == 400
    assert "budget" in answer.json()["error"]["fields"]
    assert not Cart.objects.exists()


@pytest.mark.parametrize("nothing", [None, ""])
def test_null_or_an_empty_field_clears_the_budget(client, nothing):
    client.put("/api/cart/budget", {"budget": 25}, content_type=JSON)
    assert Cart.objects.get().budget == Decimal("25.00")
    answer = client.put("/api/cart/budget", {"budget": nothing}, content_type=JSON)
    assert answer.json()["budget"] is None


@pytest.mark.parametrize("path", ["/api/cart/lines/999999999999999999999999", "/api/cart/lines/0"])
def test_a_line_that_cannot_exist_is_unknown(client, path):
    add(client, product())
    assert client.delete(path).status_code == 404


@pytest.mark.parametrize("lines", [1, 10, 50])
def test_reading_and_adding_cost_the_same_sql_at_any_size(client, lines, django_assert_num_queries):
    for _ in range(lines):
        add(client, product())
    with django_assert_num_queries(1):
        client.get("/api/cart")
    more = product()
    # The session's clock, savepoint and release, cart (2), product, line, insert, event; the
    # answer's brand and category (1).
    with django_assert_num_queries(9):
        add(client, more)


def selects(page):
    """Names of the page's select boxes; the one for the media type of a raw body is DRF's own."""
    return set(re.findall(rb'<select name="(\w+)"', page.content))


@pytest.mark.parametrize("path", ["/api/cart", "/api/cart/swaps", "/api/products"])
def test_a_browser_gets_a_page(client, path):
    for _ in range(30):
        product()
    answer = client.get(path, HTTP_ACCEPT="text/html")
    assert answer.status_code == 200
    assert "text/html" in answer["Content-Type"]
    assert selects(answer) <= {b"_content_type"}


def test_the_form_to_add_takes_plain_inputs(client):
    one = product()
    page = client.get("/api/cart/lines", HTTP_ACCEPT="text/html")
    assert page.status_code == 405
    assert selects(page) <= {b"_content_type"}
    assert b'name="product_id"' in page.content
    assert client.post("/api/cart/lines", {"product_id": one.pk}).status_code == 201


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        ("application/x-www-form-urlencoded", "a=1&" * 3000),
        ("application/x-www-form-urlencoded", "product_id=%00"),
        ("multipart/form-data; boundary=b", "--b\r\nnot a part"),
        ("multipart/form-data", "no boundary"),
        ("application/json; charset=nonsense", "{}"),
        ("text/plain", "product_id=1"),
        ("", "{}"),
    ],
)
def test_a_hostile_form_is_refused_and_never_an_error_of_ours(client, media_type, body):
    answer = client.generic("POST", "/api/cart/lines", body, content_type=media_type)
    assert 400 <= answer.status_code < 500
