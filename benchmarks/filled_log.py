"""A log of any size on SQLite: a fixed number of slates a day in the newest days, the rest before.

A slate has six swaps and is followed by ten events: six impressions, two views, an accept and a
purchase. The newest eight days are the same in a log of every size.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import numpy as np
from django.db import connection, transaction

from recommender.ranking.features.schema import NAMES, fingerprint

NEWEST_DAY = datetime(2030, 6, 30, tzinfo=UTC)
HISTORY_DAYS, OPEN_DAYS = 170, 8
SLATES_A_DAY = 1000
SWAPS, EVENTS_PER_SLATE = 6, 10
CHUNK = 2000

ITEMS = json.dumps(
    [
        {
            "position": at, "product": 10 + at, "anchor": 1, "anchor_quantity": 1, "quantity": 1,
            "saving_cents": 50, "score": 0.5, "propensity": 0.9,
        }
        for at in range(1, SWAPS + 1)
    ]
)  # fmt: skip
INPUTS = json.dumps({"cart": [[at, 1] for at in range(10)], "budget": 3000, "total": 4500})


def fill(events: int) -> None:
    """Write the log into the migrated database of this process."""
    newest = OPEN_DAYS * SLATES_A_DAY
    history = max(events // EVENTS_PER_SLATE - newest, 0)
    indexes = _drop_indexes()
    for slates, first_day, days in (
        (history, NEWEST_DAY - timedelta(days=OPEN_DAYS + HISTORY_DAYS - 1), HISTORY_DAYS),
        (newest, NEWEST_DAY - timedelta(days=OPEN_DAYS - 1), OPEN_DAYS),
    ):
        rows = _slates(slates, first_day, days)
        while chunk := [row for row, _ in zip(rows, range(CHUNK))]:  # noqa: B905 the last is short
            _write(chunk)
    with connection.cursor() as cursor:
        for statement in indexes:
            cursor.execute(statement)
        cursor.execute("ANALYZE")


def _drop_indexes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
            "AND tbl_name IN ('tracking_event', 'tracking_slate', 'tracking_session')"
        )
        found = cursor.fetchall()
        for name, _ in found:
            cursor.execute(f'DROP INDEX "{name}"')
    return [statement for _, statement in found]


def _slates(count: int, first_day: datetime, days: int) -> Iterator[tuple[datetime, UUID]]:
    step = timedelta(days=days) / max(count, 1)
    for at in range(count):
        served_at = first_day + at * step
        yield served_at, _id(served_at, at)


def _id(moment: datetime, number: int) -> UUID:
    """A UUIDv7, as the store draws them."""
    head = int(moment.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62
    return UUID(int=head | number << 8 | random.getrandbits(8))


def _write(chunk: list[tuple[datetime, UUID]]) -> None:
    features = np.arange(SWAPS * len(NAMES), dtype=np.float64).tobytes()
    current = fingerprint()
    visitors, sessions, slates, events = [], [], [], []
    for served_at, qid in chunk:
        name, at = qid.hex, served_at.strftime("%Y-%m-%d %H:%M:%S.%f")
        key = f"v:{qid}"
        visitors.append((name, True, at, at))
        sessions.append((name, name, None, key, "served", "", at, at))
        slates.append(
            (
                name, name, key, "cart_panel", at, "ltr", "some-ranker", 1, current, "s" * 64,
                "v" * 64, INPUTS, ITEMS, features, "k" * 64, False,
            )
        )  # fmt: skip
        acts = [("impression", place) for place in range(1, SWAPS + 1)]
        acts += [("view", 1), ("view", 2), ("swap_accept", 1), ("purchase", 1)]
        for number, (kind, place) in enumerate(acts):
            server_side = kind in ("swap_accept", "purchase")
            order = 1 if kind == "purchase" else None
            events.append(
                (
                    _id(served_at, number).hex, None, name, key, kind, 10 + place, name, place,
                    order, server_side, at, at,
                )
            )  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        for table, rows in (
            ("tracking_visitor (key, consent, consent_at, created_at)", visitors),
            (
                "tracking_session (id, visitor_id, member_id, shopper_key, origin, persona, "
                "started_at, last_event_at)",
                sessions,
            ),
            (
                "tracking_slate (qid, session_id, shopper_key, placement, served_at, policy, "
                "ranker_tag, generation, fingerprint, snapshot_tag, vectors_tag, inputs, items, "
                "features, state_key, functional)",
                slates,
            ),
            (
                "tracking_event (id, client_id, session_id, shopper_key, event_type, product_id, "
                "qid, position, order_id, server_side, occurred_at, received_at)",
                events,
            ),
        ):
            places = ", ".join(["%s"] * len(rows[0]))
            cursor.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608
