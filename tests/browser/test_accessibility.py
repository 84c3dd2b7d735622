"""axe finds nothing to complain of in any state of the store, in light and in dark."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.cart_over_budget import add_three, budget_field, go_over_budget_here
from tests.browser.member import order, sign_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NARROW = {"viewport": {"width": 360, "height": 800}, "reduced_motion": "reduce"}
BOTH = pytest.mark.parametrize(
    "shopper",
    [{**NARROW, "color_scheme": "light"}, {**NARROW, "color_scheme": "dark"}],
    indirect=True,
    ids=["light", "dark"],
)


def assert_accessible(page: Page, state: str) -> None:
    found = Axe().run(page).response["violations"]
    told = [(row["id"], [node["target"] for node in row["nodes"]]) for row in found]
    assert told == [], f"{state}: {told}"
    overflow = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert overflow <= 0, f"{state}: {overflow} pixels wider than the window"


@BOTH
def test_the_pages_at_rest(shopper: Page) -> None:
    for address in (
        "/", "/search?search=milk", "/c/bakery", "/cart", "/account/sign-in", "/account/sign-up",
        "/account/password", "/account/diet", "/privacy", "/nowhere",
    ):  # fmt: skip
        shopper.goto(address)
        assert_accessible(shopper, address)
        if shopper.locator("details").count():
            shopper.evaluate(
                "document.querySelectorAll('details').forEach((one) => one.open = true)"
            )
            assert_accessible(shopper, f"{address} with everything open")


@BOTH
def test_the_cart_in_each_of_its_states(shopper: Page) -> None:
    page = shopper
    add_three(page)
    assert_accessible(page, "cards with steppers")
    page.goto("/cart")
    assert_accessible(page, "no budget")
    go_over_budget_here(page)
    assert_accessible(page, "over budget")
    page.get_by_role("link", name="Fit my cart to the budget").click()
    expect(page.locator("#fit_title")).to_be_focused()
    assert_accessible(page, "fit previewed")
    page.get_by_role("link", name="Leave it").click()
    page.get_by_role("button", name=re.compile("^Keep mine")).first.click()
    expect(page.get_by_role("button", name=re.compile("^Offer again"))).to_be_visible()
    assert_accessible(page, "kept")
    page.get_by_role("button", name=re.compile("^Accept")).first.click()
    expect(page.locator(".just")).to_be_visible()
    assert_accessible(page, "swapped")
    budget_field(page).fill("sixty")
    budget_field(page).press("Enter")
    expect(page.locator("#budget_error")).to_be_visible()
    assert_accessible(page, "a wrong budget")


@BOTH
def test_what_a_member_finds(shopper: Page) -> None:
    page = shopper
    sign_up(page)
    assert_accessible(page, "account")
    page.get_by_label("Budget of a new cart").fill("sixty")
    page.get_by_role("button", name=re.compile("budget of a new cart$")).click()
    expect(page.get_by_text("A budget is an amount such as")).to_be_visible()
    assert_accessible(page, "account with a wrong budget")
    page.goto("/orders")
    assert_accessible(page, "no orders")
    page.goto("/favourites")
    assert_accessible(page, "no favourites")
    page.goto("/search?search=milk")
    page.locator(".heart").first.click()
    expect(page.locator("#toasts")).to_contain_text("is one of your favourites.")
    assert_accessible(page, "a favourite among cards")
    page.goto("/favourites")
    assert_accessible(page, "favourites")
    order(page)
    assert_accessible(page, "order")
    page.goto("/")
    assert_accessible(page, "home of who has ordered")
    page.goto("/orders")
    assert_accessible(page, "orders")
    page.get_by_role("button", name=re.compile("^Order again")).click()
    expect(page.get_by_text("From your order of")).to_be_visible()
    assert_accessible(page, "an order again")
    page.goto("/search?search=coffee")
    page.locator(".product h3 a").first.click()
    page.goto("/cart")
    page.locator(".line .name a").first.click()
    page.locator(".recent").scroll_into_view_if_needed()
    # What is still on its way is shown paler.
    for title in (page.locator("#alternatives_title"), page.locator("#recent")):
        expect(title).to_be_visible()
    assert_accessible(page, "product with what was looked at")
    page.goto("/recent")
    assert_accessible(page, "what was looked at")
    page.goto("/privacy/erase")
    assert_accessible(page, "erasing asked for")
    page.get_by_role("button", name="Erase everything").click()
    expect(page.get_by_text("Please tick that you know it.")).to_be_visible()
    assert_accessible(page, "erasing without the tick")


@BOTH
def test_the_checkout_and_its_errors(shopper: Page) -> None:
    add_three(shopper)
    shopper.goto("/checkout")
    assert_accessible(shopper, "checkout")
    shopper.get_by_role("button", name="Place the order").click()
    expect(shopper.locator("#wrong")).to_be_focused()
    assert_accessible(shopper, "checkout error")
