"""Judged slates as arrays, and as a Parquet file that says which features it holds."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from recommender.ranking.errors import ForeignFingerprint
from recommender.ranking.features.schema import NAMES, fingerprint, refuse_infinite
from recommender.ranking.metrics import GAINS
from recommender.ranking.pairs import informative
from recommender.ranking.query import Floats, Ints

ABOUT = (
    "qid", "session", "shopper", "served_at", "origin", "persona",
    "position", "product_id", "anchor_id", "propensity", "label",
)  # fmt: skip
"""Columns beside the features; ``served_at`` is UTC, ``persona`` empty for real shoppers."""

REPEATED = ("qid", "session", "shopper", "served_at", "origin", "persona")


@dataclass(frozen=True)
class Weighing:
    """How much a slate counts.

    All simulated slates together weigh as much as ``prior_slates`` at most, and half of it after
    every ``prior_half_life`` slates of real shoppers that tell two labels apart: as much as these
    after 100 of them, less than a single one after 433.
    """

    most_per_shopper: float = 20.0
    """Slates' worth of weight that one shopper can have in a training."""

    prior_slates: float = 400.0
    prior_half_life: float = 50.0
    most_inverse: float = 3.0
    """What a swap that was unlikely where it stood counts at most; 1: as much as the others."""


@dataclass(frozen=True)
class TrainingSet:
    """Rows sorted by (served_at, qid, product_id, position); one slate is one adjacent group."""

    rows: pd.DataFrame
    features: Floats
    labels: Ints
    groups: Ints
    weighing: Weighing = Weighing()

    @classmethod
    def from_rows(cls, rows: pd.DataFrame, *, weighing: Weighing | None = None) -> TrainingSet:
        """From a frame with the columns ``ABOUT`` and one per feature, in any row order."""
        missing = [name for name in (*ABOUT, *NAMES) if name not in rows]
        if missing:
            raise ValueError(f"the training rows lack the columns {', '.join(missing)}")
        unknown = rows[~rows["label"].isin(range(len(GAINS)))]
        if len(unknown):
            bad = unknown.iloc[0]
            raise ValueError(
                f"label {bad['label']} of slate {bad['qid']}, position {bad['position']}, "
                f"is none of 0 to {len(GAINS) - 1}"
            )
        unlikely = rows[~(rows["propensity"] > 0.0)]
        if len(unlikely):
            bad = unlikely.iloc[0]
            raise ValueError(
                f"propensity {bad['propensity']} of slate {bad['qid']}, position "
                f"{bad['position']}, is not above 0"
            )
        # By product, so that the order of rows can never carry the label.
        rows = rows.sort_values(
            ["served_at", "qid", "product_id", "position"], kind="stable", ignore_index=True
        )
        groups = group_sizes(rows["qid"])
        features = rows[list(NAMES)].to_numpy(dtype=np.float64)
        refuse_infinite(features)
        labels = rows["label"].to_numpy(dtype=np.int64)
        return cls(rows, features, labels, groups, weighing or Weighing())

    def __len__(self) -> int:
        return len(self.groups)

    @property
    def first_rows(self) -> pd.DataFrame:
        """The first row of each slate, one per group."""
        return self.rows.iloc[np.cumsum(self.groups) - self.groups]

    @property
    def shoppers(self) -> np.ndarray:
        """Who was served, one per group."""
        return np.asarray(self.first_rows["shopper"].to_numpy(dtype=str))

    def slates(self, chosen: np.ndarray) -> TrainingSet:
        """The slates where ``chosen`` (mask over groups) is true."""
        rows = np.repeat(chosen, self.groups)
        return TrainingSet(
            self.rows[rows].reset_index(drop=True),
            self.features[rows],
            self.labels[rows],
            self.groups[chosen],
            self.weighing,
        )

    def newest(self, most: int, *, since: datetime) -> TrainingSet:
        """The last ``most`` slates of those served at ``since`` or later."""
        late = (self.first_rows["served_at"] >= since).to_numpy()
        chosen = late & (np.arange(len(self)) >= len(self) - most)
        return self if chosen.all() else self.slates(chosen)

    def blocks(self, count: int) -> list[TrainingSet]:
        """The slates in time order, cut into ``count`` blocks of nearly equal length."""
        at = np.arange(len(self)) * count // max(len(self), 1)
        return [self.slates(at == block) for block in range(count)]

    def doubling(self, count: int) -> list[TrainingSet]:
        """The slates in time order, cut into ``count`` blocks, each as long as all before it."""
        ends = len(self) * 2 ** np.arange(count) // 2 ** (count - 1)
        at = np.searchsorted(ends, np.arange(len(self)), side="right")
        return [self.slates(at == block) for block in range(count)]

    @property
    def origins(self) -> NDArray:
        """Where each slate comes from, one per group."""
        return np.asarray(self.first_rows["origin"].to_numpy(dtype=str))

    def prior_weight(self) -> float:
        """What the simulated slates weigh together, in slates, beside the real ones that are here.

        0 once they would weigh less than a single one.
        """
        simulated = self.origins == "simulated"
        if not simulated.any():
            return 0.0
        lessons = int((informative(self.labels, self.groups) & ~simulated).sum())
        most = self.weighing.prior_slates * 2.0 ** (-lessons / self.weighing.prior_half_life)
        return min(float(simulated.sum()), most) if most >= 1.0 else 0.0

    def without_spent_prior(self) -> TrainingSet:
        """The slates that weigh anything: the simulated ones leave when real ones are enough."""
        simulated = self.origins == "simulated"
        return self if self.prior_weight() or not simulated.any() else self.slates(~simulated)

    def slate_weights(self) -> Floats:
        """Weight of each slate, shape (groups,): no shopper counts more than so many slates in all.

        Simulated slates share their ``prior_weight``.
        """
        shoppers, own = np.unique(self.shoppers, return_inverse=True)
        count = np.bincount(own, minlength=len(shoppers))
        weights = np.minimum(1.0, self.weighing.most_per_shopper / count)[own]
        simulated = self.origins == "simulated"
        weights[simulated] *= self.prior_weight() / max(1, int(simulated.sum()))
        return np.asarray(weights)

    def row_weights(self) -> Floats:
        """Weight of each row, shape (rows,): its slate's, shared out by 1/propensity.

        The inverse of the logged propensity counts up to ``most_inverse``, and the rows of a slate
        have its weight on average: what was explored speaks louder within its slate, and no slate
        louder than another (ADR 14).
        """
        propensity = self.rows["propensity"].to_numpy(dtype=np.float64)
        inverse = np.minimum(1.0 / propensity, self.weighing.most_inverse)
        if len(inverse):
            starts = np.cumsum(self.groups) - self.groups
            inverse /= np.repeat(np.add.reduceat(inverse, starts) / self.groups, self.groups)
        return np.asarray(np.repeat(self.slate_weights(), self.groups) * inverse)

    def positions(self) -> Ints:
        """Shown position of each row, 1-based."""
        return np.asarray(self.rows["position"].to_numpy(dtype=np.int64))

    def describe(self) -> dict[str, Any]:
        """Counts for the ledger: samples, sessions, slates, positive share, origins."""
        start = np.cumsum(self.groups) - self.groups
        best = np.maximum.reduceat(self.labels, start) if len(self) else np.empty(0)
        sessions = self.first_rows.drop_duplicates("session")
        slates = Counter(self.first_rows["origin"])
        return {
            "samples": len(self.labels),
            "sessions": len(sessions),
            "slates": len(self),
            "total_features": len(NAMES),
            "positive_share": round(float(np.mean(self.labels > 0)), 4) if len(self) else 0.0,
            "without_positive": int(np.sum(best == 0)),
            "prior_weight": round(self.prior_weight(), 1),
            "origins": {origin: slates[origin] for origin in ("served", "simulated", "imported")},
            "session_origins": dict(Counter(sessions["origin"])),
        }


def group_sizes(qids: pd.Series) -> Ints:
    """Sizes of the adjacent groups of equal qids; raises ValueError if one appears twice."""
    if not len(qids):
        return np.empty(0, dtype=np.int64)
    starts = np.flatnonzero(qids.ne(qids.shift()).to_numpy())
    if qids.iloc[starts].duplicated().any():
        raise ValueError("rows of one qid are not adjacent; sort by qid first")
    return np.diff(np.append(starts, len(qids))).astype(np.int64)


def to_parquet(training: TrainingSet) -> bytes:
    """The rows as Parquet, with the features' fingerprint in the file's metadata."""
    table = pa.Table.from_pandas(training.rows[[*ABOUT, *NAMES]], preserve_index=False)
    marked = table.replace_schema_metadata(
        {**(table.schema.metadata or {}), b"fingerprint": fingerprint().encode()}
    )
    buffer = io.BytesIO()
    # Features hardly repeat: a dictionary of their values would only be built and thrown away.
    pq.write_table(marked, buffer, use_dictionary=list(REPEATED))
    return buffer.getvalue()


def rows_of(*parts: bytes) -> pd.DataFrame:
    """The rows that ``to_parquet`` wrote; raises ForeignFingerprint for other features."""
    tables = []
    for part in parts:
        # Not read_table: what a folder of files needs costs more than a day's rows.
        table = pq.ParquetFile(io.BytesIO(part)).read(use_threads=False)
        got = (table.schema.metadata or {}).get(b"fingerprint", b"none").decode()
        if got != fingerprint():
            raise ForeignFingerprint(expected=fingerprint(), got=got)
        tables.append(table)
    return pa.concat_tables(tables).to_pandas()


def shoppers_in(data: bytes) -> set[str]:
    """Whose rows a file of ``to_parquet`` holds, whatever its features; ValueError for no file."""
    return set(pq.read_table(io.BytesIO(data), columns=["shopper"])["shopper"].to_pylist())


def from_parquet(*parts: bytes, weighing: Weighing | None = None) -> TrainingSet:
    """What ``to_parquet`` wrote, ``parts`` put together; raises ForeignFingerprint."""
    return TrainingSet.from_rows(rows_of(*parts), weighing=weighing)
