"""The beacon in a real browser, on a page of its own: what counts as seen, and how it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Page, sync_playwright

pytestmark = pytest.mark.browser

SCRIPT = (Path(__file__).resolve().parents[2] / "static/js/beacon.js").read_text(encoding="utf-8")


def _page(qid: str = "q1", *, products: int = 3, height: int = 100) -> str:
    items = "".join(
        f'<li data-qid="{qid}" data-position="{at}" data-product="{at + 10}"'
        f' style="height:{height}px">swap</li>'
        for at in range(1, products + 1)
    )
    return (
        f'<body data-track-url="/api/track-events"><ol style="margin:0">{items}</ol>'
        f"<script>{SCRIPT}</script></body>"
    )


@dataclass
class Told:
    """What each address answers, and the events of every message that arrived."""

    pages: dict[str, str] = field(
        default_factory=lambda: {"/": _page(), "/other": "<p>elsewhere</p>"}
    )
    messages: list[list[dict]] = field(default_factory=list)
    # The status of the next answers to messages; 200 when there is none left.
    failures: list[int] = field(default_factory=list)


@pytest.fixture
def heard() -> Iterator[tuple[str, Told]]:
    """A server's address: what leaves with a page reaches a server, and no test's interception."""
    told = Told()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(told.pages.get(self.path, ""), "text/html")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            told.messages.append(json.loads(body)["events"])
            status = told.failures.pop(0) if told.failures else 200
            self._answer("{}", "application/json", status=status)

        def _answer(self, text: str, kind: str, *, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", told
        server.shutdown()


@pytest.fixture
def told(
    heard: tuple[str, Told], browser_path: str
) -> Iterator[tuple[Page, dict[str, str], list[list[dict]]]]:
    """A page 800 x 600, what each address answers, and the events of every message."""
    address, told = heard
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=browser_path, args=["--no-sandbox", "--disable-gpu"]
        )
        context = browser.new_context(base_url=address, viewport={"width": 800, "height": 600})
        yield context.new_page(), told.pages, told.messages
        browser.close()


def _positions(messages: list[list[dict]]) -> list[list[int]]:
    return [[event["position"] for event in events] for events in messages]


def test_a_slate_in_view_for_a_second_is_one_message(told):
    page, _, messages = told
    # From before the page was asked for: a busy machine makes this longer, never shorter.
    begun = monotonic()
    page.goto("/")
    while not messages and monotonic() < begun + 20:
        page.wait_for_timeout(20)
    assert monotonic() - begun >= 1.0
    page.wait_for_timeout(1200)
    assert _positions(messages) == [[1, 2, 3]]
    assert {event["event_type"] for event in messages[0]} == {"impression"}
    assert [event["product_id"] for event in messages[0]] == [11, 12, 13]


def test_what_is_less_than_half_visible_is_not_seen(told):
    page, pages, messages = told
    # 600 px show the first item whole and a third of the second.
    pages["/"] = _page(height=450)
    page.goto("/")
    page.wait_for_timeout(1400)
    page.goto("/other")
    page.wait_for_timeout(300)
    assert _positions(messages) == [[1]]


def test_what_comes_into_view_bit_by_bit_is_seen_from_the_half_on(told):
    page, pages, messages = told
    pages["/"] = _page(products=2, height=500)
    page.goto("/")
    # 100 px of the second stand there from the beginning; 240 are less than half, 260 are more.
    for first, last in ((0, 140), (140, 160)):
        assert messages == []
        for top in range(first, last + 1, 20):
            page.evaluate("(top) => window.scrollTo(0, top)", top)
            page.wait_for_timeout(60)
        page.wait_for_timeout(1300)
    assert _positions(messages) == [[1, 2]]


def test_what_was_seen_is_told_although_the_page_changes(told):
    page, pages, messages = told
    pages["/"] = _page(height=280)
    page.goto("/")
    page.wait_for_timeout(1300)
    # The third is still to be seen, so nothing was sent yet.
    assert messages == []
    page.goto("/other")
    page.wait_for_timeout(300)
    assert _positions(messages) == [[1, 2]]


def test_who_leaves_before_a_second_has_seen_nothing(told):
    page, _, messages = told
    page.goto("/")
    page.wait_for_timeout(500)
    page.goto("/other")
    page.wait_for_timeout(1200)
    assert messages == []


def test_the_same_slate_shown_again_is_not_told_again(told):
    page, _, messages = told
    for _ in range(2):
        page.goto("/")
        page.wait_for_timeout(1300)
    assert _positions(messages) == [[1, 2, 3]]


def test_a_slate_that_is_replaced_tells_what_was_seen_of_it_and_no_more(told):
    page, pages, messages = told
    pages["/"] = _page(height=280)
    page.goto("/")
    page.wait_for_timeout(1300)
    # The third comes into view for less than a second before the slate is replaced.
    page.evaluate("window.scrollTo(0, 300)")
    page.wait_for_timeout(300)
    page.evaluate(
        """() => {
          document.querySelector("ol").replaceChildren();
          document.dispatchEvent(new Event("htmx:afterSettle"));
        }"""
    )
    page.wait_for_timeout(1200)
    assert _positions(messages) == [[1, 2]]


def _named(events: list[dict]) -> list[tuple[str, int]]:
    return [(event["qid"], event["position"]) for event in events]


def _three_slates_one_after_the_other(told, *, products: int = 3, height: int = 100) -> None:
    page, pages, messages = told
    for at, qid in enumerate(("q1", "q2", "q3"), start=1):
        pages[f"/{qid}"] = _page(qid, products=products, height=height)
        page.goto(f"/{qid}")
        until = monotonic() + 20
        while len(messages) < at and monotonic() < until:
            page.wait_for_timeout(20)
        page.wait_for_timeout(200)


@pytest.mark.parametrize("failure", [500, 503, 403, 429])
def test_what_was_not_acknowledged_goes_with_the_next_message_under_the_same_names(
    told, heard, failure
):
    heard[1].failures.append(failure)
    _three_slates_one_after_the_other(told)
    _, _, (first, second, third) = told
    assert _named(first) == [("q1", 1), ("q1", 2), ("q1", 3)]
    assert second[:3] == first
    assert all(event["event_id"] for event in first)
    assert _named(second[3:]) == [("q2", 1), ("q2", 2), ("q2", 3)]
    assert _named(third) == [("q3", 1), ("q3", 2), ("q3", 3)]


def test_what_never_arrived_goes_with_the_next_message(told):
    page, pages, messages = told
    page.route("**/api/track-events", lambda route: route.abort())
    page.goto("/")
    page.wait_for_timeout(1400)
    assert messages == []
    page.unroute("**/api/track-events")
    pages["/second"] = _page("q2")
    page.goto("/second")
    page.wait_for_timeout(1400)
    assert [_named(events) for events in messages] == [
        [("q1", 1), ("q1", 2), ("q1", 3), ("q2", 1), ("q2", 2), ("q2", 3)]
    ]


def test_a_message_that_is_refused_for_itself_is_not_repeated(told, heard):
    heard[1].failures.append(400)
    _three_slates_one_after_the_other(told)
    assert _positions(told[2]) == [[1, 2, 3]] * 3


def test_of_what_was_not_acknowledged_the_newest_fifty_are_told_again(told, heard):
    heard[1].failures += [503, 503]
    _three_slates_one_after_the_other(told, products=20, height=20)
    first, second, third = (_named(events) for events in told[2])
    every = [(qid, at) for qid in ("q1", "q2", "q3") for at in range(1, 21)]
    assert (first, second, third) == (every[:20], every[:40], every[10:])
