"""One simulated visit through the store's own code: browse, cart, panel, swap, checkout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import F

from recommender.ranking.features.schema import column
from recommender.ranking.personas import (
    UTILITIES,
    Persona,
    hidden_taste,
    known_utility,
    looks,
)
from recommender.ranking.query import Floats, Ints, Snapshot
from recommender.simulated.cart import Shelves
from shop import cart as carts
from shop import checkout, swaps
from shop.contents import cart_of
from shop.errors import ShopError
from shop.models import CartLine, DietProfile, Order, OrderLine, Product
from shop.recommendations import Slate, swaps_for
from tracking import log, record
from tracking.record import Draft

ANONYMOUS_SHARE = 0.3
DIET_SHARE = 0.35
"""About a third of households follow some diet."""

UNDONE_SHARE, REMOVED_SHARE = 0.08, 0.04
LITTLE_OVER, FAR_OVER = (1.01, 1.6), (1.3, 2.0)
"""Total over budget: most carts are a little over, those of the budget-pressured far over."""

FEWEST_LINES, MOST_LINES = 4, 16
TRIES, MORE_LINES = 5, 3
"""So often some lines more are added until the panel has a full slate."""

UTILITY_COLUMNS = (
    "cf_bpr_score",
    "semantic_sim",
    "price_saving",
    "quality_tags_score",
    "budget_pressure",
)


@dataclass(frozen=True)
class Visit:
    """How a visit went; ``qid`` is None when the store had no full slate for its cart."""

    persona: Persona
    member: bool
    qid: UUID | None = None
    looked_at: int = 0
    accepted: bool = False
    taken_back: bool = False


class Shopper:
    """One shopper, drawn from ``rng``; ``visit`` plays the whole visit in one transaction."""

    def __init__(
        self,
        shelves: Shelves,
        members: Sequence[int],
        *,
        persona: Persona,
        started_at: datetime,
        rng: np.random.Generator,
    ) -> None:
        self.shelves = shelves
        self.rng = rng
        self.now = started_at
        self.persona = persona
        stranger = not members or rng.random() < ANONYMOUS_SHARE
        self.member_id = None if stranger else int(rng.choice(np.asarray(members)))
        self.seed = int(rng.integers(2**31)) if self.member_id is None else self.member_id
        # Under a visitor's key even for a household: what is simulated must never reach the cart,
        # the taste or the log of the account that stands for it.
        self.caller = record.start_simulated_session(
            member_id=None, persona=self.persona, started_at=started_at
        )

    def visit(self, *, slate_size: int) -> Visit:
        """Browse, fill the cart over a budget, look at the slate, perhaps swap, buy."""
        self._choose_diet()
        visit = Visit(self.persona, self.member_id is not None)
        first = int(self.rng.integers(FEWEST_LINES, MOST_LINES + 1))
        types = self.shelves.types_for(self._bought(), first + TRIES * MORE_LINES, self.rng)
        self._fill(types[:first])
        for attempt in range(TRIES):
            slate = self._panel(slate_size)
            if len(slate.suggestions) == slate_size and slate.qid is not None:
                visit = self._judge(slate, slate.qid)
                break
            more = first + attempt * MORE_LINES
            self._fill(types[more : more + MORE_LINES])
        self._buy()
        return visit

    def _choose_diet(self) -> None:
        """A common diet is common among shoppers: a tag of a product drawn from those with tags."""
        snapshot = self.shelves.snapshot
        tagged = snapshot.diet_bits[snapshot.diet_bits > 0]
        if not len(tagged) or self.rng.random() >= DIET_SHARE:
            return
        bits = int(self.rng.choice(tagged))
        own = [tag for at, tag in enumerate(snapshot.diet_tags) if bits >> at & 1]
        DietProfile.objects.create(
            shopper_key=self.caller.shopper_key, diet_tags=[str(self.rng.choice(own))]
        )

    def _bought(self) -> Ints:
        if self.member_id is None:
            return np.empty(0, dtype=np.int64)
        lines = OrderLine.objects.filter(
            order__member_id=self.member_id, order__origin=Order.Origin.IMPORTED
        ).exclude(product=None)
        newest = lines.order_by("-pk").values_list("product_id", flat=True)[:200]
        return np.array(list(newest), dtype=np.int64)

    def _fill(self, types: Sequence[int]) -> None:
        factors = self.shelves.factors_of(self.member_id)
        ids = self.shelves.snapshot.product_id
        views = []
        for kind in types:
            product = int(ids[self.shelves.pick(kind, self.persona, factors, self.rng)])
            at = self._later(20)
            if self.rng.random() < 0.4:
                views.append(Draft("view", product, occurred_at=at))
            packs = int(self.rng.choice([1, 1, 1, 2, 3]))
            try:
                carts.add(self.caller, product, packs, at=at)
            except ShopError:
                # Sold out: a real shopper walks on as well.
                continue
        self._report(views)

    def _panel(self, size: int) -> Slate:
        contents = cart_of(self.caller)
        if not contents.lines:
            return Slate(message="")
        if self.persona == Persona.BUDGET_PRESSURED:
            over = self.rng.uniform(*FAR_OVER)
        else:
            over = LITTLE_OVER[0] + (LITTLE_OVER[1] - LITTLE_OVER[0]) * self.rng.beta(0.7, 2.0)
        budget = (contents.total / Decimal(round(over, 3))).quantize(Decimal("0.01"), ROUND_DOWN)
        carts.set_budget(self.caller, max(budget, Decimal("0.01")))
        # The household's purchases speak, although the visit is nobody's.
        asking = replace(self.caller, member_id=self.member_id)
        return swaps_for(
            asking,
            cart_of(self.caller),
            size=size,
            random_order=True,
            served_at=self._later(30),
        )

    def _judge(self, slate: Slate, qid: UUID) -> Visit:
        products = [suggestion.product.pk for suggestion in slate.suggestions]
        utility = self._utility(qid, self.shelves.snapshot.rows_of(np.asarray(products)))
        looked = looks(self.rng, self.persona, utility) > 0
        seen_at = self._later(5)
        slots = list(enumerate(products, start=1))
        seen = [Draft("impression", product, qid, at, seen_at) for at, product in slots]
        views = [
            Draft("view", product, qid, at, self._later(10))
            for at, product in slots
            if looked[at - 1]
        ]
        self._report([*seen, *views])
        best = int(np.argmax(np.where(looked, utility, -np.inf)))
        wants = bool(looked[best]) and utility[best] > UTILITIES[self.persona].accept_bar
        taken_back = False
        if wants:
            swaps.accept(self.caller, qid=qid, position=best + 1, at=self._later(15))
            taken_back = self._take_back(qid, best + 1, products[best])
        return Visit(
            self.persona, self.member_id is not None, qid, int(looked.sum()), wants, taken_back
        )

    def _utility(self, qid: UUID, rows: Ints) -> Floats:
        served = log.slate(qid)
        if served is None:
            raise LookupError(f"slate {qid} is not in the log")
        matrix = np.frombuffer(served.features).reshape(len(rows), -1)
        columns = {name: matrix[:, column(name)] for name in UTILITY_COLUMNS}
        snapshot: Snapshot = self.shelves.snapshot
        hidden = hidden_taste(self.seed, snapshot.brand_id[rows], snapshot.type_id[rows])
        return known_utility(self.persona, columns) + hidden

    def _take_back(self, qid: UUID, position: int, product: int) -> bool:
        dice = self.rng.random()
        if dice < UNDONE_SHARE:
            swaps.undo(self.caller, qid=qid, position=position, at=self._later(20))
        elif dice < UNDONE_SHARE + REMOVED_SHARE:
            line = CartLine.objects.get(
                cart__shopper_key=self.caller.shopper_key, product_id=product
            )
            carts.remove(self.caller, line.pk, at=self._later(20))
        else:
            return False
        return True

    def _buy(self) -> None:
        order_at = self._later(60)
        try:
            order = checkout.place(
                self.caller,
                name="",
                email="",
                idempotency_key=str(self.caller.session_id),
                origin=Order.Origin.SIMULATED,
                placed_at=order_at,
            )
        except ShopError:
            # An empty cart or a shelf that ran out: the visit ends without an order.
            return
        # Nothing left the store: the next real shopper finds the shelves as they were.
        packs: dict[int, list[int]] = {}
        for product_id, quantity in order.lines.exclude(product=None).values_list(
            "product_id", "quantity"
        ):
            packs.setdefault(quantity, []).append(product_id)
        for quantity, products in packs.items():
            Product.objects.filter(pk__in=products).update(
                stock=F("stock") + quantity, sold=F("sold") - quantity
            )

    def _report(self, drafts: Sequence[Draft]) -> None:
        record.events(self.caller, drafts, server_side=False)

    def _later(self, seconds: int) -> datetime:
        self.now += timedelta(seconds=int(self.rng.integers(1, seconds + 1)))
        return self.now


def play(
    shelves: Shelves,
    members: Sequence[int],
    *,
    persona: Persona,
    started_at: datetime,
    slate_size: int,
    rng: np.random.Generator,
) -> Visit:
    """One visit, written whole or not at all; without a full slate it leaves nothing behind."""
    with transaction.atomic():
        shopper = Shopper(shelves, members, persona=persona, started_at=started_at, rng=rng)
        visit = shopper.visit(slate_size=slate_size)
        if visit.qid is None:
            transaction.set_rollback(True)
        return visit
