"""The savings receipt of an order: what was bought, which swaps stood, what they saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Prefetch

from shop.budget import Standing
from shop.errors import Missing
from shop.models import AcceptedSwap, Order, OrderLine


@dataclass(frozen=True)
class Receipt:
    """``without_swaps`` is what the order would have cost; ``standing`` its total against the
    budget of that moment; ``brought_within`` whether the swaps made the difference."""

    order: Order
    lines: Sequence[OrderLine]
    swaps: Sequence[AcceptedSwap]
    saved: Decimal
    without_swaps: Decimal
    standing: Standing

    @property
    def brought_within(self) -> bool:
        before = Standing(self.without_swaps, self.order.budget)
        return before.over and not self.standing.over


def order_by_token(token: UUID) -> Order:
    """The order at this address with lines and standing swaps, in three queries.

    The token is the key to it: who has the address may read it. Raises Missing (``unknown_order``).
    """
    swaps = AcceptedSwap.objects.filter(undone_at=None).select_related("anchor", "product")
    found = (
        Order.objects.filter(token=token)
        .prefetch_related(
            Prefetch("lines", OrderLine.objects.order_by("pk")),
            Prefetch("swaps", swaps.order_by("pk")),
        )
        .first()
    )
    if found is None:
        raise Missing("There is no order at this address.", code="unknown_order")
    return found


def receipt(order: Order) -> Receipt:
    """What the order saved; works best on what ``order_by_token`` returns."""
    return Receipt(
        order=order,
        lines=list(order.lines.all()),
        swaps=[swap for swap in order.swaps.all() if swap.undone_at is None],
        saved=order.saved,
        without_swaps=order.total + order.saved,
        standing=Standing(order.total, order.budget),
    )
