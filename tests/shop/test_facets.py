import re
from decimal import Decimal

import pytest

from shop import catalogue, facets
from shop.facets import Narrowed
from shop.models import Product
from tests.shop.pages import words
from tests.shop.shelf import product, product_type

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _shelf():
    tea = product_type("Tea", "Tea and more")
    product("Green", "1.99", brand="Leaf", diet_tags=["vegan"], category=tea)
    product("Black", "2.00", brand="Leaf", diet_tags=["vegan", "sugar-free"])
    product("White", "4.99", brand="Bud", usual_price=Decimal("6.00"))
    product("Loose", "20.00", diet_tags=["vegetarian"])


def of(**chosen):
    return facets.of(catalogue.matching(), Narrowed(**chosen), level="category")


def counts(choices):
    return [(choice.label, choice.count) for choice in choices]


def test_each_choice_says_how_many_products_it_leaves():
    found = of()
    assert found.total == 4
    assert [(shelf.name, shelf.count) for shelf in found.shelves] == [("Coffee", 3), ("Tea", 1)]
    assert counts(found.brands) == [("Leaf", 2), ("Bud", 1)]
    assert counts(found.diet) == [
        ("Vegetarian", 1),
        ("Vegan", 2),
        ("Sugar-free or unsweetened", 1),
    ]
    assert counts(found.bands) == [
        ("Under $2.00", 1),
        ("$2.00 to $4.99", 2),
        ("$20.00 and more", 1),
    ]
    assert found.promotions == 1


def test_a_brand_counts_what_it_adds_to_the_brands_chosen():
    found = of(brands=["Bud"])
    assert (found.total, counts(found.brands)) == (1, [("Bud", 1), ("Leaf", 2)])
    assert counts(found.bands) == [("$2.00 to $4.99", 1)]


def test_diets_are_all_met():
    found = of(diet=["vegan", "sugar-free"])
    assert found.total == 1
    assert counts(found.diet) == [("Vegan", 1), ("Sugar-free or unsweetened", 1)]


def test_a_chosen_brand_stays_to_be_taken_back_when_nothing_is_left():
    assert counts(of(brands=["Gone"]).brands) == [("Gone", 0), ("Leaf", 2), ("Bud", 1)]


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"brands": ["Leaf"]},
        {"brands": ["Leaf", "Bud"], "max_price": Decimal("2.00")},
        {"diet": ["vegan"]},
        {"diet": ["vegan", "sugar-free"], "min_price": Decimal("2.00")},
        {"promotion": True},
        {"brands": ["Leaf"], "promotion": True},
    ],
)
def test_the_count_is_the_number_of_products_that_the_database_finds(chosen):
    assert of(**chosen).total == catalogue.matching(**chosen).count()


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("brand=Leaf", ["Green", "Black"]),
        ("brand=Leaf&brand=Bud&sort=price", ["Green", "Black", "White"]),
        ("diet=vegan&diet=sugar-free", ["Black"]),
        ("diet=vegan&promotion=1", []),
        ("min_price=2&max_price=4.99&sort=price", ["Black", "White"]),
    ],
)
def test_a_page_shows_what_was_chosen(client, query, names):
    answer = client.get(f"/search?{query}")
    assert [found.name for found in answer.context["products"]] == names


def test_a_choice_stays_ticked_and_goes_along_to_pages_and_shelves(client):
    for number in range(24):
        product(f"Leaf {number}", brand="Leaf")
    page = client.get("/search?brand=Leaf").content.decode()
    assert re.search(r'name="brand" value="Leaf" checked', page)
    assert 'href="?brand=Leaf&amp;page=2"' in page
    assert 'href="/c/grocery?brand=Leaf"' in page


@pytest.mark.parametrize("query", ["brand=%00", "brand=" + "x" * 200, "diet=stones", "brand="])
def test_what_cannot_be_chosen_counts_as_not_chosen(client, query):
    answer = client.get(f"/search?{query}")
    assert answer.status_code in (200, 422)
    assert answer.context["facets"].total == Product.objects.count()


def test_the_counts_stand_beside_their_choices(client):
    text = words(client.get("/c/grocery"))
    assert "On promotion only 1" in text
    assert "Vegan 2" in text
    assert "Leaf 2" in text


def test_a_whole_shelf_is_counted_once_until_the_catalogue_changes(
    client, monkeypatch, django_assert_num_queries
):
    assert client.get("/search").context["facets"].total == 4
    with django_assert_num_queries(1):
        assert client.get("/search").context["facets"].total == 4
    with django_assert_num_queries(2):
        assert client.get("/search?diet=vegan").context["facets"].total == 2
    monkeypatch.setattr("shop.held.LOOKS_AGAIN_AFTER", 0.0)
    product("Herbs")
    assert client.get("/search").context["facets"].total == 5
    assert client.get("/c/tea").context["facets"].total == 1
