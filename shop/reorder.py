"""An earlier order once more: into the cart with one press, and what differs from then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from django.db import transaction

from shop.cart import cart_for, take
from shop.models import CartLine, Order, OrderLine, Product
from shop.models.carts import MOST_OF_ONE
from tracking import record
from tracking.visitor import Caller


class Put(NamedTuple):
    """Of ``asked`` products so many are in the cart with all their packs, or with fewer."""

    asked: int
    whole: int
    fewer: int


@dataclass(frozen=True)
class Then:
    """One product of an earlier order; ``product`` None: the store does not know it any more."""

    product: Product | None
    name: str
    quantity: int
    price: Decimal

    @property
    def available(self) -> int:
        """Packs that can be had now."""
        if self.product is None or not self.product.is_active:
            return 0
        return min(self.product.stock, MOST_OF_ONE)

    @property
    def trouble(self) -> str:
        """Why not all packs of then can be had; empty when they can."""
        if self.product is None or not self.product.is_active:
            return "no longer sold"
        if self.product.stock == 0:
            return "out of stock"
        if self.available < self.quantity:
            return f"only {self.available} of {self.quantity} packs left"
        return ""

    @property
    def change(self) -> Decimal:
        """How much dearer a pack is than then; negative when cheaper, zero where none is had."""
        if self.product is None or not self.available:
            return Decimal("0.00")
        return self.product.price - self.price


@dataclass(frozen=True)
class Comparison:
    """An order's products as they can be had now."""

    order: Order
    lines: Sequence[Then]

    @property
    def missing(self) -> list[Then]:
        return [line for line in self.lines if line.trouble]

    @property
    def dearer(self) -> list[Then]:
        return sorted((line for line in self.lines if line.change > 0), key=lambda one: -one.change)

    @property
    def cheaper(self) -> list[Then]:
        return sorted((line for line in self.lines if line.change < 0), key=lambda one: one.change)

    @property
    def change(self) -> Decimal:
        """How much more the packs that can be had cost than the same packs then."""
        return sum(
            (line.change * min(line.quantity, line.available) for line in self.lines),
            Decimal("0.00"),
        )


def compared(token: UUID) -> Comparison | None:
    """The order at this address against the store of now, in one query; None for no such order."""
    rows = list(
        OrderLine.objects.filter(order__token=token)
        .select_related("order", "product")
        .order_by("pk")
    )
    return Comparison(rows[0].order, _then(rows)) if rows else None


def put_again(caller: Caller, comparison: Comparison, *, at: datetime | None = None) -> Put:
    """Fills the cart up to the packs of then, as far as they can be had.

    What the cart holds already counts, so that pressing twice is as pressing once. Every product
    that grew is recorded as an add.
    """
    wanted = {
        line.product.pk: min(line.quantity, line.available)
        for line in comparison.lines
        if line.product is not None and line.available
    }
    with transaction.atomic():
        cart = take(caller.shopper_key) or cart_for(caller)
        held = {line.product_id: line for line in CartLine.objects.filter(cart=cart)}
        grown = [line for pk, line in held.items() if line.quantity < wanted.get(pk, 0)]
        for line in grown:
            line.quantity = wanted[line.product_id]
        new = [
            CartLine(cart=cart, product_id=pk, quantity=packs)
            for pk, packs in wanted.items()
            if pk not in held
        ]
        CartLine.objects.bulk_update(grown, ["quantity"])
        CartLine.objects.bulk_create(new)
        drafts = [record.Draft("cart_add", line.product_id, occurred_at=at) for line in grown + new]
        record.events(caller, drafts, server_side=True)
    fewer = sum(bool(line.trouble) and line.available > 0 for line in comparison.lines)
    return Put(len(comparison.lines), len(wanted) - fewer, fewer)


def _then(rows: Sequence[OrderLine]) -> list[Then]:
    """One entry per product: imported orders may name a product twice."""
    found: dict[int | str, Then] = {}
    for row in rows:
        key: int | str = row.product_id or row.name
        before = found[key].quantity if key in found else 0
        found[key] = Then(row.product, row.name, before + row.quantity, row.price)
    return list(found.values())
