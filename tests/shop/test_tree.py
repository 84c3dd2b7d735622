import re

import pytest

from shop import tree
from tests.shop.pages import words
from tests.shop.shelf import product, product_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def shelves():
    """Three teas and two coffees in hot drinks, one soap in another aisle; nothing else counts."""
    for number in range(3):
        product(f"Tea {number}", category=product_type("Tea", "Hot drinks"))
    for number in range(2):
        product(f"Coffee {number}", category=product_type("Coffee", "Hot drinks"))
    product("Soap", category=product_type("Bars", "Soaps"))
    product("Gone", is_active=False, category=product_type("Old", "Old things"))


def test_each_shelf_counts_what_is_on_sale_below_it(shelves):
    (grocery,) = tree.current().branches
    drinks, soaps = grocery.below
    assert (grocery.shelf.name, grocery.count) == ("Grocery", 6)
    assert (drinks.shelf.name, drinks.count) == ("Hot drinks", 5)
    assert (soaps.shelf.name, soaps.count) == ("Soaps", 1)
    assert [(kind.shelf.name, kind.count) for kind in drinks.below] == [("Coffee", 2), ("Tea", 3)]


def test_the_page_opens_the_tree_down_to_its_own_shelf_and_marks_it(client, shelves):
    page = client.get("/c/tea")
    assert "Grocery 6 Hot drinks 5 Coffee 2 Tea 3 Soaps 1" in words(page)
    marked = re.findall(r'href="([^"]+)" aria-current="page"', page.content.decode())
    assert marked == ["/c/tea"]
    assert "Bars" not in words(page)


def test_where_the_page_is_narrowed_down_only_counts_of_what_is_left_are_shown(client, shelves):
    page = words(client.get("/c/grocery?min_price=1&search=tea"))
    assert "Hot drinks 3" in page
    assert "Hot drinks 5" not in page


def test_a_changed_shelf_is_counted_anew(shelves, monkeypatch):
    assert tree.current().branches[0].count == 6
    monkeypatch.setattr("shop.held.LOOKS_AGAIN_AFTER", 0.0)
    product("Tea 4", category=product_type("Tea", "Hot drinks"))
    assert tree.current().branches[0].count == 7
