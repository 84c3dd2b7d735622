"""A ranker as a text file, and the proof that a file is the ranker it claims to be.

The first line says the kind, the policy and the fingerprint; the linear weights, LightGBM's
own text, or both follow. LightGBM dies by a signal on many damaged files, so nothing is handed to
it before size, SHA-256 and fingerprint were checked on the very bytes that are then loaded.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from typing import Any, Protocol

import numpy as np

from recommender.ranking.errors import ForeignFingerprint, UntrustedArtifact
from recommender.ranking.linear import LinearRanker
from recommender.ranking.query import Floats, Ints
from recommender.ranking.ranker import LtrRanker
from recommender.ranking.stacked import StackedRanker

Ranker = LinearRanker | LtrRanker | StackedRanker

MARK = "# basketwise "
GOLDEN_ROWS = 16
GOLDEN_TOLERANCE = 1e-9


class Scorer(Protocol):
    """What orders a slate.

    Without ``part(columns)`` the score would stay as it is whatever these columns hold: it is the
    sum of this part and of a rest that does not look at them. None stands for a part of zero.
    """

    @property
    def policy(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def score(self, features: Floats, groups: Ints | None = None) -> Floats: ...

    def contributions(self, features: Floats) -> Floats: ...

    def part(self, columns: Collection[int]) -> Scorer | None: ...

    def gain(self) -> Floats: ...


def dump(ranker: Ranker) -> bytes:
    """The ranker as bytes; the same ranker gives the same bytes."""
    head = {"kind": ranker.kind, "policy": ranker.policy, "fingerprint": ranker.fingerprint}
    return f"{MARK}{json.dumps(head, sort_keys=True)}\n{_body(ranker)}".encode()


def _body(ranker: Ranker) -> str:
    if isinstance(ranker, LtrRanker):
        return ranker.text()
    if isinstance(ranker, LinearRanker):
        return json.dumps(ranker.as_json())
    below = {"spread": list(ranker.spread), "linear": ranker.linear.as_json()}
    return f"{json.dumps(below)}\n{ranker.trees.text()}"


def golden(ranker: Scorer, features: Floats) -> dict[str, Any]:
    """Rows of ``features`` (evenly spread) and one all-NaN row, with the scores they must get."""
    at = np.unique(np.linspace(0, len(features) - 1, GOLDEN_ROWS).astype(int))
    rows = np.vstack([features[at], np.full(features.shape[1], np.nan)])
    as_json = [[None if np.isnan(value) else float(value) for value in row] for row in rows]
    return {"rows": as_json, "scores": [float(score) for score in ranker.score(rows)]}


def verify(
    data: bytes, *, sha256: str, size: int, fingerprint: str, golden: dict[str, Any]
) -> Ranker:
    """The ranker in ``data``, proven; raises UntrustedArtifact or ForeignFingerprint.

    ``sha256``, ``size`` and ``golden`` are the ledger's; ``fingerprint`` is the store's own.
    """
    if len(data) != size:
        raise UntrustedArtifact(f"the ranker's file has {len(data)} bytes, the ledger says {size}")
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise UntrustedArtifact(
            f"the ranker's file has SHA-256 {found[:12]}…, the ledger says {sha256[:12]}…"
        )
    head, body = _parts(data)
    if head["fingerprint"] != fingerprint:
        raise ForeignFingerprint(expected=fingerprint, got=head["fingerprint"])
    ranker = _load(head, body)
    rows = np.array(golden["rows"], dtype=np.float64)
    # Written so that a score that is not a number is wrong, too.
    wrong = ~(np.abs(ranker.score(rows) - np.asarray(golden["scores"])) <= GOLDEN_TOLERANCE)
    if wrong.any():
        raise UntrustedArtifact(
            f"{int(wrong.sum())} of {len(rows)} golden rows score otherwise than recorded"
        )
    return ranker


def _parts(data: bytes) -> tuple[dict[str, str], str]:
    try:
        first, _, body = data.decode().partition("\n")
        mark, _, head = first.partition("{")
        found = json.loads("{" + head)
        kind, fingerprint = found["kind"], found["fingerprint"]
    except (ValueError, KeyError) as error:
        raise UntrustedArtifact(f"the file does not begin as a ranker does: {error}") from error
    if mark != MARK:
        raise UntrustedArtifact("the file does not begin as a ranker of this store does")
    if kind not in (LinearRanker.kind, LtrRanker.kind, StackedRanker.kind):
        raise UntrustedArtifact(f"the file holds a ranker of the unknown kind {kind!r}")
    return {"kind": kind, "fingerprint": fingerprint}, body


def _load(head: dict[str, str], body: str) -> Ranker:
    if head["kind"] == LinearRanker.kind:
        return LinearRanker.from_json(json.loads(body))
    import lightgbm as lgb

    if head["kind"] == LtrRanker.kind:
        return LtrRanker(lgb.Booster(model_str=body), head["fingerprint"])
    first, _, trees = body.partition("\n")
    below = json.loads(first)
    return StackedRanker(
        LinearRanker.from_json(below["linear"]),
        LtrRanker(lgb.Booster(model_str=trees), head["fingerprint"]),
        (below["spread"][0], below["spread"][1]),
    )
