"""TARGETS R6: rankers whose files are damaged become live, and none of them ever answers.

``FAULTS_PUBLISHES`` makes it larger; what is damaged when is fixed.
"""

from __future__ import annotations

import json
import logging
import os
import threading
import time
from collections import Counter
from contextlib import ExitStack
from http.client import HTTPException
from typing import Any

import numpy as np
import pytest

from tests.faults import processes, publisher
from tests.flows.running_store import Shopper, manage, until, web

pytestmark = pytest.mark.slow

logger = logging.getLogger(__name__)

PUBLISHES = int(os.environ.get("FAULTS_PUBLISHES", "16"))
A_SECOND = 50
"""Requests to all processes together, as far as the machine keeps up."""
LIVE_WITHIN = 15.0
"""Seconds. TARGETS asks for 3; a test may share its machine with others."""


class Reader(threading.Thread):
    """A shopper of one process who changes the budget and looks at the panel, on and on."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.shopper, self.ending = Shopper(address), threading.Event()
        self.panels: list[dict[str, Any]] = []
        self.failures: list[str] = []
        self.requests = 0

    def run(self) -> None:
        self._ask("POST", "/api/cart/lines", {"product_id": 1, "quantity": 1})
        while not self.ending.is_set():
            # With another budget it is another panel, which must be ranked anew.
            cents = 100 + self.requests % 700
            self._ask("PUT", "/api/cart/budget", {"budget": f"{cents / 100:.2f}"})
            panel = self._ask("GET", "/api/cart/swaps")
            if panel is not None:
                self.panels.append(panel)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        due = time.monotonic() + publisher.PROCESSES / A_SECOND
        self.requests += 1
        try:
            return self.shopper.call(method, path, body)
        # An answer of 400 or more, or of a process that died, none or half of one.
        except (OSError, HTTPException) as failure:
            self.failures.append(f"{method} {path}: {failure!r}")
            return None
        finally:
            self.ending.wait(due - time.monotonic())


def test_a_damaged_ranker_kills_no_process_and_never_answers(tmp_path):
    readers: list[Reader] = []
    with ExitStack() as stack:
        environment = stack.enter_context(processes.store("embedded", tmp_path))
        module = ("tests.faults.publisher", str(PUBLISHES))
        publishing = stack.enter_context(processes.start(environment, *module))
        stack.callback(publishing.kill)
        assert publishing.stdin is not None
        assert publishing.stdout is not None
        first = publishing.stdout.readline()
        webs = [stack.enter_context(web(environment)) for _ in range(publisher.PROCESSES)]
        for address, _ in webs:
            reader = Reader(address)
            until(lambda reader=reader: reader.shopper.call("GET", "/health/ready"))
            readers.append(reader)
        began = time.monotonic()
        for reader in readers:
            reader.start()
        publishing.stdin.write("They ask.\n")
        publishing.stdin.flush()
        try:
            told = [json.loads(line) for line in (first, *publishing.stdout)]
        finally:
            for reader in readers:
                reader.ending.set()
            for reader in readers:
                reader.join()
        took = time.monotonic() - began
        ended = publishing.wait(timeout=60)
        assert [server.poll() for _, server in webs] == [None] * publisher.PROCESSES
        slates = json.loads(manage(environment, "shell", "-v", "0", "-c", REPORT))
    assert [failure for reader in readers for failure in reader.failures] == []
    numbers = {tag: number for number, (tag, damage, _) in enumerate(told) if not damage}
    panels = [panel for reader in readers for panel in reader.panels]
    assert {panel["ranker"] for panel in panels} <= set(numbers), Counter(
        panel["ranker"] for panel in panels
    )
    assert _wrong(panels, slates, numbers) == []
    assert ended == 0
    assert [damage for _, damage, _ in told] == publisher.plan(PUBLISHES)
    live = [seconds for _, damage, seconds in told[1:] if not damage]
    assert max(live) <= LIVE_WITHIN
    requests = sum(reader.requests for reader in readers)
    logger.info(
        "%s panels by %s rankers, %.0f requests/s, %s damaged; live after %.2f s, at most %.2f s",
        len(panels),
        len(numbers),
        requests / took,
        len(told) - len(numbers),
        np.median(live),
        max(live),
    )


def _wrong(
    panels: list[dict[str, Any]], slates: dict[str, Any], numbers: dict[str, int]
) -> list[str]:
    """The panels whose scores are not those of the ranker that they name, which is made here."""
    scorers = {tag: publisher.trained(number) for tag, number in numbers.items()}
    wrong = []
    for panel in panels:
        features, items = slates[panel["qid"]]
        expected = scorers[panel["ranker"]].score(np.array(features, dtype=np.float64))
        shown = [(row["product"]["id"], row["score"]) for row in panel["suggestions"]]
        if not shown or shown != list(zip(items, expected.tolist(), strict=True)):
            wrong.append(f"{panel['ranker']}: {shown}, not {expected.tolist()}")
    return wrong


REPORT = """
import json
import numpy as np
from tracking.models import Slate
print(json.dumps({
    str(slate.qid): [
        np.frombuffer(slate.features).reshape(len(slate.items), -1).tolist(),
        [item["product"] for item in slate.items],
    ]
    for slate in Slate.objects.iterator(chunk_size=500)
}))
"""
