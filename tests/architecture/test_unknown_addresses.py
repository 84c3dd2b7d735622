"""An address that is not in the API is refused in the API's own words."""

import pytest


@pytest.mark.parametrize(
    "address", ["/api/nothing", "/api/cart/", "/api/products/abc", "/api/orders/x", "/api"]
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_an_unknown_address_of_the_api_gets_the_one_error_shape(client, address, method):
    answer = getattr(client, method)(address)
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/json")
    error = answer.json()["error"]
    assert (error["code"], error["fields"]) == ("not_found", {})
    assert address in error["message"]


def test_a_browser_reads_the_refusal_as_a_page(client):
    answer = client.get("/api/nothing", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert answer["Content-Type"].startswith("text/html")
    assert b"not_found" in answer.content


def test_the_pages_of_the_api_bear_the_stores_name_and_lead_back_to_it(client):
    page = client.get("/api/nothing", headers={"Accept": "text/html"}).content.decode()
    assert "· Basketwise API</title>" in page
    assert '<a href="/">To the store</a>' in page


def test_a_browser_finds_the_icon_where_a_page_names_none(client):
    answer = client.get("/favicon.ico", follow=False)
    assert answer.status_code == 302
    assert answer["Location"].endswith(".svg")


@pytest.mark.django_db
def test_an_unknown_page_of_the_store_stays_a_page(client):
    answer = client.get("/apiary")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")
