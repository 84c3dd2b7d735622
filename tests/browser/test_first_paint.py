"""A page stands on the screen before its scripts ask for the line."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.cart_over_budget import go_over_budget

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LATER = """() => {
  const [painted] = performance.getEntriesByName("first-contentful-paint");
  const scripts = performance.getEntriesByType("resource")
    .filter(({ initiatorType, name }) => initiatorType === "script" && !name.includes("start"));
  return scripts.map(({ startTime }) => startTime - painted.startTime);
}"""


def test_what_acts_in_place_is_fetched_after_the_first_paint(shopper: Page) -> None:
    go_over_budget(shopper)
    for path, scripts in (("/", 1), ("/cart", 2), ("/checkout", 1)):
        for _ in range(5):
            shopper.goto(path)
            waited = shopper.evaluate(LATER)
            assert len(waited) == scripts
            assert min(waited) >= 0, path
