"""On the narrowest page, 320 pixels or 640 at twice the size, nothing is pushed out of sight."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.cart_over_budget import go_over_budget

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NARROWEST = pytest.mark.parametrize(
    "shopper", [{"viewport": {"width": 320, "height": 640}}], indirect=True
)
# Everywhere a product is named.
LENGTHENED = """() => document.querySelectorAll(
    "h1, .product h3 a, .line .name a, .side .name, .just p, .tile span, main td:not(.number)"
  ).forEach((one) => { one.textContent = "Donaudampfschifffahrtsgesellschaftskapitänsmilch"; })"""
TOO_WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def assert_fits(page: Page, state: str) -> None:
    assert page.evaluate(TOO_WIDE) == 0, state
    page.evaluate(LENGTHENED)
    assert page.evaluate(TOO_WIDE) == 0, f"{state}, with names of one long word"


@NARROWEST
def test_every_page_of_a_purchase_fits(shopper: Page) -> None:
    page = shopper
    go_over_budget(page)
    first = page.locator(".line .name a").first.get_attribute("href")
    assert_fits(page, "over budget")
    for address in ("/", "/search?search=milk", str(first), "/cart?fit=1", "/checkout"):
        page.goto(address)
        assert_fits(page, address)
    page.goto("/checkout")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("E-mail address").fill("ada@example.com")
    page.get_by_role("button", name="Place the order").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert_fits(page, "receipt")
