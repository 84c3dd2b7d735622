from decimal import Decimal

import pytest

from shop.models import Cart, Member
from tests.shop.pages import put, the_cart, words
from tests.shop.shelf import product

pytestmark = pytest.mark.django_db
LONG_AND_RARE = "a long and rare one"


@pytest.fixture
def member(client):
    ada = Member.objects.create_user("ada@example.com", "ada@example.com", LONG_AND_RARE)
    client.force_login(ada)
    return ada


def keep(client, typed):
    return client.post("/account/budget", {"default_budget": typed}, follow=True)


def test_a_new_cart_starts_with_the_accounts_budget_and_every_page_says_so_before(client, member):
    assert "A new cart starts with a budget of $60.00." in words(keep(client, "$60"))
    for page in ("/", "/cart"):
        assert "$60.00 left of your budget of $60.00." in words(client.get(page))
    assert not Cart.objects.exists()
    put(client, product())
    assert the_cart().budget == 60


def test_a_cart_with_something_in_it_keeps_its_budget_and_an_empty_one_is_new(client, member):
    put(client, product())
    client.post("/cart/budget", {"budget": "20"})
    keep(client, "60")
    assert the_cart().budget == 20
    the_cart().lines.all().delete()
    keep(client, "70")
    assert the_cart().budget == 70


def test_after_an_order_the_next_cart_starts_with_it_again(client, member):
    keep(client, "60")
    put(client, product(price="5.00"))
    client.post("/cart/budget", {"budget": "20"})
    form = client.get("/checkout").context["form"]
    hidden = {name: form[name].value() for name in ("idempotency_key", "expected_total")}
    client.post("/checkout", {"name": "Ada", "email": "ada@example.com", **hidden})
    assert (the_cart().budget, the_cart().lines.count()) == (60, 0)
    keep(client, "")
    assert the_cart().budget is None


@pytest.mark.parametrize(("typed", "kept"), [("", Decimal("60.00")), ("20", Decimal("20.00"))])
def test_a_visitors_cart_brought_along_takes_it_unless_it_has_a_budget(client, member, typed, kept):
    keep(client, "60")
    client.logout()
    put(client, product())
    client.post("/cart/budget", {"budget": typed})
    client.post("/account/sign-in", {"login": member.email, "password": LONG_AND_RARE})
    assert (the_cart().shopper_key, the_cart().budget) == (f"m:{member.pk}", kept)


def test_a_wrong_amount_is_told_beside_its_field_and_nothing_is_kept(client, member):
    answer = client.post("/account/budget", {"default_budget": "-5"})
    assert answer.status_code == 422
    assert "A budget is an amount above 0." in words(answer)
    assert 'value="-5"' in answer.content.decode()
    member.refresh_from_db()
    assert member.default_budget is None


def test_a_visitor_has_no_account_to_keep_it_in(client):
    answer = client.post("/account/budget", {"default_budget": "60"})
    assert answer.headers["Location"] == "/account/sign-in?next=/account/diet"
    assert "Budget of a new cart" not in words(client.get("/account/diet"))
