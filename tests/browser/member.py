"""Somebody with an account, as several browser tests need one."""

from __future__ import annotations

import re
from uuid import uuid4

from playwright.sync_api import Page, expect


def sign_up(page: Page) -> str:
    """Opens an account and stands on its page; the address."""
    email = f"ada-{uuid4().hex[:8]}@example.com"
    page.goto("/account/sign-up")
    page.get_by_role("textbox", name=re.compile("^E-?mail")).fill(email)
    page.get_by_label("Password").fill("a long and rare one")
    page.get_by_role("button", name="Open the account").click()
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    return email


def order(page: Page, words: str = "bread") -> None:
    """Adds the first product found, without waiting for scripts, and buys it."""
    page.goto(f"/search?search={words}")
    page.get_by_role("button", name=re.compile("^Add .* to the cart$")).first.click()
    expect(page.locator("#badge")).to_contain_text("1")
    page.goto("/checkout")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_role("button", name="Place the order").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
