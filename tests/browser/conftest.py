"""A small demo store behind the real server and worker, and a real browser to shop in it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from honcho.environ import parse_procfile
from playwright.sync_api import Browser, Page, expect, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 60
# Beside a busy neighbour an answer may take many times as long as alone.
ANSWER_MS = 20_000
expect.set_options(timeout=ANSWER_MS)
# A store of this size has enough products to choose from, and opens in a minute or two.
PRODUCTS = "2000"
SESSIONS = ("400", "200", "200", "200", "200")
# Quiet, and without a sandbox, which a container's root cannot have.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Store:
    """An open store; ``data`` is its DATA_DIR."""

    address: str
    data: Path


@pytest.fixture(scope="session")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """The demo store, smaller, with a trained ranker, its web process and its worker."""
    data = tmp_path_factory.mktemp("browser-store")
    port = _free_port()
    environment = {
        **os.environ,
        "DATA_DIR": str(data),
        "PORT": str(port),
        "WEB_WORKERS": "1",
        "CONSENT": "assume",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
    }
    _prepare(environment)
    processes = [
        subprocess.Popen(["sh", "-c", line], cwd=ROOT, env=environment, start_new_session=True)
        for line in parse_procfile((ROOT / "Procfile").read_text()).processes.values()
    ]
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_ready(f"{address}/health/ready", processes)
        yield Store(address, data)
    finally:
        for process in processes:
            _stop(process)


@pytest.fixture
def browser(browser_path: str) -> Iterator[Browser]:
    """A browser of one test: a standing one would keep Django's own tests from their database."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=browser_path, args=list(ARGUMENTS))
        yield launched
        launched.close()


@pytest.fixture
def shopper(browser: Browser, store: Store, request: pytest.FixtureRequest) -> Any:
    """A page of a new visitor; ``indirect`` parameters go to the browser context."""
    options = getattr(request, "param", {})
    context = browser.new_context(base_url=store.address, **options)
    context.set_default_timeout(ANSWER_MS)
    page = context.new_page()
    if options.get("java_script_enabled", True):
        _wait_for_what_acts_in_place(page)
    return page


def _wait_for_what_acts_in_place(page: Page) -> None:
    """Lets ``page.goto`` wait for htmx, which a page fetches after its load event."""
    plainly = page.goto

    def goto(url: str, **options: Any) -> Any:
        answer = plainly(url, **options)
        if page.locator("script[data-then]").count():
            page.wait_for_function("window.htmx")
        return answer

    page.goto = goto  # type: ignore[method-assign]


def _prepare(environment: dict[str, str]) -> None:
    """Loads the demo and lets shoppers visit until a ranker has passed the gate."""
    _manage(environment, "migrate", "--verbosity", "0")
    _manage(environment, "load_complete_journey", "--products", PRODUCTS, "--quiet")
    _manage(environment, "fit_vectors")
    _manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
    for seed, sessions in enumerate(SESSIONS, start=42):
        _manage(environment, "simulate_shoppers", "--sessions", sessions, "--seed", str(seed))
        said = _manage(environment, "train_ranker")
        if " is live" in said:
            return
    pytest.fail(f"no ranker passed the gate:\n{said}")


def _manage(environment: dict[str, str], *command: str) -> str:
    """What the command said; its failure is the test's."""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"manage.py {' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(url: str, processes: list[subprocess.Popen[bytes]]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        ended = [process.args for process in processes if process.poll() is not None]
        if ended:
            pytest.fail(f"ended before the store was open: {ended}")
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310 our own address
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail(f"{url} did not answer within {PATIENCE_SECONDS} s")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ends the process and what it started, which share a process group of their own."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue
