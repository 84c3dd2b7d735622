"""A small market for the loop's tests: shoppers, carts over a budget, judged slates, rankers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import numpy as np
import pandas as pd
from django.utils import timezone

from recommender.learning import lease, promotion, registry
from recommender.models import RankerVersion
from recommender.ranking import artifact
from recommender.ranking.features.schema import NAMES, column, fingerprint
from recommender.ranking.linear import LinearRanker
from recommender.ranking.training_set import TrainingSet
from shop import cart as carts
from shop.contents import CartContents, cart_of
from shop.models import Category, Member, Order, OrderLine, Product
from shop.provider import Line, SwapQuery
from tests.shop import shelf
from tracking.visitor import Caller

MONDAY_NOON = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
"""12:00 in the store's time zone."""


def coffees(*prices: str, kind: Category | None = None) -> list[Product]:
    """Products of one type, 500 g each, at these prices."""
    kind = kind or shelf.product_type()
    return [
        shelf.product(f"{kind.name} number {at}", price, category=kind)
        for at, price in enumerate(prices, start=1)
    ]


def query(cart: list[tuple[Product, int]], **fields: Any) -> SwapQuery:
    """Ask for swaps for ``cart`` with nothing known of the shopper."""
    lines = tuple(Line(product.pk, packs) for product, packs in cart)
    total = sum((product.price * packs for product, packs in cart), Decimal(0))
    return SwapQuery(
        shopper_key=fields.pop("shopper_key", f"v:{uuid4()}"),
        member_id=fields.pop("member_id", None),
        session_id=fields.pop("session_id", None),
        placement="cart_panel",
        cart=lines,
        anchors=lines,
        total=total,
        budget=fields.pop("budget", total / 2),
        diet_tags=fields.pop("diet_tags", ()),
        dismissed=fields.pop("dismissed", frozenset()),
        served_at=fields.pop("served_at", MONDAY_NOON),
        **fields,
    )


def cart_over_budget(caller: Caller, *products: Product) -> CartContents:
    """These products, one pack each, and a budget of half of what they cost."""
    for product in products:
        carts.add(caller, product.pk)
    total = cart_of(caller).total
    carts.set_budget(caller, (total / 2).quantize(Decimal("0.01")))
    return cart_of(caller)


def imported_order(member: Member, *products: Product, placed_at: datetime) -> Order:
    """A purchase from before the store's own log, one pack of each."""
    order = Order.objects.create(
        shopper_key=f"m:{member.pk}",
        member=member,
        origin=Order.Origin.IMPORTED,
        total=sum(product.price for product in products),
        placed_at=placed_at,
    )
    OrderLine.objects.bulk_create(
        OrderLine(order=order, product=p, name=p.name, quantity=1, price=p.price) for p in products
    )
    return order


def member(email: str = "ann@example.org") -> Member:
    return Member.objects.create_user(email, email, "pass-word-1")


def judged(slates: int, *, seed: int = 0, noise: float = 0.3, until: datetime | None = None):
    """Slates of five whose labels follow the saving: the two that save most are viewed."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(slates * 5, len(NAMES)))
    appeal = features[:, column("price_saving")] + noise * rng.normal(size=len(features))
    rank = np.argsort(np.argsort(-appeal.reshape(slates, 5), axis=1), axis=1).ravel()
    return training_set(features, (rank < 2).astype(int), until=until)


def training_set(
    features: np.ndarray, labels: np.ndarray, *, size: int = 5, until: datetime | None = None
) -> TrainingSet:
    """Slates of ``size``, one per shopper, an hour apart, the last one before ``until``."""
    rows = len(labels)
    slate = np.arange(rows) // size
    until = until or timezone.now()
    last = int(slate[-1])
    about = pd.DataFrame(
        {
            "qid": [f"q{at:06d}" for at in slate],
            "session": [f"s{at:06d}" for at in slate],
            "shopper": [f"v:{at}" for at in slate],
            "served_at": [until - timedelta(hours=int(last - at) + 1) for at in slate],
            "origin": "simulated",
            "persona": "budget_hunter",
            "position": np.arange(rows) % size + 1,
            "product_id": np.arange(rows),
            "anchor_id": 1,
            "propensity": 1.0,
            "label": labels,
        }
    )
    return TrainingSet.from_rows(
        pd.concat([about, pd.DataFrame(features, columns=list(NAMES))], axis=1)
    )


def ranker(**weights: float) -> LinearRanker:
    """A linear ranker on raw feature values."""
    values = np.zeros(len(NAMES))
    for name, weight in weights.items():
        values[column(name)] = weight
    return LinearRanker(np.zeros(len(NAMES)), np.ones(len(NAMES)), values)


def register(scorer: LinearRanker, *, fence: int = 0) -> RankerVersion:
    """A challenger in the ledger, its file in the storage."""
    rows = np.random.default_rng(0).normal(size=(20, len(NAMES)))
    return registry.register(
        registry.Trained(
            policy=scorer.policy,
            artifact=artifact.dump(scorer),
            fingerprint=fingerprint(),
            golden=artifact.golden(scorer, rows),
            training_info={"sessions": 7, "session_origins": {"served": 7}},
            evaluation={},
            verdict={},
            manifest={},
        ),
        bucket=0,
        fence=fence,
        now=timezone.now(),
    )


def put_live(scorer: LinearRanker) -> RankerVersion:
    """Promote it under a lease of its own."""
    now = timezone.now()
    fence = lease.take(0, now=now, by_hand=True)
    assert fence is not None
    version = register(scorer, fence=fence)
    promotion.promote(version, fence=fence, now=now)
    lease.finish(fence, state="promoted", message="", now=now)
    version.refresh_from_db()
    return version
