"""What a shopper meets when the store is slow, does not answer, breaks, or is printed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.cart_over_budget import go_over_budget

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_while_an_answer_is_awaited_its_place_is_busy(shopper: Page) -> None:
    page = shopper
    go_over_budget(page)
    seen = []

    def slowly(route: Route) -> None:
        page.wait_for_timeout(600)
        seen.append(page.locator("#cart").get_attribute("aria-busy"))
        faded = page.locator(".htmx-request").first
        seen.append(faded.evaluate("one => Number(getComputedStyle(one).opacity) < 1"))
        seen.append(page.locator("button:disabled").count())
        route.continue_()

    page.route("**/cart/swaps/accept", slowly)
    page.get_by_role("button", name=re.compile("^Accept")).first.click()
    expect(page.locator(".just")).to_be_visible()
    assert seen == ["true", True, 1]
    assert page.locator("#cart").get_attribute("aria-busy") != "true"


@pytest.mark.parametrize("fails", ["no answer", "an error"])
def test_an_answer_that_fails_is_told_and_the_page_stays_usable(shopper: Page, fails: str) -> None:
    page = shopper
    go_over_budget(page)
    before = page.locator(".swap").count()

    def fail(route: Route) -> None:
        route.abort() if fails == "no answer" else route.fulfill(status=500, body="oops")

    page.route("**/cart/swaps/accept", fail)
    page.get_by_role("button", name=re.compile("^Accept")).first.click()
    expect(page.locator("#toasts")).to_have_text("That did not work. Please try again.")
    expect(page.locator(".swap")).to_have_count(before)
    expect(page.locator("[aria-busy=true]")).to_have_count(0)
    page.unroute("**/cart/swaps/accept")
    page.get_by_role("button", name=re.compile("^Accept")).first.click()
    expect(page.locator(".just")).to_be_visible()


def test_on_paper_stands_what_is_in_the_cart_and_nothing_to_press(shopper: Page) -> None:
    go_over_budget(shopper)
    shopper.emulate_media(media="print")
    expect(shopper.locator(".line .name").first).to_be_visible()
    expect(shopper.locator(".summary .total")).to_be_visible()
    for unwanted in ("header", "footer", "#panel", "button:visible", "#toasts"):
        expect(shopper.locator(unwanted).locator("visible=true")).to_have_count(0)


@pytest.mark.parametrize("shopper", [{"reduced_motion": "reduce"}], indirect=True, ids=[""])
def test_with_reduced_motion_nothing_moves(shopper: Page) -> None:
    go_over_budget(shopper)
    moving = shopper.evaluate(
        "[...document.querySelectorAll('*')].filter((one) => {"
        " const { animationDuration, transitionDuration } = getComputedStyle(one);"
        " return parseFloat(animationDuration) > 0.001 || parseFloat(transitionDuration) > 0.001;"
        " }).length"
    )
    assert moving == 0
