"""Requests per CPU second of our pages and of django-oscar's, on the same products and server.

    python benchmarks/storefront.py [--products 1000] [--rounds 5] [--requests 60]

Both stores run one Granian worker over SQLite, hold the same products, and are asked in turn, so
that a slow moment of the machine meets both. django-oscar is installed into an environment of its
own. Prints a Markdown table and writes ``DATA_DIR/reports/storefront.json``.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from measured_server import MeasuredServer, Shopper

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OSCAR = ("django-oscar==4.2.1", "Django==5.2.*", "granian==2.8.*", "whitenoise==6.*",
         "sorl-thumbnail==13.*", "whoosh==2.7.*")  # fmt: skip
PAGES = ("catalogue", "product", "add to cart", "cart, 10 lines", "cart, 10 lines, panel on")
LINES = 10
EXPORT = """
import json, sys
from shop.models import Product
rows = Product.objects.filter(is_active=True).select_related("category__parent").order_by("pk")
print(json.dumps([
    {"id": p.pk, "name": p.name, "price": str(p.price), "aisle": p.category.parent.name}
    for p in rows
]))
"""


@dataclass(frozen=True)
class Store:
    """A running store and how a shopper of it gets to each page."""

    server: MeasuredServer
    shopper: Shopper
    addresses: dict[str, str]
    add: tuple[str, dict[str, str]]

    def ask(self, page: str) -> None:
        """One request for ``page``, answered with 200 or, after the form, a redirect."""
        if page == "add to cart":
            self.shopper.post(*self.add)
        else:
            self.shopper.get(self.addresses[page])


def main() -> None:
    """Prepares both stores, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--products", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="storefront-") as folder:
        work = Path(folder)
        products = prepare_ours(work / "ours", options.products)
        prepare_rival(work / "rival", products)
        with serve_ours(work / "ours") as ours, serve_rival(work / "rival") as rival:
            stores = (open_ours(ours, products), open_rival(rival))
            figures = measure(stores, rounds=options.rounds, requests=options.requests)
    reports = Path(os.environ.get("DATA_DIR", ROOT / "var")) / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    (reports / "storefront.json").write_text(json.dumps(figures, indent=1), encoding="utf-8")
    print(table(figures, products=len(products), requests=options.requests))


def prepare_ours(data: Path, count: int) -> list[dict[str, str]]:
    """The demo store with ``count`` products and a trained ranker; what it sells."""
    data.mkdir()
    environment = ours(data)
    for command in (
        ("migrate", "--verbosity", "0"),
        ("load_complete_journey", "--products", str(count), "--quiet"),
        ("fit_vectors",),
        ("collectstatic", "--noinput", "--verbosity", "0"),
        ("simulate_shoppers", "--sessions", "400"),
        ("train_ranker",),
    ):
        manage(environment, *command)
    rows: list[dict[str, str]] = json.loads(
        manage(environment, "shell", "--verbosity", "0", "--command", EXPORT)
    )
    return rows


def prepare_rival(data: Path, products: list[dict[str, str]]) -> None:
    """django-oscar in its own environment, filled with the same products."""
    data.mkdir()
    run([sys.executable, "-m", "venv", str(data / "venv")], os.environ)
    run([str(data / "venv/bin/pip"), "install", "--quiet", *OSCAR], os.environ)
    source = data / "products.json"
    source.write_text(json.dumps(products), encoding="utf-8")
    run([str(data / "venv/bin/python"), "-m", "oscar_rival.fill", str(source)], rivals(data))


def ours(data: Path) -> dict[str, str]:
    """Our environment: one thread for whatever counts."""
    threads = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    return {**os.environ, **threads, "DATA_DIR": str(data), "CONSENT": "assume"}


def rivals(data: Path) -> dict[str, str]:
    """django-oscar's."""
    settings = {"DJANGO_SETTINGS_MODULE": "oscar_rival.settings", "RIVAL_DIR": str(data)}
    return {**os.environ, **settings, "PYTHONPATH": str(HERE)}


def serve_ours(data: Path) -> MeasuredServer:
    return MeasuredServer(
        Path(sys.executable).parent / "granian", "config.wsgi:application", ROOT, ours(data)
    )


def serve_rival(data: Path) -> MeasuredServer:
    return MeasuredServer(
        data / "venv/bin/granian", "oscar_rival.wsgi:application", HERE, rivals(data)
    )


def open_ours(server: MeasuredServer, products: list[dict[str, str]]) -> Store:
    """A shopper with ten lines; a second one is over the budget, so that the panel is on."""
    shopper = Shopper(server.address)
    shopper.get("/search")
    for row in products[:: max(1, len(products) // LINES)][:LINES]:
        shopper.post("/cart/add", {"product_id": str(row["id"]), "quantity": "1"})
    return Store(
        server,
        shopper,
        {
            "catalogue": "/search",
            "product": f"/p/{products[0]['id']}",
            "cart, 10 lines": "/cart",
            "cart, 10 lines, panel on": "/cart",
        },
        ("/cart/add", {"product_id": str(products[0]["id"]), "quantity": "1"}),
    )


def open_rival(server: MeasuredServer) -> Store:
    """A shopper with ten lines, found as a shopper finds them: on the catalogue's pages."""
    shopper = Shopper(server.address)
    page = shopper.get("/catalogue/")
    forms = list(dict.fromkeys(re.findall(r'action="(/basket/add/\d+/)"', page)))
    product = re.findall(r'href="(/catalogue/p\d+_\d+/)"', page)[0]
    for form in forms[:LINES]:
        shopper.post(form, {"quantity": "1"})
    cart = "/basket/"
    return Store(
        server,
        shopper,
        {
            "catalogue": "/catalogue/",
            "product": product,
            "cart, 10 lines": cart,
            "cart, 10 lines, panel on": cart,
        },
        (forms[0], {"quantity": "1"}),
    )


def measure(stores: tuple[Store, Store], *, rounds: int, requests: int) -> dict[str, object]:
    """CPU milliseconds per request by page and store, round by round, the stores in turn."""
    figures: dict[str, object] = {}
    for page in PAGES:
        if page.endswith("panel on"):
            stores[0].shopper.post("/cart/budget", {"budget": "10"})
            found = stores[0].shopper.get("/cart")
            if "cheaper alternatives" not in found:
                raise RuntimeError("the budget of $10 did not open the panel")
        for store in stores:
            for _ in range(10):
                store.ask(page)
        spent: tuple[list[float], list[float]] = ([], [])
        for _ in range(rounds):
            for store, own in zip(stores, spent, strict=True):
                before = store.server.cpu_seconds()
                for _ in range(requests):
                    store.ask(page)
                own.append((store.server.cpu_seconds() - before) * 1000 / requests)
        ratios = [rival / ours for ours, rival in zip(*spent, strict=True)]
        figures[page] = {"ours_ms": spent[0], "oscar_ms": spent[1], "ratio": ratios}
    return figures


def table(figures: dict[str, object], *, products: int, requests: int) -> str:
    """Markdown: medians over the rounds, and the range of the ratio."""
    lines = [
        "| page | CPU ms, ours | CPU ms, django-oscar 4.2.1 | times the requests per CPU second |",
        "|---|---|---|---|",
    ]
    for page, row in figures.items():
        ours, rival, ratio = (row[key] for key in ("ours_ms", "oscar_ms", "ratio"))  # type: ignore[index]
        lines.append(
            f"| {page} | {statistics.median(ours):.1f} | {statistics.median(rival):.1f} | "
            f"{statistics.median(ratio):.1f} ({min(ratio):.1f}–{max(ratio):.1f}) |"
        )
    lines.append(f"\n{products:,} products, {requests} requests a round, medians over the rounds.")
    return "\n".join(lines)


def manage(environment: dict[str, str], *command: str) -> str:
    """What one of our commands said."""
    return run([sys.executable, str(ROOT / "manage.py"), *command], environment)


def run(command: list[str], environment: os._Environ[str] | dict[str, str]) -> str:
    """Its output; its errors end the benchmark."""
    done = subprocess.run(
        command, cwd=HERE, env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command[:4])} … failed:\n{done.stdout}\n{done.stderr}")
    return done.stdout


if __name__ == "__main__":
    main()
