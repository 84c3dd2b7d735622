import pytest
from django.test import Client

from shop.models import Favourite, Member
from tests.shop.shelf import product
from tracking.models import Visitor

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture
def ada(client):
    member = Member.objects.create_user("ada@example.com", "ada@example.com")
    client.force_login(member)
    return member


def add(client, product_id):
    return client.post("/api/favourites", {"product_id": product_id}, content_type=JSON)


def names(client):
    return [row["name"] for row in client.get("/api/favourites").json()["favourites"]]


def test_a_member_adds_lists_and_takes_out_favourites(client, ada):
    coffee, tea = product("Coffee", "4.20"), product("Tea")
    answer = add(client, coffee.pk)
    assert answer.status_code == 201
    assert (answer.json()["id"], answer.json()["price"], answer.json()["on_sale"]) == (
        coffee.pk,
        "4.20",
        True,
    )
    add(client, tea.pk)
    add(client, tea.pk)
    assert names(client) == ["Tea", "Coffee"]
    for _ in range(2):
        assert client.delete(f"/api/favourites/{tea.pk}").status_code == 204
    assert names(client) == ["Coffee"]


def test_everybody_sees_and_changes_own_favourites_only(client, ada):
    coffee = product("Coffee")
    add(client, coffee.pk)
    guest, bob = Client(), Client()
    bob.force_login(Member.objects.create_user("bob", "bob@example.com"))
    for other in (guest, bob):
        assert names(other) == []
        assert other.delete(f"/api/favourites/{coffee.pk}").status_code == 204
    assert names(client) == ["Coffee"]


def test_a_guest_without_consent_keeps_them_in_the_session_and_no_row_is_written(client, settings):
    settings.CONSENT = "ask"
    add(client, product("Coffee").pk)
    assert names(client) == ["Coffee"]
    assert not Favourite.objects.exists()
    assert not Visitor.objects.exists()


def test_one_that_is_no_longer_sold_is_told_and_can_be_taken_out(client, ada):
    coffee = product("Coffee")
    add(client, coffee.pk)
    coffee.is_active = False
    coffee.save()
    [row] = client.get("/api/favourites").json()["favourites"]
    assert row["on_sale"] is False
    assert add(client, coffee.pk).status_code == 404
    client.delete(f"/api/favourites/{coffee.pk}")
    assert names(client) == []


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 400, "invalid"),
        ({"product_id": "milk"}, 400, "invalid"),
        ({"product_id": 0}, 400, "invalid"),
        ({"product_id": 999_999}, 404, "unknown_product"),
    ],
)
def test_what_is_wrong_is_said(client, ada, body, status, code):
    answer = client.post("/api/favourites", body, content_type=JSON)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize("pk", [999_999, 2**70])
def test_taking_out_what_the_store_never_knew_is_unknown(client, ada, pk):
    answer = client.delete(f"/api/favourites/{pk}")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "unknown_product")


def test_a_members_change_needs_the_sites_own_token(ada):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    coffee = product("Coffee")
    assert add(strict, coffee.pk).status_code == 403
    assert strict.delete(f"/api/favourites/{coffee.pk}").status_code == 403
    assert not Favourite.objects.exists()


def test_a_browser_gets_a_page_to_read(client, ada):
    coffee = product("Coffee")
    add(client, coffee.pk)
    page = client.get("/api/favourites", headers={"Accept": "text/html"})
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Coffee" in page.content.decode()
    refused = client.get(f"/api/favourites/{coffee.pk}", headers={"Accept": "text/html"})
    assert refused.status_code == 405
    assert refused.headers["Content-Type"].startswith("text/html")
