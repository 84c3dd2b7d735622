"""The store as simulated shoppers walk it, in memory: many visits in little time, nothing written.

A visit is that of ``simulated.visit`` without the tables: the same carts, budgets, candidates,
taste, features and personas, from the catalogue that the store has now. Only the rows that every
reader needs are read from the database, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID

import numpy as np
from django.db.models import Max
from django.utils import timezone

from recommender.proof.scene import Scene
from recommender.ranking.features.build import build
from recommender.ranking.personas import Persona, cast
from recommender.ranking.query import Floats, Ints, Query, State
from recommender.ranking.slate import SIZE as PANEL
from recommender.serving import candidates, snapshot, taste, vectors
from recommender.simulated.cart import Shelves, visiting_times
from recommender.simulated.season import DAYS, TRIES, EmptyStore
from recommender.simulated.visit import (
    ANONYMOUS_SHARE,
    DIET_SHARE,
    FAR_OVER,
    FEWEST_LINES,
    LITTLE_OVER,
    MOST_LINES,
)
from shop.models import Member, Order, Product
from shop.provider import Line
from tracking.log import Fact

VIEWED_BEFORE_CARTED = 0.4
PACKS = (1, 1, 1, 2, 3)


@dataclass(frozen=True)
class World:
    """What visits are made from. ``members`` are households; ``start`` begins the first day."""

    shelves: Shelves
    members: tuple[int, ...]
    stock: Ints
    start: datetime

    @cached_property
    def _known(self) -> dict[int | None, taste.Known]:
        return {}

    def known(self, member_id: int | None) -> taste.Known:
        """What the store knew of this member when the first visit began; read once."""
        if member_id not in self._known:
            facts = taste.history(member_id, until=self.start)
            self._known[member_id] = taste.Known(facts, None)
        return self._known[member_id]

    def scenes(
        self,
        count: int,
        *,
        seed: int,
        only: Persona | None = None,
        over: tuple[float, float] | None = None,
    ) -> list[Scene]:
        """``count`` visits in the order of time, each with enough swaps for a full panel.

        The personas come in their shares, or are all of the kind ``only``; with ``over`` their
        totals lie anywhere between these multiples of the budget. The same seed on the same
        catalogue gives the same visits. Raises EmptyStore.
        """
        rng = np.random.default_rng(seed)
        roles = [only] * count if only else cast(count, rng)
        moments = visiting_times(count, start=self.start, days=DAYS, rng=rng)
        made = []
        for number, (persona, moment) in enumerate(zip(roles, moments, strict=True)):
            for _ in range(TRIES):
                excess = float(rng.uniform(*over)) if over else _over(persona, rng)
                scene = self._visit(persona, moment, f"{seed}/{number}", excess, rng)
                if scene is not None and scene.fills(PANEL):
                    made.append(scene)
                    break
            else:
                raise EmptyStore("The store has too few cheaper alternatives for such slates.")
        return made

    def _visit(
        self, persona: Persona, moment: datetime, name: str, over: float, rng: np.random.Generator
    ) -> Scene | None:
        catalogue = self.shelves.snapshot
        stranger = not self.members or rng.random() < ANONYMOUS_SHARE
        member_id = None if stranger else int(rng.choice(np.asarray(self.members)))
        hidden_seed = int(rng.integers(2**31)) if member_id is None else member_id
        known = self.known(member_id)
        bought = np.array(known.facts["bought"], dtype=np.int64)
        types = self.shelves.types_for(bought, int(rng.integers(FEWEST_LINES, MOST_LINES + 1)), rng)
        rows = self._picked(types, persona, member_id, rng)
        packs = rng.choice(PACKS, size=len(rows)).astype(np.int64)
        session = UUID(int=int(rng.integers(2**62)))
        ids = catalogue.product_id[rows]
        events = _walk(ids.tolist(), session, moment, rng)
        served_at = events[-1].occurred_at + timedelta(seconds=int(rng.integers(1, 31)))
        total = int((catalogue.price_cents[rows] * packs).sum())
        lines = [Line(int(p), int(q)) for p, q in zip(ids, packs, strict=True)]
        swaps = candidates.eligible(
            anchors=lines,
            cart=lines,
            dismissed=frozenset(),
            snapshot=catalogue,
            vectors=self.shelves.vectors,
        )
        swaps = swaps.take(self.stock[swaps.candidate_row] >= swaps.quantity)
        if not len(swaps):
            return None
        state = State(
            catalogue,
            self.shelves.vectors,
            taste.fold(known, events).as_of(
                catalogue,
                member_id=member_id,
                session_id=session,
                diet_tags=self._diet(rng),
            ),
        )
        query = Query(
            served_at=timezone.localtime(served_at),
            placement="cart_panel",
            cart_products=ids,
            cart_quantities=packs,
            total_cents=total,
            budget_cents=max(1, int(total / over)),
        )
        return Scene(
            name=name,
            persona=persona,
            hidden_seed=hidden_seed,
            served_at=served_at,
            products=catalogue.product_id[swaps.candidate_row],
            anchors=catalogue.product_id[swaps.anchor_row],
            brands=catalogue.brand_id[swaps.candidate_row],
            types=catalogue.type_id[swaps.candidate_row],
            features=build(query, swaps, state),
        )

    def _picked(
        self, types: list[int], persona: Persona, member_id: int | None, rng: np.random.Generator
    ) -> Ints:
        factors: Floats | None = self.shelves.factors_of(member_id)
        picked = [self.shelves.pick(kind, persona, factors, rng) for kind in types]
        return np.array(picked, dtype=np.int64)

    def _diet(self, rng: np.random.Generator) -> tuple[str, ...]:
        catalogue = self.shelves.snapshot
        tagged = catalogue.diet_bits[catalogue.diet_bits > 0]
        if not len(tagged) or rng.random() >= DIET_SHARE:
            return ()
        bits = int(rng.choice(tagged))
        own = [tag for at, tag in enumerate(catalogue.diet_tags) if bits >> at & 1]
        return (str(rng.choice(own)),)


def read() -> World:
    """The world of the store as it is now; writes nothing. Raises EmptyStore."""
    orders = Order.objects.exclude(origin=Order.Origin.SIMULATED)
    newest: datetime = orders.aggregate(newest=Max("placed_at"))["newest"] or timezone.now()
    catalogue = snapshot.build(as_of=newest)
    if not len(catalogue.product_id):
        raise EmptyStore("The store has no products yet: load a catalogue first.")
    stock = dict(Product.objects.filter(is_active=True).values_list("pk", "stock"))
    households = Member.objects.filter(household_id__isnull=False).order_by("household_id")
    return World(
        Shelves(catalogue, vectors.current()),
        tuple(households.values_list("pk", flat=True)),
        np.array([stock[p] for p in catalogue.product_id.tolist()], dtype=np.int64),
        timezone.localtime(newest) - timedelta(days=DAYS),
    )


def _over(persona: Persona, rng: np.random.Generator) -> float:
    """The cart's total over its budget, as in ``recommender.simulated.visit``."""
    if persona == Persona.BUDGET_PRESSURED:
        return float(rng.uniform(*FAR_OVER))
    low, high = LITTLE_OVER
    return float(low + (high - low) * rng.beta(0.7, 2.0))


def _walk(
    products: list[int], session: UUID, start: datetime, rng: np.random.Generator
) -> list[Fact]:
    """The events of filling the cart, in order; ids count up as the log's do."""
    events: list[Fact] = []
    now = start
    for product in products:
        now += timedelta(seconds=int(rng.integers(1, 21)))
        kinds = ["view"] if rng.random() < VIEWED_BEFORE_CARTED else []
        events += [
            Fact(UUID(int=len(events) + at), session, kind, product, None, None, now, True)
            for at, kind in enumerate([*kinds, "cart_add"], start=1)
        ]
    return events
