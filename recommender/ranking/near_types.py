"""Which product types are nearest to each other by what their products are called."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.query import Floats, Ints

LEAST_ALIKE = 0.35
"""Cosine of the mean text vectors below which another type is no substitute."""


def near_types(
    rows_by_type: dict[int, Ints], text: NDArray[np.float32], *, most: int
) -> dict[int, tuple[int, ...]]:
    """The ``most`` nearest types of each type, the nearest first, none below ``LEAST_ALIKE``.

    ``text`` has a vector per product, shape (products, d), NaN where it is not known. Two types are
    as near as the cosine of their products' mean vectors; a type without a vector is near to none.
    """
    kinds = list(rows_by_type)
    centres = np.stack([_centre(text[rows_by_type[kind]].astype(np.float64)) for kind in kinds])
    alike = centres @ centres.T
    np.fill_diagonal(alike, -1.0)
    nearest = np.argsort(-alike, axis=1, kind="stable")[:, :most]
    return {
        kind: tuple(kinds[at] for at in near if alike[row, at] >= LEAST_ALIKE)
        for row, (kind, near) in enumerate(zip(kinds, nearest.tolist(), strict=True))
    }


def _centre(text: Floats) -> Floats:
    known = text[~np.isnan(text[:, 0])]
    centre: Floats = known.mean(axis=0) if len(known) else np.zeros(text.shape[1])
    length = float(np.linalg.norm(centre))
    return centre / length if length else centre
