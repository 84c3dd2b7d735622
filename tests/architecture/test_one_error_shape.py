"""Every refusal under /api/ has the one shape, whoever refuses: a view, DRF, or Django itself."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from shop.api.cart import Cart
from tests.flows.every_address import addresses

PLACES = {
    "<int:pk>": "1",
    "<slug:tag>": "none",
    "<uuid:token>": "00000000-0000-0000-0000-000000000000",
}


def error_of(answer):
    assert answer["Content-Type"].split(";")[0] == "application/json"
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message", "fields"}
    return answer.json()["error"]["code"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda client: client.get("/api/cart", headers={"Host": "elsewhere.example"}),
        lambda client: client.get("/api/products?" + "a=1&" * 1001),
        lambda client: client.post(
            "/api/cart/lines", b"a=1&" * 1001, content_type="application/x-www-form-urlencoded"
        ),
    ],
    ids=["a foreign host", "too many parameters", "too many fields of a form"],
)
def test_what_django_refuses_is_said_in_json(ask):
    answer = ask(Client())
    assert (answer.status_code, error_of(answer)) == (400, "bad_request")
    assert "elsewhere" not in answer.json()["error"]["message"]


def test_a_page_with_a_foreign_host_stays_a_page():
    answer = Client().get("/cart", headers={"Host": "elsewhere.example"})
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_a_failure_of_ours_is_said_in_json_too(monkeypatch):
    monkeypatch.setattr(Cart, "get", lambda self, request: 1 / 0)
    answer = Client(raise_request_exception=False).get("/api/cart")
    assert (answer.status_code, error_of(answer)) == (500, "server_error")
    assert "zero" not in answer.content.decode()


@pytest.mark.parametrize("address", ["/api/docs", "/api/schema"])
def test_what_knows_no_json_says_its_errors_in_json(address):
    refused = Client().get(address, headers={"Accept": "image/png"})
    assert (refused.status_code, error_of(refused)) == (406, "not_acceptable")
    wrong = Client().delete(address)
    assert (wrong.status_code, error_of(wrong)) == (405, "method_not_allowed")


@pytest.mark.django_db
def test_every_address_can_be_asked_for_its_options():
    routes = [route for _, route in addresses() if route.startswith("api/")]
    asked = ["/" + re.sub("<.*?>", lambda kind: PLACES[kind[0]], route) for route in routes]
    assert "/api/cart/budget" in asked
    client = Client(raise_request_exception=False)
    answers = {address: client.options(address).status_code for address in asked}
    assert {address: code for address, code in answers.items() if code >= 500} == {}


def test_a_line_feed_in_an_address_does_not_lead_out_of_the_api():
    answer = Client().get("/api/x%0a")
    assert (answer.status_code, error_of(answer)) == (404, "not_found")


def test_the_way_shown_above_an_address_leads_only_to_addresses():
    page = Client().get("/api/cart/lines", headers={"Accept": "text/html"}).content.decode()
    way = page.split('<ul class="breadcrumb">')[1].split("</ul>")[0]
    assert "/api/cart" in way
    assert "No Such Address" not in way
