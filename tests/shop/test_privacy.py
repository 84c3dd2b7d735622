import json

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from shop.models import Cart, Favourite, Member, Order
from tests.shop.pages import put, words
from tests.shop.shelf import product
from tracking.models import Event, Visitor

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _assumes(settings):
    settings.CONSENT = "assume"


@pytest.fixture
def member():
    return Member.objects.create_user("ada@example.com", "ada@example.com", first_name="Ada")


def shopped(client):
    """An order of coffee, tea in the cart, and tea among the favourites."""
    put(client, product("Coffee"), 2)
    form = client.get("/checkout").context["form"]
    hidden = {name: form[name].value() for name in ("idempotency_key", "expected_total")}
    client.post("/checkout", {"name": "Ada", "email": "ada@example.com", **hidden})
    tea = product("Tea")
    put(client, tea)
    client.post("/favourites", {"product_id": tea.pk})


def exported(client):
    answer = client.get("/privacy/export")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="basketwise-my-data.json"'
    assert "no-store" in answer.headers["Cache-Control"]
    return json.loads(answer.content)


def test_the_file_holds_account_orders_cart_favourites_and_events(client, member):
    client.force_login(member)
    shopped(client)
    found = exported(client)
    assert found["account"][0]["email"] == "ada@example.com"
    assert "password" not in found["account"][0]
    assert [(line["name"], line["quantity"]) for line in found["order_lines"]] == [("Coffee", 2)]
    assert [line["name_"] for line in found["cart_lines"]] == ["Tea"]
    assert [row["name_"] for row in found["favourites"]] == ["Tea"]
    assert {row["event_type"] for row in found["events"]} == {"cart_add", "purchase"}


def test_a_visitor_gets_what_this_browser_left_and_nobody_elses(client, member):
    Order.objects.create(shopper_key="v:other", total=1, placed_at="2030-01-01T00:00Z", name="Hers")
    shopped(client)
    found = exported(client)
    assert [order["name"] for order in found["orders"]] == ["Ada"]
    assert found["account"] == []


def test_who_left_nothing_gets_a_file_that_says_so(client):
    found = exported(client)
    assert not any(found[name] for name in ("account", "orders", "carts", "events", "browsers"))


def test_what_only_the_browser_keeps_is_in_the_file_too(client, settings):
    settings.CONSENT = "ask"
    tea = product("Tea")
    client.post("/favourites", {"product_id": tea.pk})
    assert exported(client)["favourites_in_this_browser"] == [tea.pk]


def test_erasing_asks_first_and_says_what_goes(client, member):
    client.force_login(member)
    shopped(client)
    text = words(client.get("/privacy/erase"))
    for told in (
        "closes the account ada@example.com",
        "the name and address in 1 order",
        "1 product in your cart",
        "1 favourite",
        "3 things you looked at or did",
    ):
        assert told in text
    answer = client.post("/privacy/erase")
    assert answer.status_code == 422
    assert "Please tick that you know it." in words(answer)
    assert Member.objects.exists()


def test_a_member_is_erased_signed_out_and_a_stranger_afterwards(client, member):
    client.force_login(member)
    shopped(client)
    before = client.cookies["visitor"].value
    answer = client.post("/privacy/erase", {"sure": "on"}, follow=True)
    assert "Everything that was kept of you here is erased." in words(answer)
    for model in (Member, Cart, Favourite, Event, Visitor):
        assert not model.objects.exists()
    order = Order.objects.get()
    assert (order.name, order.email, order.member, order.total) == ("", "", None, 10)
    assert client.cookies["visitor"].value != before
    put(client, product("Milk"))
    assert str(Visitor.objects.get().key) not in before
    assert "Sign in" in words(client.get("/"))


def test_the_old_address_of_the_order_leads_nowhere(client, member):
    client.force_login(member)
    shopped(client)
    old = Order.objects.get().get_absolute_url()
    client.post("/privacy/erase", {"sure": "on"})
    assert client.get(old).status_code == 404
    assert client.get(Order.objects.get().get_absolute_url()).status_code == 200


def test_a_visitor_is_erased_and_a_no_stays_a_no(client):
    shopped(client)
    client.post("/consent", {"consent": "no"})
    client.post("/privacy/erase", {"sure": "on"})
    for model in (Cart, Favourite, Event, Visitor):
        assert not model.objects.exists()
    put(client, product())
    assert not Visitor.objects.exists()


def test_what_the_members_other_browser_left_before_signing_in_goes_too(client, member):
    other = Client()
    shopped(other)
    other.force_login(member)
    other.get(product().get_absolute_url())
    client.force_login(member)
    assert [order["name"] for order in exported(client)["orders"]] == ["Ada"]
    client.post("/privacy/erase", {"sure": "on"})
    assert Order.objects.get().name == ""
    for model in (Cart, Favourite, Event):
        assert not model.objects.exists()


def test_a_browser_that_somebody_else_signed_in_to_as_well_is_left_alone(client, member):
    other = Client()
    shopped(other)
    for one in (member, Member.objects.create_user("b", "b@example.com")):
        other.force_login(one)
        other.get(product().get_absolute_url())
    client.force_login(member)
    client.post("/privacy/erase", {"sure": "on"})
    assert Order.objects.get().name == "Ada"
    assert Favourite.objects.exists()


def test_what_the_browser_itself_keeps_goes_with_the_rest(client, settings):
    settings.CONSENT = "ask"
    client.post("/favourites", {"product_id": product("Tea").pk})
    assert client.session["favourites"]
    client.post("/privacy/erase", {"sure": "on"})
    assert "favourites" not in client.session


def test_staff_cannot_close_their_own_account_here(admin_client):
    answer = admin_client.post("/privacy/erase", {"sure": "on"}, follow=True)
    assert "A staff account is closed in the back office." in words(answer)
    assert Member.objects.exists()


def test_deleting_a_member_in_the_back_office_erases_the_shopper(client, admin_client, member):
    client.force_login(member)
    shopped(client)
    change = f"/admin/shop/member/{member.pk}"
    admin_client.get(f"{change}/change/")
    answer = admin_client.post(f"{change}/delete/", {"post": "yes"})
    assert answer.status_code == 302
    assert not Member.objects.filter(pk=member.pk).exists()
    for model in (Cart, Favourite, Event):
        assert not model.objects.exists()
    assert Order.objects.get().email == ""
    assert LogEntry.objects.get().object_repr == f"member {member.pk}"


def test_several_members_at_once_and_never_a_colleague(admin_client, member):
    staff = Member.objects.get(is_staff=True)
    chosen = {"action": "delete_selected", "post": "yes"}
    both = {**chosen, "_selected_action": [member.pk, staff.pk]}
    admin_client.post("/admin/shop/member/", both)
    assert Member.objects.count() == 2
    admin_client.post("/admin/shop/member/", {**chosen, "_selected_action": [member.pk]})
    assert list(Member.objects.all()) == [staff]
    assert LogEntry.objects.get().object_repr == f"member {member.pk}"
