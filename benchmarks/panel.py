"""TARGETS S1 and S3: the panel's CPU against a bare view and against the trees alone, in one run.

    python -m benchmarks.panel [--rounds 30] [--per-round 10] [--grown]

Works on a copy of the demo store in DATA_DIR (make demo): 10 lines in a member's cart, a ranker of
300 trees taught by made-up labels, a new slate logged at every request. The *floor* is a bare DRF
view with session authentication that reads the cart with one join, *predict* LightGBM on the same
matrix with one thread. Floor, panel, features and predict are asked in turn and the medians of
their CPU times are told, so that a slow moment of the machine meets all of them. With ``--grown``
the copy has twenty times the products and a million events more (``benchmarks/grown_store.py``);
what the panel costs there, in floors, is held against what it costs without (TARGETS S2).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

LINES = 10
TREES = 300
FEATURE_ROWS = 200
ROOT = Path(__file__).resolve().parents[1]
GOALS = {"S1": "2.5 × floor + 1.2 × predict", "S3": "1.5 × predict"}


def main() -> None:
    """Copies the store, measures, prints Markdown and writes reports/panel.json."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--per-round", type=int, default=10)
    parser.add_argument("--grown", action="store_true")
    options = parser.parse_args()
    store = Path(os.environ.get("DATA_DIR", ROOT / "var"))
    with tempfile.TemporaryDirectory(prefix="panel-") as folder:
        copy = Path(folder) / "store"
        shutil.copytree(
            store, copy, ignore=shutil.ignore_patterns("staticfiles", "broker", "*.log")
        )
        os.environ.update(
            DATA_DIR=str(copy),
            CONSENT="assume",
            DJANGO_SETTINGS_MODULE="config.settings",
            OMP_NUM_THREADS="1",
            OPENBLAS_NUM_THREADS="1",
        )
        import django

        django.setup()
        from benchmarks import panel_store

        if options.grown:
            from benchmarks import grown_store

            grown_store.grow()
        measured = panel_store.opened(lines=LINES, trees=TREES, rows=FEATURE_ROWS)
        times = measure(measured.steps, rounds=options.rounds, per_round=options.per_round)
    report = {name: statistics.median(found) for name, found in times.items()}
    print(table(report, candidates=measured.candidates, columns=measured.columns))
    reports = store / "reports"
    reports.mkdir(parents=True, exist_ok=True)
    (reports / ("panel-grown.json" if options.grown else "panel.json")).write_text(
        json.dumps(report, indent=1), encoding="utf-8"
    )


def measure(
    steps: dict[str, tuple[Callable[[], Any], Callable[[], Any]]], *, rounds: int, per_round: int
) -> dict[str, list[float]]:
    """CPU milliseconds of each step, one figure per round; what prepares a step is not counted."""
    times: dict[str, list[float]] = {name: [] for name in steps}
    for number in range(rounds + 1):
        for name, (prepare, act) in steps.items():
            spent = 0.0
            for _ in range(per_round):
                prepare()
                start = time.process_time()
                act()
                spent += time.process_time() - start
            if number:  # The first round warms up.
                times[name].append(spent * 1000 / per_round)
    return times


def table(report: dict[str, float], *, candidates: int, columns: int) -> str:
    """The ratios first, then what they were made from."""
    s1 = 2.5 * report["floor"] + 1.2 * report["predict, the panel's rows"]
    s3 = (
        report[f"features and score, {FEATURE_ROWS} rows"] / report[f"predict, {FEATURE_ROWS} rows"]
    )
    lines = [
        "| what | goal | measured |",
        "|---|---|---|",
        f"| S1 `GET /api/cart/swaps`, {LINES} lines, {candidates} candidates | {GOALS['S1']} = "
        f"{s1:.2f} ms | {report['panel']:.2f} ms: {report['panel'] / s1:.2f} times the goal, "
        f"{report['panel'] / report['floor']:.1f} × floor |",
        f"| S3 features and score, {FEATURE_ROWS} rows, {columns} columns | ≤ {GOALS['S3']} | "
        f"{s3:.2f} × |",
        "",
        ", ".join(f"{name} {Decimal(ms):.2f} ms" for name, ms in report.items()),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
