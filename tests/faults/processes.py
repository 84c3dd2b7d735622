"""Real processes against one store: started, asked, killed by their own number only."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from scripts import system_packages
from tests.flows.running_store import ROOT, embedded, manage, production

SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.faults.settings"}


@contextmanager
def store(profile: str, folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a migrated store with eight products and plenty of each."""
    with ExitStack() as stack:
        if profile == "embedded":
            environment = embedded(folder)
        else:
            if not system_packages.find_postgres() or not shutil.which("redis-server"):
                pytest.skip("PostgreSQL's or Redis' server is not installed")
            environment = stack.enter_context(production(folder))
        environment = {**environment, **SETTINGS, "DATABASE_POOL": ""}
        manage(environment, "migrate", "--verbosity", "0")
        shelf = "from tests.flows import seeded; seeded.shelf()"
        plenty = f"from shop.models import Product; Product.objects.update(stock={STOCK})"
        manage(environment, "shell", "-c", f"{shelf}; {plenty}")
        yield environment


STOCK = 1_000_000


def start(environment: dict[str, str], module: str, *arguments: str) -> subprocess.Popen[str]:
    """A process of the store that runs ``module`` and answers in lines."""
    return subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str], *, patience: float = 300) -> list[Any]:
    """Every line that a process wrote; it must end well, and its input ends here."""
    try:
        lines, _ = process.communicate("end\n", timeout=patience)
    finally:
        process.kill()
    assert process.returncode == 0
    return [json.loads(line) for line in lines.splitlines()]
