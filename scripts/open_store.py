"""Opens the demo store: prepares it, then runs what the Procfile names until Ctrl-C.

`make run` ends here. The servers are the ones of production; only the demo's own choices (its data,
``CONSENT=assume``, the announcement) are made in this file.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType

from honcho.environ import expand_processes, parse_procfile
from honcho.manager import Manager

ROOT = Path(__file__).resolve().parent.parent
STOPPING_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
PATIENCE_SECONDS = 120


def main() -> None:
    """Refuse early, prepare, serve; the exit code is 0 after Ctrl-C."""
    port = _free_port(os.environ.get("PORT", "") or "8000")
    os.environ.update(
        PORT=str(port),
        PATH=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        # The processes share the cores; a pool of threads in each would only make them wait.
        OMP_NUM_THREADS=os.environ.get("OMP_NUM_THREADS", "1"),
        OPENBLAS_NUM_THREADS=os.environ.get("OPENBLAS_NUM_THREADS", "1"),
        CONSENT=os.environ.get("CONSENT", "assume"),
        PYTHONUNBUFFERED="1",
        # Celery's sermon to root is meant for servers; in a container one is root.
        PYTHONWARNINGS="ignore:::celery.platforms",
    )
    os.chdir(ROOT)
    _manage("prepare_demo")
    _manage("collectstatic", "--noinput", "--verbosity", "0")
    sys.exit(_serve(port))


def _free_port(wanted: str) -> int:
    """The port as a number, once nothing else listens there."""
    if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
        sys.exit(f"PORT is {wanted!r}, which is not a port number between 1 and 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(wanted)))
        except OSError as error:
            sys.exit(
                f"Port {wanted} cannot be used ({error.strerror}). Stop what listens there,"
                f" or choose another one: make run PORT={int(wanted) % 65535 + 1}"
            )
    return int(wanted)


def _manage(*arguments: str) -> None:
    """Run one management command; a stopping signal ends it first, then this program."""
    command: subprocess.Popen[bytes] | None = None
    stopped = interrupted = False

    def stop(signum: int, frame: FrameType | None) -> None:
        nonlocal stopped
        stopped = True
        interrupt()

    def interrupt() -> None:
        nonlocal interrupted
        if command is not None and not interrupted:
            interrupted = True
            os.killpg(command.pid, signal.SIGINT)

    # Before the start: a shell lets what it runs in the background ignore Ctrl-C, and a command
    # inherits that, unless its parent listens.
    before = {number: signal.signal(number, stop) for number in STOPPING_SIGNALS}
    if not stopped:
        # In a session of its own it is interrupted once, whoever was signalled: a terminal's Ctrl-C
        # reaches the whole group, `kill` only one process.
        command = subprocess.Popen(
            [sys.executable, "manage.py", *arguments], start_new_session=True
        )
        if stopped:
            interrupt()
    code = command.wait() if command is not None else 0
    for number, handler in before.items():
        signal.signal(number, handler)
    if stopped:
        sys.exit("\nStopped before the store was open; the next start finishes what is missing.")
    if code:
        sys.exit(code)


def _serve(port: int) -> int:
    """Run the processes of the Procfile until one ends or a stopping signal comes."""
    manager = Manager()
    processes = parse_procfile((ROOT / "Procfile").read_text(encoding="utf-8")).processes
    for process in expand_processes(processes, port=port):
        manager.add_process(process.name, process.cmd, env={**os.environ, **process.env})
    # A closed terminal stops the store as Ctrl-C does; Honcho itself listens to the other two.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    threading.Thread(target=_announce, args=(port,), daemon=True).start()
    manager.loop()
    stopped_by_hand = manager.returncode in {128 + number for number in STOPPING_SIGNALS}
    return 0 if stopped_by_hand else manager.returncode


def _announce(port: int) -> None:
    """Say where the store is once it really answers."""
    address = f"http://127.0.0.1:{port}/"
    give_up = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < give_up:
        time.sleep(0.25)
        try:
            with urllib.request.urlopen(f"{address}health/live", timeout=5):
                break
        except (urllib.error.URLError, OSError):
            continue
    else:
        print(f"The store does not answer on {address} yet; see the lines above.", flush=True)
        return
    print(f"\n    The store is open: {address}\n    Ctrl-C closes it.\n", flush=True)


if __name__ == "__main__":
    main()
