"""The search field as a combobox: chosen with the arrows, told to whoever cannot see the list."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.test_accessibility import BOTH, assert_accessible

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def search_field(page: Page) -> Locator:
    """Focused, and a combobox by then."""
    page.goto("/")
    page.get_by_label("Search the store").focus()
    field = page.get_by_role("combobox", name="Search the store")
    expect(field).to_have_attribute("aria-expanded", "false")
    return field


def type_slowly(field: Locator, words: str) -> Locator:
    field.press_sequentially(words, delay=30)
    options = field.page.get_by_role("option")
    expect(options.first).to_be_visible()
    return options


def test_arrows_choose_a_suggestion_and_enter_opens_it(shopper: Page) -> None:
    field = search_field(shopper)
    options = type_slowly(field, "milk")
    expect(field).to_have_attribute("aria-expanded", "true")
    said = f"{options.count()} suggestions, arrow keys choose"
    expect(shopper.locator(".find [role=status]")).to_have_text(said)
    for key, chosen in (("ArrowDown", 0), ("ArrowDown", 1), ("ArrowUp", 0), ("ArrowUp", None)):
        field.press(key)
        expect(shopper.locator("[aria-selected=true]")).to_have_count(0 if chosen is None else 1)
        if chosen is None:
            assert field.get_attribute("aria-activedescendant") is None
        else:
            name = options.nth(chosen).get_attribute("id") or ""
            expect(field).to_have_attribute("aria-activedescendant", name)
            expect(options.nth(chosen)).to_have_attribute("aria-selected", "true")
        expect(field).to_be_focused()
    field.press("ArrowUp")
    wanted = options.last.get_attribute("href") or ""
    field.press("Enter")
    shopper.wait_for_url(f"**{wanted}")


def test_escape_puts_the_list_away_and_enter_then_searches_for_what_was_typed(
    shopper: Page,
) -> None:
    field = search_field(shopper)
    options = type_slowly(field, "milk")
    field.press("ArrowDown")
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(options.first).not_to_be_visible()
    expect(field).to_have_value("milk")
    field.press("Enter")
    expect(shopper.get_by_role("heading", level=1)).to_have_text("Search: milk")


def test_that_nothing_fits_is_told_too(shopper: Page) -> None:
    field = search_field(shopper)
    field.press_sequentially("zzzz", delay=30)
    said = shopper.locator(".find [role=status]")
    expect(said).to_have_text("No suggestion. Press Search for help.")
    expect(field).to_have_attribute("aria-expanded", "false")


@BOTH
def test_the_open_list_is_accessible(shopper: Page) -> None:
    field = search_field(shopper)
    type_slowly(field, "milk")
    field.press("ArrowDown")
    assert_accessible(shopper, "suggestions")
