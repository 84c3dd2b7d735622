import pytest

from shop import tree, vocabulary
from shop.models import Category
from tests.shop.shelf import product, product_type

pytestmark = pytest.mark.django_db


def test_a_page_of_products(client):
    for number in range(30):
        product(f"Coffee {number:02}", "4.20")
    found = client.get("/api/products?search=coffee&sort=name&page=2").json()
    assert (found["total"], found["page"], found["pages"]) == (30, 2, 2)
    assert [row["name"] for row in found["products"]] == [f"Coffee {n}" for n in range(24, 30)]


def test_one_product_with_unit_price_stock_and_tags(client):
    one = product(
        "Coffee", "4.20", diet_tags=["vegan"], quality_tags=["organic"], size_text="500 g", stock=7
    )
    assert client.get(f"/api/products/{one.pk}").json() == {
        "id": one.pk,
        "sku": one.sku,
        "name": "Coffee",
        "brand": None,
        "own_brand": False,
        "category": {"name": "Coffee", "slug": "coffee"},
        "size_text": "500 g",
        "price": "4.20",
        "regular_price": "4.20",
        "usual_price": None,
        "picture": None,
        "on_promotion": False,
        "unit_price": "0.84",
        "unit_price_text": "$0.84 per 100 g",
        "stock": 7,
        "diet_tags": ["vegan"],
        "quality_tags": ["organic"],
        "description": "",
        "path": ["Grocery", "Hot drinks", "Coffee"],
    }


def test_an_unknown_size_has_no_unit_price(client):
    one = product(amount=None)
    found = client.get(f"/api/products/{one.pk}").json()
    assert (found["unit_price"], found["unit_price_text"]) == (None, "")


@pytest.mark.parametrize("pk", ["0", "9" * 30])
def test_an_unknown_product_is_404(client, pk):
    answer = client.get(f"/api/products/{pk}")
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "unknown_product"


def test_a_category_and_a_price_narrow_the_list(client):
    product("Coffee", "4.00")
    product("Tea", "2.00", category=product_type("Tea"))
    names = [row["name"] for row in client.get("/api/products?category=tea").json()["products"]]
    assert names == ["Tea"]
    found = client.get("/api/products?category=hot-drinks&max_price=2").json()
    assert found["total"] == 1


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("max_price=NaN", 400, "max_price"),
        ("max_price=Infinity", 400, "max_price"),
        ("max_price=-1", 400, "max_price"),
        ("max_price=1e999", 400, "max_price"),
        ("max_price=cheap", 400, "max_price"),
        ("sort=luck", 400, "sort"),
        ("page=0", 400, "page"),
        ("page=two", 400, "page"),
        ("page=" + "9" * 5000, 400, "page"),
        ("search=" + "x" * 101, 400, "search"),
        ("search=a%00b", 400, "search"),
        ("category=nowhere", 404, None),
        ("category=a%00b", 400, "category"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_by_name(client, query, status, field):
    answer = client.get(f"/api/products?{query}")
    assert answer.status_code == status
    assert field is None or field in answer.json()["error"]["fields"]


@pytest.mark.parametrize("products", [1, 24])
def test_a_page_costs_the_same_sql_at_any_size(client, products, django_assert_num_queries):
    for _ in range(products):
        product(brand="Meadow")
    assert Category.objects.count() == 3
    vocabulary.current()
    tree.current()
    with django_assert_num_queries(2):
        client.get("/api/products?search=coffee")
    with django_assert_num_queries(2):
        client.get("/api/products?category=coffee")
    one = product(brand="Meadow")
    with django_assert_num_queries(1):
        client.get(f"/api/products/{one.pk}")
