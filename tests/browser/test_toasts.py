"""The toasts after a purchase, on a page of its own: what is asked, how often, and until when."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect, sync_playwright

pytestmark = pytest.mark.browser

SCRIPT = (Path(__file__).resolve().parents[2] / "static/js/toasts.js").read_text(encoding="utf-8")
PAGE = (
    '<meta charset="utf-8"><div id="toasts"></div><main data-status-url="/status" data-bucket="3"'
    f' data-placed-at="2030-01-31T12:00:00Z"></main><script>{SCRIPT}</script>'
)
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { configurable: true, value: hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@dataclass
class Store:
    """What the status says now, and with which ETag each question came."""

    training: dict[str, Any] = field(default_factory=dict)
    asked: list[str | None] = field(default_factory=list)

    def body(self) -> bytes:
        training = {"message": "", "bucket": 3, "given_up": False, **self.training}
        training.setdefault("started_at", "2030-01-31T12:00:05Z")
        return json.dumps({"generation": 1, "training": training}).encode()


@pytest.fixture
def opened(browser_path: str) -> Iterator[tuple[Page, Store]]:
    """The order's page and the store behind it."""
    store = Store()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = store.body()
            kind = "application/json"
            if self.path == "/status":
                store.asked.append(self.headers["If-None-Match"])
            else:
                body, kind = PAGE.encode(), "text/html"
            etag = f'"{hash(body)}"'
            known = self.headers["If-None-Match"] == etag
            self.send_response(304 if known else 200)
            self.send_header("ETag", etag)
            self.send_header("Content-Type", kind)
            self.end_headers()
            if not known:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server, sync_playwright() as playwright:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        address = f"http://127.0.0.1:{server.server_port}"
        yield browser.new_context(base_url=address).new_page(), store
        browser.close()
        server.shutdown()


def test_a_hidden_tab_asks_nothing_and_asks_again_when_it_is_looked_at(opened):
    page, store = opened
    store.training = {"state": "running"}
    page.goto("/")
    expect(page.locator("#toasts p")).to_have_text("🎓 Learning from your purchases...")
    page.evaluate(HIDE, True)
    page.wait_for_timeout(200)
    known = len(store.asked)
    page.wait_for_timeout(2500)
    assert len(store.asked) == known
    page.evaluate(HIDE, False)
    page.wait_for_timeout(500)
    assert len(store.asked) == known + 1
    # Every question but the first names the answer that is known.
    assert store.asked[0] is None
    assert None not in store.asked[1:]


@pytest.mark.parametrize(
    ("training", "said"),
    [
        ({"state": "kept", "message": "It was not put live."}, "It was not put live."),
        ({"state": "refused", "message": "Nothing was learned."}, "Nothing was learned."),
        (
            {"state": "failed", "given_up": True, "message": "Bucket 3 was given up."},
            "Bucket 3 was given up.",
        ),
    ],
)
def test_how_it_ended_is_said_and_nothing_is_asked_afterwards(opened, training, said):
    page, store = opened
    store.training = training
    page.goto("/")
    expect(page.locator("#toasts p")).to_have_text(["🎓 Learning from your purchases...", said])
    page.wait_for_timeout(2500)
    assert store.asked == [None]


@pytest.mark.parametrize("bucket", [2, 3])
def test_what_waits_or_is_tried_again_is_waited_for(opened, bucket):
    page, store = opened
    store.training = {"state": "failed" if bucket == 3 else "kept", "bucket": bucket}
    page.goto("/")
    page.wait_for_timeout(2500)
    assert len(store.asked) >= 2
    assert page.locator("#toasts p").count() == 0
