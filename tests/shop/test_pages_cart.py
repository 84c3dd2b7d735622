from decimal import Decimal

import pytest

from shop.models import CartLine, DismissedProduct, Product
from tests.shop.pages import put, statements, the_cart, total, words
from tests.shop.shelf import CheapestFirst, product, swap

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture(autouse=True)
def _remembered(settings):
    settings.CONSENT = "assume"


@pytest.fixture
def panel(client, settings):
    """A cart of $10.00 over a budget of $7.50, and one swap that saves $4.00 of it."""
    settings.SWAP_PROVIDER = "tests.shop.shelf.CheapestFirst"
    anchor, cheaper = product("Dear coffee", "5.00"), product("Cheap coffee", "3.00")
    CheapestFirst.pairs = [swap(anchor, 2, cheaper, quantity=2, saving_cents=400)]
    put(client, anchor, 2)
    client.post("/cart/budget", {"budget": "7.50"})
    yield anchor, cheaper
    CheapestFirst.pairs = []


def item(client):
    slate = client.get("/cart").context["slate"]
    return {"qid": str(slate.qid), "position": "1"}


def test_adding_leads_back_to_where_the_shopper_was_and_says_so(client):
    coffee = product("Coffee")
    answer = client.post("/cart/add", {"product_id": coffee.pk, "next": "/search?page=2"})
    assert answer.headers["Location"] == "/search?page=2"
    text = words(client.get("/search"))
    assert "Coffee is in your cart." in text
    assert "Cart 1 pack" in text


def test_a_foreign_way_back_is_not_taken(client):
    coffee = product()
    answer = client.post("/cart/add", {"product_id": coffee.pk, "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/cart"


def test_adding_with_htmx_answers_with_badge_and_words_only(client):
    answer = client.post("/cart/add", {"product_id": product("Coffee").pk}, **HTMX)
    html = answer.content.decode()
    assert 'id="badge" class="number badge" hx-swap-oob="true"' in html
    assert "Coffee is in your cart." in html
    assert "<main" not in html


def test_the_summary_names_what_cannot_be_had_any_more(client):
    put(client, product("Tea"))
    put(client, coffee := product("Coffee"))
    Product.objects.filter(pk=coffee.pk).update(stock=0)
    summary = client.get("/cart").content.decode().split('class="card summary"')[1]
    assert "Coffee: Out of stock." in summary.split("</section>")[0]


def test_more_than_there_is_is_refused_in_words(client):
    coffee = product("Coffee", stock=2)
    client.post("/cart/add", {"product_id": coffee.pk, "quantity": 3})
    assert "Coffee: Only 2 left in stock." in words(client.get("/cart"))
    assert not CartLine.objects.exists()


def test_a_line_changes_and_goes(client):
    put(client, product("Coffee", "2.50"))
    line = CartLine.objects.get()
    client.post(f"/cart/lines/{line.pk}", {"quantity": "3"})
    assert total(client) == Decimal("7.50")
    client.post(f"/cart/lines/{line.pk}/remove")
    assert "Nothing is in your cart yet." in words(client.get("/cart"))


@pytest.mark.parametrize("quantity", ["0", "100", "-1", "many", ""])
def test_a_wrong_quantity_is_refused_and_nothing_changes(client, quantity):
    put(client, product())
    line = CartLine.objects.get()
    answer = client.post(f"/cart/lines/{line.pk}", {"quantity": quantity})
    assert answer.status_code == 422
    assert "A quantity is a number from 1 to 99." in words(answer)
    assert CartLine.objects.get().quantity == 1


def test_somebody_elses_line_is_unknown(client):
    put(client, product())
    line = CartLine.objects.get()
    client.cookies.clear()
    assert client.post(f"/cart/lines/{line.pk}/remove").status_code == 404
    assert CartLine.objects.exists()


@pytest.mark.parametrize(
    ("typed", "budget"),
    [("60", "60"), ("$1,250.50", "1250.50"), ("1,250", "1250"), (" 7.5 ", "7.5"), ("", None)],
)
def test_a_budget_is_read_as_people_type_it(client, typed, budget):
    put(client, product())
    client.post("/cart/budget", {"budget": typed})
    assert the_cart().budget == (Decimal(budget) if budget else None)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("sixty", "A budget is an amount such as 60 or 59.90."),
        ("12,50", "A budget is an amount such as 60 or 59.90."),
        ("1,25.00", "A budget is an amount such as 60 or 59.90."),
        ("0", "A budget is an amount above 0."),
        ("-5", "A budget is an amount above 0."),
        ("1.234", "A budget has at most two decimals."),
        ("1e30", "A budget is below 10,000,000."),
        ("NaN", "A budget is an amount such as 60 or 59.90."),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["plain", "htmx"])
def test_a_wrong_budget_is_told_beside_its_field_and_stays_typed(client, typed, why, headers):
    put(client, product())
    answer = client.post("/cart/budget", {"budget": typed}, **headers)
    assert answer.status_code == 422
    assert why in words(answer)
    assert f'value="{typed}"' in answer.content.decode()
    assert the_cart().budget is None


def test_over_the_budget_the_page_says_by_how_much_and_offers_the_slate(client, panel):
    text = words(client.get("/cart"))
    for expected in (
        "$2.50 over your budget of $7.50.",
        "Found 1 hybrid AI cheaper alternative",
        "weights of ltr",
        "Dear coffee 2 × $5.00 · $1.00 per 100 g",
        "Cheap coffee 2 × $3.00 · $0.60 per 100 g",
        "Save $4.00 total after: $6.00",
        "same amount",
        "saves the most",
    ):
        assert expected in text
    assert '<a href="/model">weights of ltr</a>' in client.get("/cart").content.decode()


def test_within_the_budget_there_is_no_panel(client, panel):
    client.post("/cart/budget", {"budget": "10.00"})
    page = client.get("/cart")
    assert 'id="panel"' not in page.content.decode()
    assert "$0.00 left of your budget of $10.00." in words(page)


def test_an_accepted_swap_lowers_the_total_by_what_it_promised_and_undo_puts_it_back(client, panel):
    anchor, cheaper = panel
    named = item(client)
    assert client.post("/cart/swaps/accept", named).headers["Location"] == "/cart"
    page = client.get("/cart")
    assert "Swapped. The total fell by $4.00 to $6.00." in words(page)
    assert "Swapped Dear coffee for Cheap coffee: $4.00 saved, the total is $6.00. Undo" in words(
        page
    )
    assert total(client) == Decimal("6.00")
    assert list(CartLine.objects.values_list("product_id", "quantity")) == [(cheaper.pk, 2)]
    assert "Instead of Dear coffee Undo the swap" in words(client.get("/cart"))
    client.post("/cart/swaps/undo", named)
    assert total(client) == Decimal("10.00")
    assert list(CartLine.objects.values_list("product_id", "quantity")) == [(anchor.pk, 2)]


def test_not_this_takes_the_suggestion_away_for_good(client, panel):
    client.post("/cart/swaps/dismiss", item(client))
    assert DismissedProduct.objects.get().product == panel[1]
    assert client.get("/cart").context["slate"].suggestions == ()


def test_with_htmx_an_accept_answers_with_the_cart_region_badge_and_words(client, panel):
    html = client.post("/cart/swaps/accept", item(client), **HTMX).content.decode()
    assert html.strip().startswith('<div id="cart">')
    assert 'id="badge"' in html
    assert '<div id="toasts" hx-swap-oob="innerHTML">' in html
    assert "<main" not in html
    assert "autofocus" in html


def test_a_price_that_moved_is_told_and_nothing_is_swapped(client, panel):
    anchor, cheaper = panel
    named = item(client)
    cheaper.price = Decimal("4.00")
    cheaper.save()
    answer = client.post("/cart/swaps/accept", named)
    assert answer.status_code == 409
    assert "this swap would now save $2.00, not $4.00" in words(answer)
    assert CartLine.objects.get().product == anchor


@pytest.mark.parametrize("named", [{}, {"qid": "x", "position": "1"}])
def test_a_swap_of_no_slate_is_refused(client, panel, named):
    assert client.post("/cart/swaps/accept", named).status_code == 400


@pytest.mark.parametrize("lines", [1, 10, 50])
def test_an_add_costs_7_statements_whatever_is_in_the_cart(client, lines):
    for number in range(lines):
        put(client, product(f"Item {number}", brand=f"Brand {number}"))
    another = product("Another")
    with statements(7):
        client.post("/cart/add", {"product_id": another.pk}, **HTMX)


@pytest.mark.parametrize("form", ["add", "budget", "lines/1", "lines/1/remove", "swaps/accept"])
def test_a_forms_own_address_opened_by_hand_leads_to_the_cart(client, form):
    put(client, product())
    answer = client.get(f"/cart/{form}")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/cart")
    assert CartLine.objects.get().quantity == 1
    assert client.put(f"/cart/{form}").status_code == 405
