"""Finds the browser that the tests drive; installs Debian's Chromium where that works."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
HOW = (
    "No Chrome or Chromium was found, and it could not be installed. Install one"
    " (Debian: sudo apt-get install chromium; macOS: brew install --cask chromium)"
    " or name one in TEST_BROWSER; without a browser: make test PYTEST_ARGS='-m \"not browser\"'"
)


def find() -> str | None:
    """Path of the one named in TEST_BROWSER, else of the first usual one; None when absent."""
    named = os.environ.get("TEST_BROWSER")
    candidates = (named,) if named else NAMES + APPLICATIONS
    found = (shutil.which(candidate) for candidate in candidates)
    return next((path for path in found if path), None)


def install() -> None:
    """Ask apt-get for Chromium; does nothing where there is no apt-get or no right to it."""
    if not shutil.which("apt-get"):
        return
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and not shutil.which("sudo"):
        return
    print("Installing Debian's Chromium for the browser tests (about 300 MB)", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-y", "-q", "chromium"]):
        done = subprocess.run(
            [*sudo, "apt-get", *command], env=quiet, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode:
            return


if __name__ == "__main__":
    if not find() and "browser" not in os.environ.get("PYTEST_ARGS", ""):
        install()
        if not find():
            sys.exit(HOW)
