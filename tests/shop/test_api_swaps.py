from decimal import Decimal
from uuid import uuid4

import pytest

from shop.models import Product
from tests.shop.shelf import CheapestFirst, product, swap

pytestmark = pytest.mark.django_db
JSON = "application/json"


@pytest.fixture(autouse=True)
def provider(settings, monkeypatch):
    settings.CONSENT = "assume"
    settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
    monkeypatch.setattr(CheapestFirst, "pairs", [])
    return CheapestFirst


@pytest.fixture
def panel(client, provider):
    anchor = product("Kilo", "5.00", amount=Decimal(1000), size_text="1 kg")
    candidate = product("Half", "2.10", size_text="500 g")
    client.post("/api/cart/lines", {"product_id": anchor.pk, "quantity": 1}, content_type=JSON)
    client.put("/api/cart/budget", {"budget": "4.00"}, content_type=JSON)
    provider.pairs = [swap(anchor, 1, candidate, quantity=2, saving_cents=80)]
    return client.get("/api/cart/swaps").json()


def act(client, panel, verb="", position=1):
    body = {"qid": panel["qid"], "position": position}
    return client.post(f"/api/cart/swaps{verb}", body, content_type=JSON)


def test_the_panel_has_exactly_the_keys_of_the_contract(panel):
    assert list(panel) == [
        "message",
        "weights_line",
        "policy",
        "ranker",
        "qid",
        "total",
        "budget",
        "over_by",
        "suggestions",
    ]
    (found,) = panel["suggestions"]
    assert list(found) == [
        "position",
        "anchor",
        "product",
        "quantity",
        "saving",
        "unit_price",
        "anchor_unit_price",
        "total_after",
        "reasons",
        "score",
    ]


def test_the_panel_says_money_with_two_decimals(panel):
    assert panel["message"] == "Found 1 hybrid AI cheaper alternative"
    assert (panel["total"], panel["budget"], panel["over_by"]) == ("5.00", "4.00", "1.00")
    (found,) = panel["suggestions"]
    assert (found["saving"], found["total_after"]) == ("0.80", "4.20")
    assert (found["unit_price"], found["anchor_unit_price"]) == ("0.42", "0.50")
    assert found["reasons"] == [
        "2 packs of 500 g instead of 1 of 1 kg; same amount",
        "saves the most",
    ]
    assert found["anchor"]["name"] == "Kilo"
    assert found["product"]["name"] == "Half"


def test_incomparable_sizes_have_no_unit_prices(client, provider):
    anchor, candidate = product(price="5.00"), product(price="4.00", amount=None)
    client.post("/api/cart/lines", {"product_id": anchor.pk}, content_type=JSON)
    client.put("/api/cart/budget", {"budget": "1"}, content_type=JSON)
    provider.pairs = [swap(anchor, 1, candidate, quantity=1, saving_cents=100)]
    (found,) = client.get("/api/cart/swaps").json()["suggestions"]
    assert (found["unit_price"], found["anchor_unit_price"]) == (None, None)


def test_within_the_budget_the_panel_is_empty_and_says_why(client):
    found = client.get("/api/cart/swaps").json()
    assert (found["qid"], found["suggestions"], found["policy"]) == (None, [], "")
    assert found["message"] == "Your cart is empty."


def test_an_accepted_swap_lowers_the_total_by_its_saving(client, panel):
    first = act(client, panel)
    assert first.status_code == 200
    assert (first.json()["saving"], first.json()["total_after"]) == ("0.80", "4.20")
    assert client.get("/api/cart").json()["total"] == "4.20"
    assert act(client, panel).content == first.content


def test_undo_puts_the_cart_back(client, panel):
    before = client.get("/api/cart").content
    act(client, panel)
    first = act(client, panel, "/undo")
    assert first.json()["undone_at"] is not None
    assert client.get("/api/cart").content == before
    assert act(client, panel, "/undo").content == first.content


def test_a_dismissed_product_is_not_offered_again(client, panel):
    answer = act(client, panel, "/dismiss")
    assert answer.json() == {"dismissed": panel["suggestions"][0]["product"]["id"]}
    assert client.get("/api/cart/swaps").json()["suggestions"] == []


def test_a_price_that_moved_answers_409_with_the_difference(client, panel):
    Product.objects.filter(name="Half").update(price=Decimal("2.20"))
    answer = act(client, panel)
    assert answer.status_code == 409
    error = answer.json()["error"]
    assert error["code"] == "price_changed"
    assert error["fields"] == {
        "promised_saving": "0.80",
        "saving": "0.60",
        "difference": "-0.20",
        "quantity": 2,
    }


@pytest.mark.parametrize("verb", ["", "/dismiss"])
def test_another_browsers_slate_is_unknown(client, panel, verb):
    stranger = type(client)()
    assert act(stranger, panel, verb).status_code == 404
    assert act(client, {"qid": str(uuid4())}, verb).json()["error"]["code"] == "unknown_slate"
    assert act(client, panel, verb, position=2).json()["error"]["code"] == "unknown_position"


@pytest.mark.parametrize("position", [0, -1, 101, 10**30, "x", None, 1.5, [], True])
def test_a_position_that_is_none_is_refused(client, panel, position):
    for verb in ("", "/undo", "/dismiss"):
        assert act(client, panel, verb, position).status_code == 400
