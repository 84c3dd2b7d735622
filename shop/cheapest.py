"""The order without a ranker: the cheapest unit price within the anchor's product type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F, FloatField, Window
from django.db.models.functions import Cast, RowNumber

from shop import saving
from shop.models import Product
from shop.models.carts import MOST_OF_ONE
from shop.provider import RankedSwap, Ranking, SwapQuery
from shop.tags import lost

POLICY = "cheapest"
PER_TYPE = 60
"""So many of the cheapest products of each type and unit are looked at."""
ANCHORS_FOR_CAP = 3
MOST_PER_ANCHOR = 2


@dataclass(frozen=True)
class _Offer:
    """``share`` is how much less of the anchor's unit price (or price, one for one) it costs."""

    swap: RankedSwap
    share: float


def rank(query: SwapQuery) -> Ranking:
    """Swaps by the share of the anchor's unit price that they save, in two queries.

    The hard limits are the same as for every policy: in stock, same type, cheaper for the same
    amount, every diet tag of the anchor kept, not in the cart, not dismissed. At most two swaps per
    anchor where there are three anchors or more.
    """
    anchors = Product.objects.in_bulk([line.product_id for line in query.anchors])
    pool = _pool({product.category_id for product in anchors.values()})
    taken = query.dismissed | {line.product_id for line in query.cart}
    found: list[_Offer] = []
    for line in query.anchors:
        anchor = anchors.get(line.product_id)
        if anchor is None:
            continue
        candidates = (row for row in pool.get(anchor.category_id, ()) if row.pk not in taken)
        found += _offers(anchor, line.quantity, candidates)
    found.sort(key=lambda offer: (-offer.share, -offer.swap.saving_cents, offer.swap.product_id))
    return Ranking(swaps=tuple(_capped(found, query)), policy=POLICY)


def _pool(types: Iterable[int]) -> Mapping[int, list[Product]]:
    unit_price = Cast("price", FloatField()) / Cast("amount", FloatField())
    place = Window(
        RowNumber(),
        partition_by=[F("category_id"), F("base_unit")],
        order_by=[unit_price.asc(nulls_last=True), F("price").asc(), F("pk").asc()],
    )
    rows = Product.objects.filter(category_id__in=set(types), is_active=True, stock__gt=0)
    pool: dict[int, list[Product]] = {}
    for row in rows.annotate(place=place).filter(place__lte=PER_TYPE):
        pool.setdefault(row.category_id, []).append(row)
    return pool


def _offers(anchor: Product, quantity: int, candidates: Iterable[Product]) -> Iterable[_Offer]:
    for product in candidates:
        found = saving.between(anchor, quantity, product)
        if not found.allowed or found.quantity > min(product.stock, MOST_OF_ONE):
            continue
        if lost(anchor.diet_tags, product.diet_tags):
            continue
        ratio = product.price / anchor.price
        if found.comparable and anchor.amount and product.amount:
            ratio *= anchor.amount / product.amount
        share = round(1 - float(ratio), 6)
        swap = RankedSwap(
            anchor_id=anchor.pk,
            anchor_quantity=quantity,
            product_id=product.pk,
            quantity=found.quantity,
            saving_cents=found.cents,
            score=share,
            propensity=1.0,
        )
        yield _Offer(swap, share)


def _capped(found: list[_Offer], query: SwapQuery) -> list[RankedSwap]:
    cap = MOST_PER_ANCHOR if len(query.anchors) >= ANCHORS_FOR_CAP else query.size
    shown: list[RankedSwap] = []
    per_anchor: dict[int, int] = {}
    products: set[int] = set()
    for offer in found:
        swap = offer.swap
        if per_anchor.get(swap.anchor_id, 0) >= cap or swap.product_id in products:
            continue
        per_anchor[swap.anchor_id] = per_anchor.get(swap.anchor_id, 0) + 1
        products.add(swap.product_id)
        shown.append(swap)
        if len(shown) == query.size:
            break
    return shown
