"""The whole way with the keyboard alone; the focus and what is said are looked at at every step."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.cart_over_budget import budget_field

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOST_TABS = 120


def tab_to(page: Page, wanted: Locator) -> None:
    """Presses Tab until the element has the focus."""
    for _ in range(MOST_TABS):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{MOST_TABS} presses of Tab do not reach {wanted}")


def button(page: Page, words: str) -> Locator:
    return page.get_by_role("button", name=re.compile(words)).first


def test_from_the_shelf_to_the_order_without_a_mouse(shopper: Page) -> None:
    page = shopper
    said = page.locator("#toasts")
    page.goto("/search?search=milk&sort=-price")
    for packs in (1, 2):
        tab_to(page, button(page, "^Add " if packs == 1 else r"^\+ one pack"))
        page.keyboard.press("Enter")
        expect(said).to_contain_text("is in your cart." if packs == 1 else "2 in your cart.")
        expect(button(page, r"^\+ one pack")).to_be_focused()
    page.goto("/cart")
    total = page.locator(".summary .total strong").text_content()

    tab_to(page, budget_field(page))
    page.keyboard.type("3.00")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Budget: $3.00.")
    expect(budget_field(page)).to_be_focused()

    tab_to(page, button(page, "^Accept"))
    page.keyboard.press("Enter")
    expect(said).to_contain_text("Swapped. The total fell by")
    expect(button(page, "^Undo the swap")).to_be_focused()

    page.keyboard.press("Enter")
    expect(said).to_contain_text("is back in your cart.")
    expect(page.locator("#panel_title")).to_be_focused()
    expect(page.locator(".summary .total strong")).to_have_text(total or "")

    tab_to(page, button(page, "^Not this"))
    page.keyboard.press("Enter")
    expect(said).to_contain_text("It will not be offered to you again.")
    expect(page.locator("#panel_title")).to_be_focused()

    tab_to(page, button(page, "^Remove"))
    page.keyboard.press("Enter")
    expect(said).to_contain_text("is out of your cart.")
    expect(button(page, "^Undo removing")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()

    tab_to(page, page.get_by_role("link", name="Check out"))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_label("Your name"))
    page.keyboard.type("Ada Lovelace")
    page.keyboard.press("Tab")
    page.keyboard.type("ada@example.com")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you, Ada Lovelace")
