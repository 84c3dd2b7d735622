"""Real processes: a web server and a worker, five purchases, and a new ranker without a restart."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 120


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **kept,
        "DATA_DIR": str(tmp_path),
        "CONSENT": "assume",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
    }


def _manage(environment: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)


@contextmanager
def _running(environment: dict[str, str], *command: str) -> Iterator[subprocess.Popen[bytes]]:
    log = Path(environment["DATA_DIR"]) / f"{command[0]}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(Path(sys.executable).parent / command[0]), *command[1:]],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Browser:
    """One shopper's session over HTTP."""

    def __init__(self, address: str) -> None:
        self.address = address
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.opener = urllib.request.build_opener(cookies)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(  # noqa: S310 our own server's address
            self.address + path,
            data=data,
            method=method,
            headers={"Content-Type": "application/json", "Accept": "application/json", **headers},
        )
        with self.opener.open(request, timeout=30) as answer:
            return json.loads(answer.read())

    def over_budget(self, product: int) -> Any:
        self.call("POST", "/api/cart/lines", {"product_id": product, "quantity": 1})
        self.call("PUT", "/api/cart/budget", {"budget": "3.00"})
        return self.call("GET", "/api/cart/swaps")

    def buy(self, number: int) -> None:
        person = {"name": "Ann", "email": "ann@example.org"}
        self.call("POST", "/api/checkout", person, **{"Idempotency-Key": f"key-{number}"})


def _until(address: str, wanted) -> dict[str, Any]:
    """The status as soon as ``wanted`` of it is true."""
    give_up = time.monotonic() + PATIENCE
    status: dict[str, Any] = {}
    while time.monotonic() < give_up:
        try:
            status = Browser(address).call("GET", "/api/model/status")
            if wanted(status):
                return status
        except OSError:
            pass
        time.sleep(0.2)
    pytest.fail(f"after {PATIENCE} s the status still is {status}")


def test_the_fifth_purchase_brings_a_new_ranker_to_the_running_store(environment):
    _manage(environment, "migrate", "--verbosity", "0")
    _manage(environment, "shell", "-c", "from tests.flows.seeded import fill; fill()")
    port = str(_free_port())
    address = f"http://127.0.0.1:{port}"
    web = ("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port)
    worker = ("celery", "-A", "config", "worker", "--pool=threads", "--concurrency=2")
    with (
        _running(environment, *web, "config.wsgi:application"),
        _running(environment, *worker) as working,
    ):
        _until(address, lambda status: status["generation"] == 0)
        shopper = Browser(address)
        assert shopper.over_budget(1)["policy"] == "blend"
        for number in range(4):
            shopper.over_budget(1)
            shopper.buy(number)
        assert Browser(address).call("GET", "/api/model/status")["purchases_until_training"] == 1
        shopper.over_budget(1)
        shopper.buy(4)
        promoted = _until(address, lambda status: status["generation"] == 1)
        assert promoted["training"]["state"] == "promoted"
        assert promoted["training"]["bucket"] == 1
        _until(address, lambda status: status["weights"] == "ready")
        # A second for the web process to look at the live tag again.
        time.sleep(1.5)
        panel = Browser(address).over_budget(1)
        assert panel["policy"] in ("linear", "ltr", "ltr_on_linear")
        assert panel["ranker"] == promoted["live_tag"]
        weights = Browser(address).call("GET", "/api/model/feature-importance")
        saving = int(weights["key_weights"]["price_saving"] + 0.5)
        assert f"Price {saving}%" in panel["weights_line"]
        # Nobody saw the slates of the five orders, so they taught nothing.
        assert panel["weights_line"].endswith(" from 60 simulated sessions")
        assert working.poll() is None
