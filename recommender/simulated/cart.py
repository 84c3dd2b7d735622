"""What a simulated shopper puts in the cart, and when it comes; the swaps are judged elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from recommender.ranking.features.alignment import align
from recommender.ranking.personas import Persona
from recommender.ranking.query import Floats, Ints, Snapshot, Vectors

LOOKED_AT = 12
"""Of a product type, so many best sellers are considered."""

TASTE = 2.0
"""Weight of what the persona looks at, against noise of scale 1."""

OPENING, CLOSING = 8, 22


@dataclass(frozen=True)
class Shelves:
    """The store as a simulated shopper walks it."""

    snapshot: Snapshot
    vectors: Vectors

    def pick(
        self, kind: int, persona: Persona, shopper: Floats | None, rng: np.random.Generator
    ) -> int:
        """Snapshot row of the product of type ``kind`` that this shopper takes.

        Budget shoppers look at the unit price, quality seekers at quality and the dearer shelf, CF
        followers at what shoppers like them buy (``shopper`` factors; popularity without them).
        """
        snapshot = self.snapshot
        rows = snapshot.rows_by_type[kind]
        rows = rows[np.argsort(-snapshot.popularity[rows], kind="stable")[:LOOKED_AT]]
        dear = np.nan_to_num(snapshot.price_percentile[rows], nan=0.5)
        if persona == Persona.QUALITY_SEEKER:
            liking = dear + snapshot.quality_share[rows]
        elif persona == Persona.CF_FOLLOWER:
            liking = self._affinity(rows, shopper)
        else:
            liking = 1.0 - dear
        return int(rows[np.argmax(TASTE * liking + rng.gumbel(size=len(rows)))])

    def factors_of(self, member_id: int | None) -> Floats | None:
        """The member's collaborative factors; None for a stranger."""
        if member_id is None or member_id not in self.vectors.shopper_id:
            return None
        at = int(np.searchsorted(self.vectors.shopper_id, member_id))
        factors: Floats = self.vectors.shopper_factors[at].astype(np.float64)
        return factors

    def types_for(self, products: Ints, count: int, rng: np.random.Generator) -> list[int]:
        """``count`` types, those of ``products`` (a member's purchases) where there are any."""
        rows = self.snapshot.rows_of(products)
        kinds = self.snapshot.type_id[rows[rows >= 0]]
        if len(kinds) < count:
            kinds = np.concatenate([kinds, self.snapshot.type_id])
        drawn: list[int] = rng.permutation(kinds).tolist()
        return list(dict.fromkeys(drawn))[:count]

    def _affinity(self, rows: Ints, shopper: Floats | None) -> Floats:
        if shopper is None:
            values = self.snapshot.popularity[rows]
        else:
            values = (align(self.snapshot, self.vectors).factors(rows) * shopper).sum(axis=1)
        return np.argsort(np.argsort(np.nan_to_num(values))) / max(len(rows) - 1, 1)


def visiting_times(
    count: int, *, start: datetime, days: int, rng: np.random.Generator
) -> list[datetime]:
    """``count`` ascending moments in opening hours, afternoons and evenings more often.

    ``start`` is aware; hours are those of its time zone.
    """
    day = np.sort(rng.integers(0, days, size=count))
    hours = OPENING + (CLOSING - OPENING) * rng.beta(2.0, 1.6, size=count)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    return sorted(
        midnight + timedelta(days=int(d), seconds=round(float(h) * 3600))
        for d, h in zip(day, hours, strict=True)
    )
