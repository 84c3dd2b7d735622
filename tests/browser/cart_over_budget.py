"""A cart over its budget, as several browser tests begin with one."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


def budget_field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Budget")


def add_three(page: Page) -> None:
    """The dearest milk products, from their cards."""
    page.goto("/search?search=milk&sort=-price")
    for number in range(3):
        page.locator(".product").nth(number).get_by_role("button", name=re.compile("^Add")).click()
        expect(page.locator("#toasts")).to_contain_text("is in your cart.")
        expect(page.locator("#badge")).to_contain_text(str(number + 1))


def go_over_budget_here(page: Page) -> None:
    """On the cart page: a budget of $3.00, which three products are well above."""
    budget_field(page).fill("3.00")
    budget_field(page).press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Budget: $3.00.")
    expect(page.locator(".swap").first).to_be_visible()


def go_over_budget(page: Page) -> None:
    """Three products in the cart, and the budget below them."""
    add_three(page)
    page.goto("/cart")
    go_over_budget_here(page)
