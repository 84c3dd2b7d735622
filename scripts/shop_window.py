"""An open store in a browser: a cart over its budget, for pictures and measurements of it."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page, expect, sync_playwright
from system_packages import NO_BROWSER, find_browser

STORE = os.environ.get("STORE", "http://127.0.0.1:8000")
SEARCHES = ("milk", "cheese", "bread", "coffee")


@contextmanager
def browser() -> Iterator[Browser]:
    """The installed Chrome or Chromium; ends the program with a sentence where there is none."""
    path = find_browser()
    if path is None:
        sys.exit(NO_BROWSER)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


def shopper(opened: Browser, **options: Any) -> Page:
    """A page of a new visitor, who has answered the question about consent."""
    page = opened.new_context(base_url=STORE, reduced_motion="reduce", **options).new_page()
    page.goto("/privacy")
    page.locator("main").get_by_role("button", name="Yes, learn from me").click()
    return page


def fill_cart(page: Page) -> None:
    """Two of the dearer products from each of four searches."""
    for words in SEARCHES:
        page.goto(f"/search?search={words}&sort=-price")
        for number in (0, 1):
            card = page.locator(".product").nth(number)
            add = card.get_by_role("button", name=re.compile("^Add"))
            if add.count():
                add.click()
                expect(card.locator(".stepper")).to_be_visible()


def set_budget(page: Page, share: float) -> None:
    """A budget of so much of the cart's total, on the cart page."""
    page.goto("/cart")
    total = page.locator(".summary .total strong").inner_text().lstrip("$").replace(",", "")
    field = page.get_by_role("textbox", name="Budget")
    field.fill(f"{float(total) * share:.2f}")
    field.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("Budget: $")
    expect(page.locator(".swap").first).to_be_visible()
