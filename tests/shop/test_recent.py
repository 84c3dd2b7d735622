import pytest

from shop.models import Member
from tests.shop.pages import statements, words
from tests.shop.shelf import product
from tracking.models import Event

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


def look(client, *products):
    for one in products:
        client.get(one.get_absolute_url())


def test_what_was_looked_at_stands_newest_first_and_once_without_the_product_itself(
    client, settings
):
    settings.CONSENT = "assume"
    shelf = [product(name) for name in ("First", "Second", "Third")]
    look(client, *shelf, shelf[0])
    shown = client.get(f"/recent?but={shelf[1].pk}", **HTMX).context["products"]
    assert [one.name for one in shown] == ["First", "Third"]
    assert [one.name for one in client.get("/recent").context["products"]] == [
        "First",
        "Third",
        "Second",
    ]


def test_the_product_page_asks_for_it_only_with_consent(client, settings):
    tea = product("Tea")
    settings.CONSENT = "ask"
    assert "/recent" not in client.get(tea.get_absolute_url()).content.decode()
    settings.CONSENT = "assume"
    assert f'hx-get="/recent?but={tea.pk}"' in client.get(tea.get_absolute_url()).content.decode()


def test_without_consent_nothing_is_kept_and_nothing_of_before_is_shown(client, settings):
    settings.CONSENT = "assume"
    tea = product("Tea")
    look(client, tea)
    client.post("/consent", {"consent": "no"})
    page = client.get("/recent")
    assert "you have not agreed" in words(page)
    assert "Tea" not in words(page)
    assert "Tea" not in words(client.get("/recent", **HTMX))
    look(client, product("Coffee"))
    assert Event.objects.count() == 1


def test_another_shoppers_looks_are_not_shown(client, settings):
    settings.CONSENT = "assume"
    look(client, product("Tea"))
    client.force_login(Member.objects.create_user("a", "a@example.com"))
    assert "Nothing yet." in words(client.get("/recent"))


def test_what_is_no_longer_sold_is_left_out_and_a_wrong_address_leaves_nothing_out(
    client, settings
):
    settings.CONSENT = "assume"
    tea, gone = product("Tea"), product("Gone")
    look(client, tea, gone)
    gone.is_active = False
    gone.save()
    shown = client.get("/recent?but=x", **HTMX).context["products"]
    assert [one.name for one in shown] == ["Tea"]


def test_it_costs_two_statements(client, settings):
    settings.CONSENT = "assume"
    look(client, *(product() for _ in range(10)))
    with statements(2):
        assert len(client.get("/recent", **HTMX).context["products"]) == 4
