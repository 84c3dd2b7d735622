"""A member's orders, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet

from shop.models import Order, OrderLine

PAGE_SIZE = 20
NAMED = 4


@dataclass(frozen=True)
class Listed:
    """An order as the list shows it: its packs, and its first products by name."""

    order: Order

    @property
    def packs(self) -> int:
        return sum(line.quantity for line in self.order.lines.all())

    @property
    def named(self) -> list[str]:
        return [line.name for line in self.order.lines.all()[:NAMED]]

    @property
    def more(self) -> int:
        """Products beyond those named."""
        return max(0, len(self.order.lines.all()) - NAMED)


def of_member(member_id: int) -> QuerySet[Order]:
    """What the member bought, newest first; simulated visits are nobody's orders."""
    found = Order.objects.filter(member_id=member_id).exclude(origin=Order.Origin.SIMULATED)
    return found.order_by("-placed_at", "-pk")


def page(orders: QuerySet[Order], *, number: int) -> Sequence[Listed]:
    """Page ``number`` (1-based) with the lines' names, in two queries."""
    first = (number - 1) * PAGE_SIZE
    names = OrderLine.objects.order_by("pk").only("order_id", "name", "quantity")
    shown = orders.prefetch_related(Prefetch("lines", names))[first : first + PAGE_SIZE]
    return [Listed(order) for order in shown]
