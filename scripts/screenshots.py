"""Pictures of an open store (STORE) into docs/images/: its six main states, narrow and wide."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Page, expect
from shop_window import STORE, browser, fill_cart, set_budget, shopper

IMAGES = Path(__file__).resolve().parents[1] / "docs/images"
WIDTHS = {360: 800, 1280: 900}


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with browser() as opened:
        for width, height in WIDTHS.items():
            take(shopper(opened, viewport={"width": width, "height": height}), width)


def take(page: Page, width: int) -> None:
    """Home, search, product, cart over budget, cart after a swap, checkout."""
    page.goto("/")
    keep(page, "home", width)
    page.goto("/search?search=coffee")
    keep(page, "search", width)
    page.goto(page.locator(".product h3 a").first.get_attribute("href") or "/")
    keep(page, "product", width)
    fill_cart(page)
    set_budget(page, 0.85)
    # Loaded anew, so that nothing is said any more.
    page.goto("/cart")
    keep(page, "cart", width)
    page.get_by_role("button", name=re.compile("^Accept")).first.click()
    expect(page.locator(".just")).to_be_visible()
    page.evaluate("window.scrollTo(0, 0)")
    keep(page, "swapped", width)
    page.goto("/checkout")
    keep(page, "checkout", width)


def keep(page: Page, name: str, width: int) -> None:
    path = IMAGES / f"{name}-{width}.png"
    page.screenshot(path=path)
    print(f"{path.name}: {path.stat().st_size // 1024} KB of {STORE}")


if __name__ == "__main__":
    main()
