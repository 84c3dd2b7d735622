"""Many simulated visits, one after the other, spread over past weeks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import numpy as np
from django.db.models import Max
from django.utils import timezone

from recommender.learning import partitions
from recommender.ranking.personas import cast
from recommender.serving import snapshot, vectors
from recommender.simulated.cart import Shelves, visiting_times
from recommender.simulated.visit import Visit, play
from shop.models import Member, Order

DAYS = 35
NONE, A_VISIT = timedelta(0), timedelta(hours=1)
TRIES = 10
"""So many shoppers are drawn for one session until one has a cart with a full slate."""


class EmptyStore(Exception):
    """There are no products, or too few cheaper alternatives, to simulate with."""


def run(
    *,
    sessions: int,
    slate_size: int,
    seed: int,
    start: datetime | None = None,
    told: Callable[[int, int], None] = lambda done, total: None,
) -> list[Visit]:
    """``sessions`` visits with a judged slate each; the same seed on the same store repeats them.

    ``start`` (aware; None: 35 days before the last real order, so that a seed means the same visits
    tomorrow) begins the 35 days they are spread over. ``told`` gets (done, total). Raises
    EmptyStore.
    """
    shelves = Shelves(snapshot.current(), vectors.current())
    if not len(shelves.snapshot.product_id):
        raise EmptyStore("The store has no products yet: load a catalogue first.")
    rng = np.random.default_rng(seed)
    households = Member.objects.filter(household_id__isnull=False).order_by("household_id")
    members = list(households.values_list("pk", flat=True))
    moments = visiting_times(sessions, start=start or _before_last_order(), days=DAYS, rng=rng)
    visits = []
    # Cast before the visits: who has no full slate is drawn again, but stays of the same kind.
    for persona, moment in zip(cast(sessions, rng), moments, strict=True):
        visit = partial(
            play, shelves, members, persona=persona, started_at=moment, slate_size=slate_size
        )
        visits.append(_full_visit(visit, rng))
        told(len(visits), sessions)
    # A visit may last past midnight.
    partitions.reopen(
        {(moment + late).astimezone(UTC).date() for moment in moments for late in (NONE, A_VISIT)}
    )
    return visits


def _full_visit(visit: Callable[..., Visit], rng: np.random.Generator) -> Visit:
    for _ in range(TRIES):
        played = visit(rng=rng)
        if played.qid is not None:
            return played
    raise EmptyStore("The store has too few cheaper alternatives for slates of this size.")


def _before_last_order() -> datetime:
    real = Order.objects.exclude(origin=Order.Origin.SIMULATED)
    newest: datetime = real.aggregate(newest=Max("placed_at"))["newest"] or timezone.now()
    return timezone.localtime(newest) - timedelta(days=DAYS)
