"""docs/demo.md, run as it stands: every code block, and every line that says what it shows."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
WALK = (ROOT / "docs/demo.md").read_text(encoding="utf-8")


class Step(NamedTuple):
    """A heading's shell block and what its output must show."""

    title: str
    script: str
    shows: list[str]


def _steps() -> tuple[str, list[Step]]:
    """The preparation, and the steps that have a shell block."""
    preparation, *parts = re.split(r"^## ", WALK, flags=re.MULTILINE)
    steps = [
        Step(
            part.splitlines()[0],
            "\n".join(_blocks(part)),
            re.findall(r"^- shows `(.+)`$", part, flags=re.MULTILINE),
        )
        for part in parts
        if _blocks(part)
    ]
    return "\n".join(_blocks(preparation)), steps


def _blocks(text: str) -> list[str]:
    return re.findall(r"^```sh\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)


PREPARATION, STEPS = _steps()


@pytest.fixture(scope="module")
def printed(store, tmp_path_factory) -> dict[str, str]:
    """What each step printed; the whole walk is one shell, as for the reader."""
    marked = "\n".join(f"echo {shlex.quote('=== ' + step.title)}\n{step.script}" for step in STEPS)
    environment = {
        **os.environ,
        "STORE": store.address,
        "DATA_DIR": str(store.data),
        "WALK": str(tmp_path_factory.mktemp("walk")),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "CONSENT": "assume",
    }
    prepared = f"{PREPARATION}\nPATH={Path(sys.executable).parent}:$PATH\n{marked}"
    done = subprocess.run(
        ["bash", "-c", prepared],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    parts = re.split(r"^=== (.+)$", done.stdout, flags=re.MULTILINE)
    assert not done.stderr, done.stderr
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_walk_has_its_seven_steps_and_each_says_what_it_shows() -> None:
    assert [step.title[0] for step in STEPS] == list("1234567")
    assert all(step.shows for step in STEPS)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.title)
def test_a_step_of_the_walk_shows_what_it_says(printed: dict[str, str], step: Step) -> None:
    for pattern in step.shows:
        assert re.search(pattern, printed[step.title], flags=re.MULTILINE), (
            f"no {pattern!r} in:\n{printed[step.title]}"
        )
