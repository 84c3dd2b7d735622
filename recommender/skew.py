"""Were the served features what ``build`` makes of the logged inputs? Bit for bit."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from uuid import UUID

import numpy as np

from recommender.models import ColumnsFile
from recommender.ranking.columns_file import DamagedColumns
from recommender.ranking.features.build import build
from recommender.ranking.features.schema import NAMES, fingerprint
from recommender.ranking.query import State
from recommender.serving import columns, served, taste
from recommender.serving import vectors as vector_store
from tracking import log


@dataclass
class Skew:
    """Counts over the slates that were checked; ``problems`` names the first of each kind."""

    slates: int = 0
    values: int = 0
    differences: int = 0
    tastes: int = 0
    foreign: int = 0
    gone: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not self.differences and not self.tastes

    def add(self, row: log.SlateRow) -> None:
        """Check one slate: its vectors from the logged inputs, its taste from the events."""
        if row.fingerprint != fingerprint():
            # Made by other feature code: nothing can be said, and it never trains.
            self.foreign += 1
            return
        self.slates += 1
        kept = np.frombuffer(row.features).reshape(len(row.items), -1)
        try:
            again = _rebuilt(row)
        except (OSError, DamagedColumns, KeyError) as error:
            if _no_longer_kept(row):
                self.slates -= 1
                self.gone += 1
                return
            self.differences += kept.size
            self.problems.append(f"{row.qid}: cannot be rebuilt: {error}")
            return
        self.values += kept.size
        wrong = kept.view(np.uint64) != again.view(np.uint64)
        # Two undefined values are equal whatever their bits.
        wrong &= ~(np.isnan(kept) & np.isnan(again))
        self.differences += int(wrong.sum())
        for at, name in enumerate(NAMES):
            if wrong[:, at].any():
                first = int(np.flatnonzero(wrong[:, at])[0])
                served_value, rebuilt = kept[first, at], again[first, at]
                self.problems.append(f"{row.qid}: {name} was {served_value}, is {rebuilt}")
        if not _taste_agrees(row):
            self.tastes += 1
            self.problems.append(f"{row.qid}: the taste is not what the events say")


def check(rows: list[log.SlateRow]) -> Skew:
    """All slates that carry features."""
    skew = Skew()
    for row in rows:
        if row.features:
            skew.add(row)
    return skew


def _no_longer_kept(row: log.SlateRow) -> bool:
    """``manage.py prune`` has removed the columns that the slate was served by."""
    tags = {row.snapshot_tag, row.vectors_tag} - {""}
    return ColumnsFile.objects.filter(pk__in=tags).count() < len(tags)


def _rebuilt(row: log.SlateRow) -> np.ndarray:
    snapshot = columns.snapshot(row.snapshot_tag)
    vectors = columns.vectors(row.vectors_tag) if row.vectors_tag else vector_store.NONE
    state = State(snapshot, vectors, served.taste_of(row.inputs))
    query = served.query_of(row.inputs, row.placement)
    return build(query, served.swaps_of(row.items, snapshot), state)


def _taste_agrees(row: log.SlateRow) -> bool:
    logged = row.inputs["taste"]
    query = served.query_of(row.inputs, row.placement)
    snapshot = columns.snapshot(row.snapshot_tag)
    known = taste.at(
        row.shopper_key,
        member_id=logged["member_id"],
        cursor=UUID(logged["cursor"]) if logged["cursor"] else None,
        now=query.served_at,
    )
    again = known.as_of(
        snapshot, member_id=logged["member_id"], session_id=row.session_id, diet_tags=()
    )
    # The diet profile is a setting of the shopper's and leaves no events.
    expected = served.taste_of(row.inputs)
    shown = np.array(sorted({item["product"] for item in row.items}), dtype=np.int64)
    again = served.needed_for(again, shown, snapshot)
    return replace(again, diet_bits=expected.diet_bits) == expected
