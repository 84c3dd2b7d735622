"""TARGETS S5: 50 events in one request against the database's bulk path and against 50 requests.

    python -m benchmarks.ingestion [--rounds 20]

In a migrated store of its own (SQLite, or what DATABASE_URL names), asked in turn, CPU of this
process: 50 views in one ``POST /api/track-events``, the same in 50 requests to ``track-event``, and
the rows themselves by ``executemany`` (SQLite) or ``COPY`` (PostgreSQL, whose own CPU is not seen
here; seconds by the clock are told besides).
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
import uuid
from collections.abc import Callable
from typing import Any

BATCH = 50


def main() -> None:
    """Measure in turn and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ingestion-") as folder:
        os.environ.update(
            DATA_DIR=folder, CONSENT="assume", DJANGO_SETTINGS_MODULE="config.settings"
        )
        import django

        django.setup()
        steps = _steps()
        took: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
        for number in range(options.rounds + 1):
            for name, step in steps.items():
                wall, cpu = time.perf_counter(), time.process_time()
                step()
                spent = time.perf_counter() - wall, time.process_time() - cpu
                if number:  # The first round warms up.
                    took[name].append(spent)
    print(f"{os.cpu_count()} cores, load now {os.getloadavg()[0]:.1f}\n")
    print("| path | events per CPU second | per second | × bulk |\n|---|---|---|---|")
    rates = {
        name: [BATCH / statistics.median(times) for times in zip(*found, strict=True)]
        for name, found in took.items()
    }
    for name, (clock, cpu) in rates.items():
        share = f"{cpu / rates['bulk'][1]:.2f} (clock {clock / rates['bulk'][0]:.2f})"
        print(f"| {name} | {cpu:,.0f} | {clock:,.0f} | {share} |")
    print(f"\na batch: {rates['one request'][1] / rates['50 requests'][1]:.1f} × one by one")


def _steps() -> dict[str, Callable[[], Any]]:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.test import Client

    from tracking.models import Event

    settings.ALLOWED_HOSTS = ["testserver"]
    call_command("migrate", verbosity=0)
    client = Client()

    def views() -> list[dict[str, Any]]:
        return [
            {"event_type": "view", "product_id": at + 1, "event_id": str(uuid.uuid4())}
            for at in range(BATCH)
        ]

    def post(path: str, body: Any) -> None:
        answer = client.post(path, json.dumps(body), content_type="application/json")
        if answer.status_code != 200:
            raise RuntimeError(answer.content.decode()[:300])

    def one_request() -> None:
        post("/api/track-events", {"events": views()})

    def many() -> None:
        for event in views():
            post("/api/track-event", event)

    one_request()
    fields = [field.column for field in Event._meta.concrete_fields]
    names, table = ", ".join(fields), Event._meta.db_table
    places = ", ".join(["%s"] * len(fields))
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {names} FROM {table} LIMIT 1")  # noqa: S608 names of ours
        row = dict(zip(fields, cursor.fetchone(), strict=True))

    def fresh() -> list[tuple[Any, ...]]:
        plain = (lambda u: u) if connection.vendor == "postgresql" else (lambda u: u.hex)
        return [
            tuple({**row, "id": plain(uuid.uuid4()), "client_id": plain(uuid.uuid4())}.values())
            for _ in range(BATCH)
        ]

    def bulk() -> None:
        rows = fresh()
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                    for values in rows:
                        copy.write_row(values)
            else:
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({places})", rows)  # noqa: S608

    return {"one request": one_request, "50 requests": many, "bulk": bulk}


if __name__ == "__main__":
    main()
