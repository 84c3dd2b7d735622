"""What a member finds, in a real browser: favourites in place, ordering again, leaving for good."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.member import order, sign_up

pytestmark = [pytest.mark.browser, pytest.mark.slow]
BOTH_WAYS = pytest.mark.parametrize(
    "shopper",
    [{}, {"java_script_enabled": False}],
    indirect=True,
    ids=["with scripts", "without scripts"],
)


def test_a_heart_turns_in_place_and_keeps_the_focus(shopper: Page) -> None:
    shopper.goto("/search?search=milk")
    shopper.wait_for_function("window.htmx")
    heart = shopper.locator(".heart").first
    expect(heart).to_have_attribute("aria-pressed", "false")
    for pressed, words in (("true", "is one of your favourites."), ("false", "is no favourite")):
        heart.focus()
        shopper.keyboard.press("Enter")
        expect(heart).to_have_attribute("aria-pressed", pressed)
        expect(heart).to_be_focused()
        expect(shopper.get_by_role("status")).to_contain_text(words)
    assert shopper.url.endswith("/search?search=milk")


@BOTH_WAYS
def test_from_an_account_to_an_order_again_and_out(shopper: Page, tmp_path: Path) -> None:
    page = shopper
    email = sign_up(page)
    page.get_by_label("Budget of a new cart").fill("60")
    page.get_by_role("button", name=re.compile("budget of a new cart$")).click()
    expect(page.locator("#budget_strip")).to_contain_text("$60.00 left of your budget of $60.00.")
    page.goto("/search?search=milk")
    name = page.locator(".product h3").first.inner_text().replace("\n", " ")
    page.locator(".heart").first.click()
    expect(page.locator("#toasts")).to_contain_text("is one of your favourites.")
    page.goto("/favourites")
    expect(page.locator(".product h3")).to_have_text(name)
    order(page)
    page.goto("/")
    page.get_by_role("button", name="Order it again").click()
    expect(page.get_by_text("From your order of")).to_be_visible()
    expect(page.locator("#toasts")).to_contain_text("The product of this order is in your cart.")
    page.goto("/privacy")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download my data").click()
    found = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert found["account"][0]["email"] == email
    assert len(found["order_lines"]) == len(found["cart_lines"]) == 1
    page.get_by_role("link", name=re.compile("^Erase everything")).click()
    page.get_by_label("I know that this cannot be taken back.").check()
    page.get_by_role("button", name="Erase everything").click()
    expect(page.locator("#toasts")).to_contain_text("is erased.")
    expect(page.locator("#badge")).to_have_text("")
    page.goto("/orders")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
