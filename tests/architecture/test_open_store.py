"""`make run` refuses with a sentence, and leaves no process behind however it is stopped."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Stands in for the store: says which step it is and takes its time in the long one.
PREPARATION = """
import pathlib, sys, time
pathlib.Path(sys.argv[1]).touch()
time.sleep({seconds} if sys.argv[1] == "prepare_demo" else 0)
"""
PROCFILE = """
web: exec {python} -m http.server $PORT --bind 127.0.0.1
worker: touch working && exec {python} -c "import time; time.sleep(600)"
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The launcher beside quick stand-ins for the store's own programs."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(ROOT / "scripts" / "open_store.py", tmp_path / "scripts")
    (tmp_path / "manage.py").write_text(PREPARATION.format(seconds=0))
    (tmp_path / "Procfile").write_text(PROCFILE.format(python=sys.executable))
    (tmp_path / "health").mkdir()
    (tmp_path / "health" / "live").touch()
    return tmp_path


@pytest.fixture
def launch(folder: Path) -> Iterator[subprocess.Popen[str]]:
    launched = subprocess.Popen(
        [sys.executable, "scripts/open_store.py"],
        cwd=folder,
        env={**os.environ, "PORT": str(free_port())},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    yield launched
    # What a failing test left behind would hold the pipe open for ever.
    for process in processes_in(folder):
        os.kill(process, signal.SIGKILL)
    launched.communicate(timeout=30)


def processes_in(folder: Path) -> list[int]:
    """Ids of the living processes that work in ``folder``."""
    living = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink() == folder:
                living.append(int(process.name))
        except OSError:
            continue
    return living


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, f"{path.name} did not appear in 30 seconds"
        time.sleep(0.05)


needs_proc = pytest.mark.skipif(not Path("/proc/self/cwd").exists(), reason="reads /proc")


@needs_proc
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_store_leaves_no_process_and_exits_with_0(
    folder: Path, launch: subprocess.Popen[str], signum: signal.Signals
) -> None:
    wait_for(folder / "working")
    said = ""
    while "The store is open" not in said:
        line = launch.stdout.readline()
        assert line, f"it ended without opening: {said}"
        said += line
    assert len(processes_in(folder)) > 2
    launch.send_signal(signum)
    launch.communicate(timeout=30)
    assert launch.returncode == 0
    assert processes_in(folder) == []


@needs_proc
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stop_during_the_preparation_ends_the_preparation(
    folder: Path, signum: signal.Signals, request: pytest.FixtureRequest
) -> None:
    (folder / "manage.py").write_text(PREPARATION.format(seconds=600))
    launch: subprocess.Popen[str] = request.getfixturevalue("launch")
    wait_for(folder / "prepare_demo")
    launch.send_signal(signum)
    said, _ = launch.communicate(timeout=30)
    assert "Stopped before the store was open" in said
    assert launch.returncode == 1
    assert processes_in(folder) == []
    assert not (folder / "collectstatic").exists()


def refusal(folder: Path, port: str) -> str:
    outcome = subprocess.run(
        [sys.executable, "scripts/open_store.py"],
        cwd=folder,
        env={**os.environ, "PORT": port},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1
    assert not (folder / "prepare_demo").exists()
    return outcome.stderr.strip()


def test_a_taken_port_is_refused_before_anything_is_prepared(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert refusal(folder, str(port)) == (
            f"Port {port} cannot be used (Address already in use). Stop what listens there,"
            f" or choose another one: make run PORT={port + 1}"
        )


@pytest.mark.parametrize("port", ["shop", "0", "65536", "-1"])
def test_what_is_no_port_is_refused(folder: Path, port: str) -> None:
    assert refusal(folder, port) == (
        f"PORT is {port!r}, which is not a port number between 1 and 65535."
    )
