"""The budget answers while it is typed, without a storm of requests and without late answers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.cart_over_budget import add_three, budget_field

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_typing_sends_one_request_for_a_pause_and_keeps_focus_and_text(shopper: Page) -> None:
    page, sent = shopper, []
    add_three(page)
    page.goto("/cart")

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/cart/budget"):
            sent.append(request.post_data or "")

    page.on("request", note)
    budget_field(page).press_sequentially("3.50", delay=60)
    expect(page.locator(".verdict")).to_contain_text("over your budget of $3.50.")
    expect(page.locator("#toasts")).to_contain_text("over your budget of $3.50.")
    assert len(sent) == 1
    assert "budget=3.50" in sent[0]
    expect(budget_field(page)).to_be_focused()
    expect(budget_field(page)).to_have_value("3.50")
    expect(page.locator(".swap").first).to_be_visible()


def test_a_slow_answer_never_overwrites_a_newer_one(shopper: Page) -> None:
    page, answered = shopper, []
    add_three(page)
    page.goto("/cart")

    def first_is_slow(route: Route) -> None:
        if not answered:
            answered.append(1)
            page.wait_for_timeout(1500)
        route.continue_()

    page.route("**/cart/budget", first_is_slow)
    budget_field(page).fill("3")
    page.wait_for_timeout(400)
    budget_field(page).fill("500")
    expect(page.locator(".verdict")).to_contain_text("left of your budget of $500.00.")
    page.wait_for_timeout(1500)
    expect(page.locator(".verdict")).to_contain_text("left of your budget of $500.00.")
    expect(page.locator(".swap")).to_have_count(0)
    page.reload()
    expect(budget_field(page)).to_have_value("500.00")


def test_enter_in_the_field_sets_the_budget_and_off_takes_it_away(shopper: Page) -> None:
    add_three(shopper)
    shopper.goto("/cart")
    for amount in ("3.00", "4.00"):
        budget_field(shopper).fill(amount)
        budget_field(shopper).press("Enter")
        expect(shopper.locator("#toasts")).to_contain_text(f"Budget: ${amount}.")
    shopper.get_by_role("button", name=re.compile("^Off")).click()
    expect(shopper.locator("#toasts")).to_contain_text("The budget is off.")
    expect(budget_field(shopper)).to_be_focused()
    expect(shopper.locator("#panel")).to_have_count(0)
