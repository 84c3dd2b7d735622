from decimal import Decimal

import pytest
from django.test import Client

from shop import tree, vocabulary
from tests.shop.pages import put, statements, words
from tests.shop.shelf import product, product_type
from tracking.models import Event, Slate

pytestmark = pytest.mark.django_db


def test_home_shows_the_departments(client):
    product()
    assert "Departments Grocery" in words(client.get("/"))


def test_home_offers_one_product_of_a_type_the_most_bought_of_what_is_clearly_cheaper(client):
    tea = product_type("Tea")
    half = {"usual_price": Decimal("2.00")}
    product("Coffee, much bought", "1.00", sold=9, **half)
    product("Coffee, little bought", "1.00", sold=8, **half)
    product("Coffee, hardly cheaper", "1.90", sold=99, **half)
    product("Coffee, sold out", "1.00", sold=99, stock=0, **half)
    product("Tea", "1.00", sold=10, category=tea, **half)
    offered = [found.name for found in client.get("/").context["promotions"]]
    assert offered == ["Tea", "Coffee, much bought"]


def test_every_word_of_a_search_must_be_in_name_or_brand(client):
    product("Tomato sauce", brand="Verdi")
    product("Tomato soup", brand="Verdi")
    product("Tomato sauce", brand="Other")
    assert "1 product for “verdi SAUCE”" in words(client.get("/search?search=verdi SAUCE"))


def test_what_narrows_a_page_down_is_taken_away_in_one_press(client):
    product("Tea", "1.00")
    product("Coffee", "9.00")
    narrowed = client.get("/search?search=tea&max_price=2&sort=price")
    assert '<a class="lift" href="?search=tea&amp;sort=price">' in narrowed.content.decode()
    assert "Take all limits away" not in words(client.get("/search?search=tea&sort=price"))


def test_of_a_slip_the_word_that_was_meant_is_counted(client):
    product("Yogurt")
    said = words(client.get("/search?search=yogrt"))
    assert "1 product for “yogurt” Nothing is called “yogrt”." in said


def test_a_price_range_includes_both_ends(client):
    for price in ("1.00", "2.00", "3.00", "3.01"):
        product(price=price)
    assert "2 products" in words(client.get("/search?min_price=2&max_price=3.00"))


def test_a_wrong_price_is_told_beside_its_field_and_stays_typed(client):
    product()
    answer = client.get("/search?max_price=cheap")
    assert answer.status_code == 422
    assert "The upper price is not an amount." in words(answer)
    assert 'value="cheap"' in answer.content.decode()


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("price", ["Beans", "Apples", "Corn"]),
        ("-price", ["Corn", "Apples", "Beans"]),
        ("name", ["Apples", "Beans", "Corn"]),
        ("popularity", ["Apples", "Corn", "Beans"]),
        ("unit_price", ["Beans", "Apples", "Corn"]),
        ("no such order", ["Apples", "Corn", "Beans"]),
    ],
)
def test_the_order_is_the_one_asked_for(client, sort, order):
    for name, price, sold in (("Apples", "2.00", 9), ("Beans", "1.00", 1), ("Corn", "3.00", 5)):
        product(name, price, sold=sold)
    shown = client.get("/search", {"sort": sort}).context["products"]
    assert [found.name for found in shown] == order


def test_page_two_goes_on_where_page_one_ended_and_a_page_too_far_is_the_last(client):
    for number in range(25):
        product(f"Item {number:02}", sold=100 - number)
    assert len(client.get("/search").context["products"]) == 24
    for page in ("2", "9"):
        second = client.get("/search", {"page": page})
        assert [found.name for found in second.context["products"]] == ["Item 24"]
        assert "25 products, page 2 of 2" in words(second)


def test_a_department_counts_its_aisles_and_keeps_the_search(client):
    tea = product_type("Tea bags", "Tea")
    product("Green tea", category=tea)
    product("Black tea", category=tea)
    product("Coffee tea blend")
    shelves = client.get("/c/grocery?search=tea").context["shelves"]
    assert [(shelf["name"], shelf["count"], shelf["url"]) for shelf in shelves] == [
        ("Hot drinks", 1, "/c/hot-drinks?search=tea"),
        ("Tea", 2, "/c/tea?search=tea"),
    ]


def test_what_is_no_longer_sold_is_nowhere(client):
    gone = product("Gone", is_active=False)
    assert "Gone" not in words(client.get("/search"))
    assert client.get(gone.get_absolute_url()).status_code == 404


def test_a_product_page_shows_price_unit_price_and_tags(client):
    tea = product(
        "Green tea", "4.00", regular_price=Decimal("5.00"), diet_tags=["vegan"], size_text="500 g"
    )
    page = client.get(tea.get_absolute_url())
    for expected in ("$4.00", "$0.80 per 100 g", "Vegan"):
        assert expected in words(page)
    # What the maker says it should cost is told, and claims no discount.
    assert "<dt>Regular price</dt><dd>$5.00</dd>" in page.content.decode()
    assert "<s>" not in page.content.decode()


def _slate(client, settings):
    """The id of a slate that this browser was served."""
    settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
    put(client, product("Coffee", "5.00"))
    client.post("/cart/budget", {"budget": "1.00"})
    return client.get("/cart").context["slate"].qid


def test_a_product_page_records_a_view_with_the_slate_item_that_led_there(client, settings):
    settings.CONSENT = "assume"
    tea, qid = product("Tea"), _slate(client, settings)
    client.get(f"{tea.get_absolute_url()}?qid={qid}&position=3")
    Slate.objects.update(items=[{"position": 3, "product": tea.pk}])
    page = client.get(f"{tea.get_absolute_url()}?qid={qid}&position=3")
    events = Event.objects.filter(event_type="view").values_list("product_id", "qid", "position")
    # The slate did not show it at first.
    assert list(events) == [(tea.pk, None, None), (tea.pk, qid, 3)]
    assert f'name="qid" value="{qid}"' in page.content.decode()


def test_nobody_elses_slate_is_judged_by_an_address(client, settings):
    settings.CONSENT = "assume"
    tea, qid = product("Tea"), _slate(client, settings)
    Slate.objects.update(items=[{"position": 3, "product": tea.pk}])
    Client().get(f"{tea.get_absolute_url()}?qid={qid}&position=3")
    assert Event.objects.get(event_type="view").qid is None


def test_without_consent_a_product_page_writes_nothing(client, settings):
    settings.CONSENT = "ask"
    client.get(product("Tea").get_absolute_url())
    assert not Event.objects.exists()
    assert "visitor" not in client.cookies


@pytest.mark.parametrize("lines", [1, 10, 50])
def test_catalogue_and_product_pages_cost_3_and_4_queries_whatever_is_in_the_cart(
    client, settings, lines
):
    settings.CONSENT = "assume"
    for number in range(lines):
        put(client, product(f"Item {number}", brand=f"Brand {number}"))
    tea = product("Tea", brand="Leaf")
    # Every few seconds a process asks once more whether the catalogue has changed.
    vocabulary.current()
    tree.current()
    with statements(3):
        client.get("/search?search=item")
    with statements(3):
        client.get("/c/grocery")
    with statements(4):
        client.get(tea.get_absolute_url())
    product("On promotion", "1.00", usual_price=Decimal("2.00"))
    with statements(2):
        client.get("/")


def test_the_way_to_a_product_names_no_shelf_twice(client):
    eggs = product("Large eggs", category=product_type("Eggs", "Dairy"))
    eggs.category.name = "Dairy"
    eggs.category.save()
    path = client.get(eggs.get_absolute_url()).context["category_path"]
    assert [(step.name, step.level) for step in path] == [("Grocery", 0), ("Dairy", 1)]
