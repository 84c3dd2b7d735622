"""What Python packages leave to the system: OpenMP, and a browser and servers for the tests.

They are installed with apt-get where that works; otherwise a sentence says how to get them.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
POSTGRES = ("initdb", "postgres", "createdb")
NO_BROWSER = (
    "No Chrome or Chromium was found, and it could not be installed. Install one"
    " (Debian: sudo apt-get install chromium; macOS: brew install --cask chromium)"
    " or name one in TEST_BROWSER; without a browser: make test PYTEST_ARGS='-m \"not browser\"'"
)
NO_OPENMP = (
    "LightGBM cannot be loaded, most likely for want of the OpenMP runtime. Install it"
    " (Debian and Ubuntu: sudo apt-get install libgomp1; Fedora: sudo dnf install libgomp;"
    " macOS: brew install libomp) and start again. What it said:\n"
)


def find_browser() -> str | None:
    """Path of the one named in TEST_BROWSER, else of the first usual one; None when absent."""
    named = os.environ.get("TEST_BROWSER")
    candidates = (named,) if named else BROWSERS + APPLICATIONS
    found = (shutil.which(candidate) for candidate in candidates)
    return next((path for path in found if path), None)


def ensure_browser() -> None:
    """Leave with a sentence when there is no browser and none can be installed."""
    if "browser" in os.environ.get("PYTEST_ARGS", ""):
        return  # The caller chooses by that mark.
    if not find_browser():
        _apt_install("chromium")
    if not find_browser():
        sys.exit(NO_BROWSER)


def find_postgres() -> str | None:
    """Folder of PostgreSQL's programs; Debian keeps them out of the PATH. None when absent."""
    inside = shutil.which("postgres")
    folders = [Path(inside).resolve().parent] if inside else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    whole = (f for f in folders if all((f / name).exists() for name in POSTGRES))
    return next((str(folder) for folder in whole), None)


def ensure_servers() -> None:
    """PostgreSQL and Redis for the flows of the production profile, where apt-get works.

    Without them those flows are skipped, and say so.
    """
    if not find_postgres():
        _apt_install("postgresql")
    if not shutil.which("redis-server"):
        _apt_install("redis-server")


def ensure_openmp() -> None:
    """Leave with a sentence when LightGBM cannot be loaded and apt-get cannot help."""
    if not _lightgbm_problem():
        return
    _apt_install("libgomp1")
    if problem := _lightgbm_problem():
        sys.exit(NO_OPENMP + problem)


def _lightgbm_problem() -> str:
    loading = subprocess.run(
        [sys.executable, "-c", "import lightgbm"], capture_output=True, text=True, check=False
    )
    return loading.stderr.strip().splitlines()[-1] if loading.returncode else ""


def _apt_install(package: str) -> None:
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not shutil.which("apt-get") or (sudo and not shutil.which("sudo")):
        return
    print(f"Installing {package} with apt-get", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-y", "-q", package]):
        subprocess.run(
            [*sudo, "apt-get", *command], env=environment, stdout=subprocess.DEVNULL, check=False
        )


if __name__ == "__main__":
    ensure = {"openmp": ensure_openmp, "browser": ensure_browser, "servers": ensure_servers}
    ensure[sys.argv[1]]()
