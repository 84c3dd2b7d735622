"""Lighthouse on the pages of an open store (STORE), mobile with default throttling, as Markdown.

Each page is looked at three times (RUNS) and the medians are told. Lighthouse itself comes through
npx, or is the program that LIGHTHOUSE names.
"""

from __future__ import annotations

import json
import os
import shlex
import statistics
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from shop_window import STORE, browser, fill_cart, set_budget, shopper
from system_packages import find_browser

COMMAND = shlex.split(os.environ.get("LIGHTHOUSE", "npx --yes lighthouse@12"))
RUNS = int(os.environ.get("RUNS", "3"))
TRIES = 3
CATEGORIES = ("performance", "accessibility", "best-practices")


def main() -> None:
    with browser() as opened:
        page = shopper(opened)
        page.goto("/")
        category = page.locator(".tile").first.get_attribute("href") or "/"
        page.goto("/search?search=coffee")
        product = page.locator(".product h3 a").first.get_attribute("href") or "/"
        fill_cart(page)
        set_budget(page, 0.85)
        cookies = page.context.cookies()
    pages = {
        "home": "/",
        "category": category,
        "product": product,
        "cart over budget": "/cart",
        "checkout": "/checkout",
    }
    cookie = "; ".join(f"{row['name']}={row['value']}" for row in cookies)
    print("| page | performance | accessibility | best practices | LCP | CLS | sent | script |")
    print("|---|---|---|---|---|---|---|---|")
    for name, path in pages.items():
        print(row(name, [report(STORE + path, cookie) for _ in range(RUNS)]), flush=True)


def report(url: str, cookie: str) -> dict[str, Any]:
    """Lighthouse's own report. A busy machine now and then records nothing: then it is asked again.

    Its third failure ends the program with what it said.
    """
    for _ in range(TRIES):
        done = asked(url, cookie)
        if not done.returncode:
            found: dict[str, Any] = json.loads(done.stdout)
            return found
    sys.exit(f"lighthouse failed on {url}:\n{done.stderr[-2000:]}")


def asked(url: str, cookie: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            *COMMAND, url, "--quiet", "--output=json",
            f"--only-categories={','.join(CATEGORIES)}",
            "--chrome-flags=--headless=new --no-sandbox",
            f"--extra-headers={json.dumps({'Cookie': cookie})}",
        ],
        env={**os.environ, "CHROME_PATH": str(find_browser())},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip


def row(name: str, runs: Sequence[dict[str, Any]]) -> str:
    """One line of the table: the median of each figure over ``runs``."""
    middle = [statistics.median(column) for column in zip(*map(figures, runs), strict=True)]
    units = ("{:.0f}", "{:.0f}", "{:.0f}", "{:.2f} s", "{:.3f}", "{:.0f} KiB", "{:.1f} KiB")
    cells = [unit.format(figure) for unit, figure in zip(units, middle, strict=True)]
    return f"| {name} | {' | '.join(cells)} |"


def figures(found: dict[str, Any]) -> list[float]:
    """The three scores, LCP in seconds, CLS, KiB sent and KiB of script.

    Bytes are those that went over the wire.
    """
    audits = found["audits"]
    scores = [found["categories"][key]["score"] * 100 for key in CATEGORIES]
    requests = audits["network-requests"]["details"]["items"]
    sent = sum(item.get("transferSize", 0) for item in requests)
    script = sum(
        item.get("transferSize", 0) for item in requests if item.get("resourceType") == "Script"
    )
    lcp = audits["largest-contentful-paint"]["numericValue"] / 1000
    cls = audits["cumulative-layout-shift"]["numericValue"]
    return [*scores, lcp, cls, sent / 1024, script / 1024]


if __name__ == "__main__":
    main()
