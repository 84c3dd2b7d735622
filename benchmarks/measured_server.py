"""A server that says how much processor time it used, and a shopper who asks it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.cookiejar import CookieJar
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE_SECONDS = 60
ANSWERED = 400


class MeasuredServer:
    """One Granian worker on a free port of this machine, alone in its process group."""

    def __init__(
        self, granian: Path, application: str, folder: Path, environment: Mapping[str, str]
    ) -> None:
        self._port = free_port()
        self.address = f"http://127.0.0.1:{self._port}"
        self._command = [
            str(granian), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(self._port),
            "--workers", "1", "--blocking-threads", "4", "--log-level", "error", application,
        ]  # fmt: skip
        self._folder, self._environment = folder, environment

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, cwd=self._folder, env=dict(self._environment), start_new_session=True
        )
        until = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < until:
            try:
                with socket.create_connection(("127.0.0.1", self._port), timeout=1):
                    return self
            except OSError:
                time.sleep(0.2)
        self.__exit__(None, None, None)
        raise RuntimeError(f"{self._command[-1]} did not open its port in {PATIENCE_SECONDS} s")

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def cpu_seconds(self) -> float:
        """User and system time of all living processes of the group, in seconds."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                # The name may hold blanks; what follows it does not.
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == self._process.pid:
                ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


class Shopper:
    """A browser without a screen: cookies, forms with their token, no redirects followed."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._cookies = CookieJar()
        self._open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self._cookies), _StandStill()
        ).open

    def get(self, path: str) -> str:
        """The page; raises when it is not answered with 200."""
        with self._open(self._address + path, timeout=60) as answer:
            text: str = answer.read().decode()
        return text

    def post(self, path: str, form: Mapping[str, str]) -> None:
        """Sends the form with the token that a page has set as a cookie."""
        token = next((c.value or "" for c in self._cookies if c.name == "csrftoken"), "")
        body = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": token}).encode()
        try:
            self._open(self._address + path, data=body, timeout=60).close()
        except urllib.error.HTTPError as answer:
            if answer.code >= ANSWERED:
                raise


class _StandStill(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
