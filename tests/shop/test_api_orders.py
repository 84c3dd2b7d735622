from uuid import uuid4

import pytest
from django.test import Client

from shop.models import CartLine, Member
from tests.shop.pages import statements
from tests.shop.shelf import product
from tests.shop.test_orders import ordered

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client):
    member = Member.objects.create_user("ada@example.com", "ada@example.com")
    client.force_login(member)
    return member


def test_a_member_lists_own_orders_newest_first_and_nobody_elses(client, ada):
    coffee, tea = product("Coffee"), product("Tea")
    old = ordered(ada, (coffee, 2, "5.00"), days_ago=20)
    new = ordered(ada, (tea, 3, "1.00"), days_ago=2)
    ordered(ada, (coffee, 1, "1.00"), origin="simulated")
    ordered(Member.objects.create_user("b", "b@example.com"), (coffee, 1, "1.00"))
    found = client.get("/api/orders").json()
    assert (found["total"], found["page"], found["pages"]) == (2, 1, 1)
    assert [row["token"] for row in found["orders"]] == [str(new.token), str(old.token)]
    first = found["orders"][0]
    assert (first["packs"], first["total"], first["products"], first["more"]) == (
        3,
        "3.00",
        ["Tea"],
        0,
    )


def test_pages_hold_twenty_and_the_last_stands_for_any_beyond(client, ada):
    coffee = product("Coffee")
    for days in range(21):
        ordered(ada, (coffee, days + 1, "1.00"), days_ago=days)
    found = client.get("/api/orders?page=9").json()
    assert (found["total"], found["page"], found["pages"]) == (21, 2, 2)
    assert [row["packs"] for row in found["orders"]] == [21]
    with statements(4):
        client.get("/api/orders")
    wrong = client.get("/api/orders?page=none")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "invalid")


def test_who_is_not_signed_in_is_told_to(client):
    answer = client.get("/api/orders")
    assert answer.status_code == 403
    assert answer.json()["error"] == {
        "code": "not_authenticated",
        "message": "Sign in to see your orders.",
        "fields": {},
    }


def test_an_order_once_more_tells_what_differs_and_fills_the_cart_once(client, ada):
    coffee, few = product("Coffee", "5.50"), product("Few", "2.00", stock=1)
    gone = product("Gone", "1.00", is_active=False)
    order = ordered(ada, (coffee, 2, "5.00"), (few, 3, "2.25"), (gone, 1, "1.00"))
    address = f"/api/orders/{order.token}/again"
    compared = client.get(address).json()
    assert not CartLine.objects.exists()
    # Two packs at .50 more, and of three at .25 less the one that is left.
    assert compared["change"] == "0.75"
    assert [
        (row["name"], row["available"], row["change"], row["trouble"]) for row in compared["lines"]
    ] == [
        ("Coffee", 50, "0.50", ""),
        ("Few", 1, "-0.25", "only 1 of 3 packs left"),
        ("Gone", 0, "0.00", "no longer sold"),
    ]
    for _ in range(2):
        answer = client.post(address).json()
        assert (answer["asked"], answer["whole"], answer["fewer"]) == (3, 1, 1)
        assert answer["lines"] == compared["lines"]
        assert answer["cart"]["total"] == "13.00"
    assert dict(CartLine.objects.values_list("product__name", "quantity")) == {
        "Coffee": 2,
        "Few": 1,
    }


def test_a_product_that_was_deleted_is_told_without_a_number(client, ada):
    coffee = product("Coffee")
    order = ordered(ada, (coffee, 1, "5.00"))
    coffee.delete()
    [row] = client.get(f"/api/orders/{order.token}/again").json()["lines"]
    assert (row["product_id"], row["trouble"]) == (None, "no longer sold")


def test_it_goes_into_the_cart_of_who_asks_and_no_other(client, ada):
    order = ordered(ada, (product("Coffee"), 2, "5.00"))
    guest = Client()
    assert guest.post(f"/api/orders/{order.token}/again").status_code == 200
    assert guest.get("/api/cart").json()["total"] == "10.00"
    assert client.get("/api/cart").json()["lines"] == []


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_unknown_order_is_said_to_be_unknown(client, method):
    answer = getattr(client, method)(f"/api/orders/{uuid4()}/again")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_order")


def test_a_members_order_again_needs_the_sites_own_token(ada):
    order = ordered(ada, (product("Coffee"), 1, "5.00"))
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    assert strict.post(f"/api/orders/{order.token}/again").status_code == 403
    assert not CartLine.objects.exists()


def test_a_browser_gets_pages_to_read(client, ada):
    order = ordered(ada, (product("Coffee"), 1, "5.00"))
    for address in ("/api/orders", f"/api/orders/{order.token}/again"):
        page = client.get(address, headers={"Accept": "text/html"})
        assert page.headers["Content-Type"].startswith("text/html")
        assert "Coffee" in page.content.decode()
