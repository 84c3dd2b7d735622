"""A store in real processes, in either profile, and shoppers over HTTP."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

from scripts import system_packages

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240
POLL = 0.05

WORKER = ("celery", "-A", "config", "worker", "--pool=threads", "--concurrency=2")
WORKER_OPTIONS = ("--without-mingle", "--without-gossip", "--without-heartbeat")


def embedded(folder: Path) -> dict[str, str]:
    """SQLite and a broker in folders: the environment of every process."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {
        **kept,
        "DATA_DIR": str(folder),
        "CONSENT": "assume",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
    }


@contextmanager
def production(folder: Path) -> Iterator[dict[str, str]]:
    """PostgreSQL and Redis, started here on free ports and gone afterwards."""
    postgres, redis = system_packages.find_postgres(), shutil.which("redis-server")
    assert postgres is not None, "PostgreSQL is not installed"
    assert redis is not None, "Redis is not installed"
    with ExitStack() as stack:
        # A server's user cannot enter a folder of the tests' own.
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="basketwise-servers-"))
        database = _free_port()
        broker = _free_port()
        # PostgreSQL refuses to run as root.
        user = _other_user() if os.geteuid() == 0 else None
        if user:
            shutil.chown(place, user)
        data = f"{place}/data"
        _quietly([f"{postgres}/initdb", "-D", data, "-A", "trust", "-U", "store"], user, place)
        server = [f"{postgres}/postgres", "-D", data, "-p", str(database), "-k", place]
        stack.enter_context(_process([*server, "-c", "fsync=off"], user=user, cwd=place))
        redis_server = [redis, "--port", str(broker), "--bind", "127.0.0.1", "--save", ""]
        stack.enter_context(_process(redis_server, user=None, cwd=place))
        _wait_for(database)
        _wait_for(broker)
        create = [f"{postgres}/createdb", "-h", "127.0.0.1", "-p", str(database)]
        _quietly([*create, "-U", "store", "shop"], user, place)
        yield {
            **embedded(folder),
            "DATABASE_URL": f"postgres://store@127.0.0.1:{database}/shop",
            "DATABASE_POOL": "1",
            "CELERY_BROKER_URL": f"redis://127.0.0.1:{broker}/0",
            "CACHE_URL": f"redis://127.0.0.1:{broker}/1",
        }


@dataclass
class Timeline:
    """Seconds after the fifth purchase at which each thing was first seen."""

    seen: dict[str, float] = field(default_factory=dict)
    status: dict[str, Any] = field(default_factory=dict)


@dataclass
class Open:
    """An open store: the addresses of its two web processes."""

    addresses: tuple[str, str]

    def status(self, at: int = 0) -> dict[str, Any]:
        answer: dict[str, Any] = Shopper(self.addresses[at]).call("GET", "/api/model/status")
        return answer

    def followed(self, generation: int) -> bool:
        """Do both web processes and the worker serve this generation?"""
        told = self.status()["processes"]
        return [(row["role"], row["generation"]) for row in told] == [
            ("web", generation),
            ("web", generation),
            ("worker", generation),
        ]

    def watch(self, bucket: int, generation: int) -> Timeline:
        """Look at the status until the training of ``bucket`` has ended and what follows is done.

        After a promotion to ``generation``: until all processes serve it and its weights are known.
        """
        began, line = time.monotonic(), Timeline()
        while time.monotonic() - began < PATIENCE:
            status = line.status = self.status()
            training, told = status["training"], status["processes"]
            ended = training["bucket"] == bucket and training["state"] not in ("running", "failed")
            marks = {
                "training started": training["bucket"] == bucket,
                "training ended": ended,
                "live tag moved": status["generation"] == generation,
                "every process serves it": len(told) == 3
                and all(row["generation"] == generation for row in told),
                "weights measured": status["generation"] == generation
                and status["weights"] == "ready",
            }
            for name, is_so in marks.items():
                if is_so:
                    line.seen.setdefault(name, time.monotonic() - began)
            if ended and (training["state"] != "promoted" or len(line.seen) == len(marks)):
                return line
            time.sleep(POLL)
        raise AssertionError(f"after {PATIENCE} s: {line}")


@contextmanager
def opened(environment: dict[str, str]) -> Iterator[Open]:
    """Two web processes and one worker of the store in ``environment``, ready to serve."""
    with ExitStack() as stack:
        (one, _), (other, _) = [stack.enter_context(web(environment)) for _ in range(2)]
        single = {**environment, "DATABASE_POOL": ""}
        stack.enter_context(_of_the_store(single, *WORKER, *WORKER_OPTIONS))
        store = Open((one, other))
        until(lambda: len(store.status()["processes"]) == 3)
        until(lambda: bool(store.status(1)))
        yield store


@contextmanager
def web(environment: dict[str, str]) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of one web process of the store, and its parent, which ends when it dies."""
    port = _free_port()
    server = ("granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port))
    options = ("--blocking-threads", "4", "config.wsgi:application")
    with _of_the_store(environment, *server, *options) as process:
        yield f"http://127.0.0.1:{port}", process


def manage(environment: dict[str, str], *arguments: str) -> str:
    """What the command printed; its failure is the caller's."""
    command = [sys.executable, "manage.py", *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**environment, "DATABASE_POOL": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def until(is_so, patience: float = PATIENCE) -> None:
    """Wait until ``is_so()``; a server that does not answer yet is waited for."""
    give_up = time.monotonic() + patience
    while time.monotonic() < give_up:
        try:
            if is_so():
                return
        except OSError:
            pass
        time.sleep(POLL)
    raise AssertionError(f"not so after {patience} s")


class Shopper:
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

    def page(self, path: str) -> str:
        """What a browser would be sent, entities undone."""
        request = urllib.request.Request(self.address + path, headers={"Accept": "text/html"})  # noqa: S310
        with self.opener.open(request, timeout=30) as answer:
            return unescape(answer.read().decode())

    def over_budget(self, product: int) -> Any:
        """The panel for a cart with this product and a budget of three dollars."""
        self.call("POST", "/api/cart/lines", {"product_id": product, "quantity": 1})
        self.call("PUT", "/api/cart/budget", {"budget": "3.00"})
        return self.call("GET", "/api/cart/swaps")

    def buy(self, number: int, product: int = 1) -> None:
        self.call("POST", "/api/cart/lines", {"product_id": product, "quantity": 1})
        person = {"name": "Ann", "email": "ann@example.org"}
        self.call("POST", "/api/checkout", person, **{"Idempotency-Key": f"key-{number}"})


@contextmanager
def _of_the_store(
    environment: dict[str, str], program: str, *options: str
) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(Path(sys.executable).parent / program), *options]
    with _process(command, user=None, cwd=str(ROOT), environment=environment) as process:
        yield process


@contextmanager
def _process(
    command: list[str], *, user: str | None, cwd: str, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=environment,
        user=user,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        # One that died by itself has left its group empty.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _quietly(command: list[str], user: str | None, cwd: str) -> None:
    subprocess.run(command, user=user, cwd=cwd, check=True, capture_output=True)


def _other_user() -> str:
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _wait_for(port: int) -> None:
    def answers() -> bool:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True

    until(answers)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
