"""Where a snapshot's products stand in a set of vectors, found once per pair of tags."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.query import Floats, Ints, Snapshot, Vectors

VectorRows = NDArray[np.float32]

KEPT = 8


class Alignment:
    """``vector_row`` holds the vectors' row of each snapshot row, -1 where there is none."""

    def __init__(self, snapshot: Snapshot, vectors: Vectors) -> None:
        self._snapshot = snapshot
        self._vectors = vectors
        self.vector_row = _rows_in(vectors.product_id, snapshot.product_id)
        self._factors: dict[int, VectorRows] = {}

    def text(self, rows: Ints) -> VectorRows:
        """Text vectors of snapshot rows, shape (n, d); NaN where there is none."""
        return _gather(self._vectors.text, self.vector_row[rows])

    def clusters(self, rows: Ints) -> Ints:
        """Semantic cluster of snapshot rows; -1 where there is none."""
        at = self.vector_row[rows]
        if not len(self._vectors.cluster):
            return np.full(len(rows), -1, dtype=np.int64)
        return np.where(at >= 0, self._vectors.cluster[at], -1)

    def factors(self, rows: Ints) -> VectorRows:
        """Item factors of snapshot rows, shape (n, k); NaN where there are none."""
        return _gather(self._vectors.item_factors, self.vector_row[rows])

    def followed(self, anchors: Ints, candidates: Ints) -> tuple[Floats, Floats]:
        """Decayed transitions from each anchor to its candidate, and from it to any product."""
        found = self._pairs(self._vectors.next_weight, anchors, candidates)
        at = self.vector_row[anchors]
        if not len(self._vectors.next_total):
            return found, np.zeros(len(anchors))
        return found, np.where(at >= 0, self._vectors.next_total[at], 0.0)

    def alike(self, first: Ints, second: Ints) -> Floats:
        """Cosine over buyers of pairs of snapshot rows, shape (n,); 0 where none is known."""
        return self._pairs(self._vectors.alike, first, second)

    def _pairs(self, flat: VectorRows, first: Ints, second: Ints) -> Floats:
        vectors = self._vectors
        if not len(flat):
            return np.zeros(len(first))
        one, other = self.vector_row[first], self.vector_row[second]
        row, column = vectors.place[one], vectors.place[other]
        known = (one >= 0) & (other >= 0) & (row >= 0) & (column >= 0)
        known &= vectors.block[one] == vectors.block[other]
        at = vectors.block[one] + row * vectors.width[one] + column
        return np.where(known, flat[np.where(known, at, 0)], 0.0).astype(np.float64)

    def factors_of_type(self, type_id: int) -> VectorRows:
        """Item factors of the whole type, in the order of ``snapshot.rows_by_type``."""
        kept = self._factors.get(type_id)
        if kept is None:
            kept = self.factors(self._snapshot.rows_by_type[type_id])
            self._factors[type_id] = kept
        return kept


_kept: OrderedDict[tuple[str, str], Alignment] = OrderedDict()
_lock = Lock()


def align(snapshot: Snapshot, vectors: Vectors) -> Alignment:
    """The alignment of this pair; the last few are kept, because every request needs one."""
    key = (snapshot.tag, vectors.tag)
    found = _kept.get(key)
    if found is not None:
        return found
    with _lock:
        found = _kept[key] = Alignment(snapshot, vectors)
        while len(_kept) > KEPT:
            _kept.popitem(last=False)
    return found


def _rows_in(known: Ints, wanted: Ints) -> Ints:
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[at] == wanted, at, -1).astype(np.int64)


def dots(rows: VectorRows, others: VectorRows) -> Floats:
    """Products of (n, d) rows with (n, d) rows or one (d,) vector, shape (n,).

    Every row is summed on its own, so that it rounds the same whatever rows lie around it; a
    matrix product would not. Single precision, because half the memory is half the time.
    """
    subscripts = "ij,ij->i" if others.ndim == 2 else "ij,j->i"
    return np.asarray(np.einsum(subscripts, rows, others), dtype=np.float64)


def _gather(matrix: NDArray[np.float32], at: Ints) -> VectorRows:
    if not len(matrix):
        return np.full((len(at), matrix.shape[1]), np.nan, dtype=np.float32)
    gathered = np.ascontiguousarray(matrix[at])
    gathered[at < 0] = np.nan
    return gathered
