"""The log as training rows: slates as they were served, with what became of their items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
import pandas as pd

from recommender.ranking import judgements
from recommender.ranking.features.schema import NAMES, fingerprint
from recommender.ranking.query import Floats
from recommender.ranking.training_set import ABOUT, TrainingSet
from tracking import log
from tracking.models import Origin

ORIGINS = (Origin.SERVED, Origin.SIMULATED)


def assemble(
    *, now: datetime, since: datetime | None = None, until: datetime | None = None
) -> TrainingSet:
    """The judged slates of a stretch of time, with the vectors that they were served by.

    Slates of other features (a foreign fingerprint), without features, without consent or of
    unknown propensities are left out, and so are items that nobody saw.
    """
    served = log.slates(now=now, since=since, until=until, origins=ORIGINS)
    current = fingerprint()
    slates = [row for row in served if row.features and row.fingerprint == current]
    return _training_set(slates, _labels(slates))


def of(qids: Sequence[UUID]) -> TrainingSet:
    """Exactly these slates, judged by what is known by now, but for unknown propensities."""
    served = [row for qid in qids if (row := log.slate(qid)) is not None]
    return _training_set(served, _labels(served))


def _labels(slates: Sequence[log.SlateRow]) -> dict[tuple[UUID, int], int]:
    served_at = {row.qid: row.served_at.timestamp() for row in slates}
    return judgements.judge(_facts(list(served_at)), served_at=served_at)


def _facts(qids: Sequence[UUID]) -> Iterator[judgements.Fact]:
    for event in log.events_for_qids(qids):
        if event.position is not None:
            yield judgements.Fact(
                event.qid,
                event.position,
                event.event_type,
                event.occurred_at.timestamp(),
                event.server_side,
            )


def _training_set(
    slates: Iterable[log.SlateRow], labels: dict[tuple[UUID, int], int]
) -> TrainingSet:
    about: list[tuple[Any, ...]] = []
    vectors: list[Floats] = []
    for row in slates:
        # Something dropped out of it before it was shown (docs/events.md, "Places").
        if any(item["propensity"] is None for item in row.items):
            continue
        features = np.frombuffer(row.features, dtype=np.float64).reshape(len(row.items), -1)
        for item, vector in zip(row.items, features, strict=True):
            label = labels.get((row.qid, item["position"]))
            if label is None:
                continue
            about.append(
                (
                    str(row.qid),
                    str(row.session_id),
                    row.shopper_key,
                    row.served_at.astimezone(UTC),
                    row.origin,
                    row.persona,
                    item["position"],
                    item["product"],
                    item["anchor"],
                    item["propensity"],
                    label,
                )
            )
            vectors.append(vector)
    matrix = np.array(vectors, dtype=np.float64).reshape(-1, len(NAMES))
    rows = pd.concat(
        [pd.DataFrame(about, columns=list(ABOUT)), pd.DataFrame(matrix, columns=list(NAMES))],
        axis=1,
    )
    return TrainingSet.from_rows(rows)
