"""TARGETS S9: what a web process holds in memory, against one with bare Django.

    python -m benchmarks.memory

Each process answers a few requests and then says what the system counts for it. *Ours* serves a
copy of the demo store in DATA_DIR (make demo): snapshot, vectors and live ranker loaded, pages and
the panel's API asked. *Bare* is Django with the contrib applications that a shop needs and one view
on SQLite. Two of ours run together, so that what they share is seen: RSS counts shared pages in
each process, PSS shares them out, private pages are a process's own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONTRIB = ("auth", "contenttypes", "sessions", "messages")
PAGES = ("/", "/cart", "/model", "/api/products", "/api/cart/swaps", "/health/ready")
KINDS = {"Rss": "RSS", "Pss": "PSS", "Private_Dirty": "private"}


def main() -> None:
    """Start the three, ask each for its figures, print Markdown."""
    store = Path(os.environ.get("DATA_DIR", ROOT / "var"))
    with tempfile.TemporaryDirectory(prefix="memory-") as folder:
        copy = Path(folder) / "store"
        shutil.copytree(store, copy, ignore=shutil.ignore_patterns("broker", "*.log"))
        started = {}
        for name, kind in (("bare", "bare"), ("ours", "ours"), ("ours, the second", "ours")):
            started[name] = _start(kind, copy)
            if started[name].stdout.readline().strip() != "ready":
                raise SystemExit(f"{name}: it could not answer its pages")
        told = {name: _told(process) for name, process in started.items()}
        for process in started.values():
            process.communicate("end\n")
    print(f"| process | {' | '.join(f'{kind}, MB' for kind in KINDS.values())} |")
    print(f"|---|{'---|' * len(KINDS)}")
    for name, figures in told.items():
        more = [
            f"{value:.0f} ({value - told['bare'][kind]:+.0f})" for kind, value in figures.items()
        ]
        print(f"| {name} | {' | '.join(more)} |")


def _start(kind: str, store: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "benchmarks.memory", kind],
        cwd=ROOT,
        env={
            **os.environ,
            "DATA_DIR": str(store),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "CONSENT": "assume",
            "OMP_NUM_THREADS": "1",
            "OPENBLAS_NUM_THREADS": "1",
        },
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _told(process: subprocess.Popen[str]) -> dict[str, float]:
    process.stdin.write("figures\n")
    process.stdin.flush()
    answer: dict[str, float] = json.loads(process.stdout.readline())
    return answer


def _serve(kind: str) -> None:
    """The child: answers its pages, then tells its memory at each line."""
    if kind == "bare":
        _bare()
    else:
        _ours()
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() == "figures":
            found = {}
            for row in Path("/proc/self/smaps_rollup").read_text().splitlines()[1:]:
                name, _, size = row.partition(":")
                if name in KINDS:
                    found[name] = int(size.split()[0]) / 1024
            print(json.dumps(found), flush=True)


def _bare() -> None:
    from django.conf import settings

    settings.configure(
        ALLOWED_HOSTS=["testserver"],
        SECRET_KEY="bare",  # noqa: S106 nobody is let in by it
        ROOT_URLCONF="__main__",
        INSTALLED_APPS=[f"django.contrib.{name}" for name in CONTRIB],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    )
    import django

    django.setup()
    from django.core.management import call_command
    from django.http import HttpRequest, HttpResponse
    from django.test import Client
    from django.urls import path

    def users(request: HttpRequest) -> HttpResponse:
        from django.contrib.auth.models import User

        return HttpResponse(str(User.objects.count()))

    globals()["urlpatterns"] = [path("", users)]
    call_command("migrate", verbosity=0)
    if Client().get("/").status_code != 200:
        raise RuntimeError("the bare page did not answer")


def _ours() -> None:
    from django.conf import settings
    from django.test import Client

    from benchmarks.panel_store import put_live
    from config.wsgi import application  # noqa: F401 as the server loads it
    from recommender.serving import live_ranker
    from recommender.serving.warm_up import warm_up

    settings.ALLOWED_HOSTS = ["testserver"]
    live_ranker.load_libraries()
    warm_up()
    if live_ranker.current().scorer is None:
        # A store of other features: as many trees as a panel is measured with.
        put_live(300)
        live_ranker.look_now()
    client = Client()
    client.post("/cart/add", {"product_id": _first_product(), "quantity": 3})
    client.post("/cart/budget", {"budget": "1.00"})
    for address in PAGES:
        if client.get(address).status_code != 200:
            raise RuntimeError(f"{address} did not answer")


def _first_product() -> int:
    from shop.models import Product

    return Product.objects.filter(is_active=True, stock__gte=5).order_by("-price")[0].pk


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _serve(sys.argv[1])
    else:
        main()
