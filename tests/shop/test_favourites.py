import re

import pytest

from shop import favourites
from shop.models import Favourite, Member
from tests.shop.pages import put, statements, words
from tests.shop.shelf import product
from tracking.models import Event, Session, Visitor

pytestmark = pytest.mark.django_db
LONG_AND_RARE = "a long and rare one"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _asks(settings):
    settings.CONSENT = "ask"


@pytest.fixture
def member():
    return Member.objects.create_user("ada@example.com", "ada@example.com", LONG_AND_RARE)


def press(client, one, way="favourites", **more):
    return client.post(f"/{way}", {"product_id": one.pk, "next": "/search"}, **more)


def pressed(client, one):
    """Whether the heart on the product's page is full."""
    html = client.get(one.get_absolute_url()).content.decode()
    return re.search(r'class="heart"[^>]*aria-pressed="(\w+)"', html)[1] == "true"


def test_a_heart_works_without_javascript_and_leads_back(client, member):
    client.force_login(member)
    coffee = product("Coffee")
    answer = press(client, coffee)
    assert answer.headers["Location"] == "/search"
    assert "Coffee is one of your favourites." in words(client.get("/search"))
    assert pressed(client, coffee)
    press(client, coffee, "favourites/drop")
    assert not pressed(client, coffee)
    assert not Favourite.objects.exists()


def test_a_heart_pressed_twice_is_one_favourite(client, member):
    client.force_login(member)
    coffee = product("Coffee")
    press(client, coffee)
    press(client, coffee)
    assert Favourite.objects.get().shopper_key == f"m:{member.pk}"


def test_in_place_the_heart_is_answered_with_the_focus_and_one_sentence(client):
    html = press(client, product("Coffee"), **HTMX).content.decode()
    assert re.search(r'aria-pressed="true".* autofocus', html)
    assert "Coffee is one of your favourites." in html
    assert html.count("<button") == 1


def test_without_consent_a_visitors_favourites_stay_in_the_browser(client):
    coffee = product("Coffee")
    press(client, coffee)
    assert pressed(client, coffee)
    assert "Only your browser keeps them" in words(client.get("/favourites"))
    assert "Coffee" in words(client.get("/favourites"))
    for model in (Favourite, Visitor, Session, Event):
        assert not model.objects.exists()


def test_with_consent_a_visitors_favourites_are_remembered(client):
    client.post("/consent", {"consent": "true"})
    press(client, product("Coffee"))
    assert Favourite.objects.get().shopper_key == f"v:{Visitor.objects.get().key}"
    assert "favourites" not in client.session
    assert "remembers them for this browser" in words(client.get("/favourites"))


def test_what_the_browser_kept_is_no_longer_there_once_dropped(client):
    coffee = product("Coffee")
    press(client, coffee)
    press(client, coffee, "favourites/drop")
    assert client.session["favourites"] == []


@pytest.mark.parametrize("agreed", [False, True])
def test_signing_in_brings_the_favourites_along_once_each(client, member, agreed):
    coffee, tea = product("Coffee"), product("Tea")
    Favourite.objects.create(shopper_key=f"m:{member.pk}", product=tea)
    if agreed:
        client.post("/consent", {"consent": "true"})
    press(client, coffee)
    press(client, tea)
    client.post("/account/sign-in", {"login": member.email, "password": LONG_AND_RARE})
    kept = Favourite.objects.values_list("shopper_key", "product__name")
    assert sorted(kept) == [(f"m:{member.pk}", "Coffee"), (f"m:{member.pk}", "Tea")]
    assert "favourites" not in client.session


def test_the_list_shows_the_newest_first_and_what_is_no_longer_sold_apart(client, member):
    client.force_login(member)
    old, new, gone = product("Old"), product("New"), product("Gone")
    for one in (old, new, gone):
        press(client, one)
    gone.is_active = False
    gone.save()
    shown = client.get("/favourites").context
    assert [one.name for one in shown["products"]] == ["New", "Old"]
    assert [one.name for one in shown["gone"]] == ["Gone"]
    press(client, gone, "favourites/drop")
    assert client.get("/favourites").context["gone"] == []


def test_nobody_sees_anothers_favourites(client, member):
    Favourite.objects.create(shopper_key="m:999", product=product("Hers"))
    client.force_login(member)
    assert "Press the heart on a product" in words(client.get("/favourites"))


@pytest.mark.parametrize("sent", [{}, {"product_id": "x"}, {"product_id": "4711"}])
def test_a_heart_of_no_product_is_refused_in_words(client, sent):
    answer = client.post("/favourites", sent, **HTMX)
    assert answer.headers["HX-Reswap"] == "none"
    assert 'class="error"' in answer.content.decode()


def test_the_browser_keeps_sixty_and_then_asks_to_sign_in(client, monkeypatch):
    monkeypatch.setattr(favourites, "MOST_IN_BROWSER", 2)
    for _ in range(2):
        press(client, product())
    text = words(press(client, product(), **HTMX))
    assert "sign in to keep more" in text
    assert len(client.session["favourites"]) == 2


def test_sixty_numbers_of_a_large_catalogue_fit_into_the_cookie(client, member):
    session = client.session
    session["favourites"] = [10_000_000 + 7_919 * number for number in range(60)]
    session.save()
    assert len(session.session_key) < 3500


@pytest.mark.parametrize("kept", [0, 1, 200])
def test_favourites_cost_no_query_on_the_pages_that_show_hearts(client, member, kept):
    client.force_login(member)
    put(client, product())
    shelf = [product(f"Item {number}") for number in range(kept)]
    key = f"m:{member.pk}"
    Favourite.objects.bulk_create(Favourite(shopper_key=key, product=one) for one in shelf)
    client.get("/search?search=item")
    # the member, cart and favourites, counts, products
    with statements(4 if kept else 3):
        client.get("/search?search=item")
    # the member, the favourites' numbers, the products, cart and favourites
    with statements(4 if kept else 3):
        client.get("/favourites")


def test_erased_consent_does_not_hide_what_was_kept_with_it(client):
    client.post("/consent", {"consent": "true"})
    coffee = product("Coffee")
    press(client, coffee)
    client.post("/consent", {"consent": "false"})
    assert pressed(client, coffee)
    press(client, coffee, "favourites/drop")
    assert not Favourite.objects.exists()
