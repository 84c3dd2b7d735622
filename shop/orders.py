"""A member's orders, newest first, and how a guest's become a member's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet

from shop.models import Member, Order, OrderLine
from tracking.visitor import IDLE, Caller, member_shopper_key, visitor_shopper_key

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


def pages(total: int) -> int:
    """How many pages so many orders fill; none fills one."""
    return max(1, -(-total // PAGE_SIZE))


def page(orders: QuerySet[Order], *, number: int) -> Sequence[Listed]:
    """Page ``number`` (1-based) with the lines' names, in two queries."""
    first = (number - 1) * PAGE_SIZE
    names = OrderLine.objects.order_by("pk").only("order_id", "name", "quantity")
    shown = orders.prefetch_related(Prefetch("lines", names))[first : first + PAGE_SIZE]
    return [Listed(order) for order in shown]


def join(guest: Caller, member: Member, *, now: datetime) -> None:
    """Makes what the guest ordered in this visit the member's; a second call finds nothing left.

    By the browser's own key alone, and never beyond the visit: others may use the browser too. So
    may one after the other in one visit, and an order that names another address stays nobody's.
    Without consent there is no visit, and as long as one may pause counts.
    """
    if guest.visitor_key is None or guest.member_id is not None:
        return
    visit = Q(session_id=None, placed_at__gte=now - IDLE)
    if guest.session_id is not None:
        visit |= Q(session_id=guest.session_id)
    own_address = Q(email="") | Q(email__iexact=member.email)
    key, target = visitor_shopper_key(guest.visitor_key), member_shopper_key(member.pk)
    with transaction.atomic():
        theirs = Order.objects.filter(
            visit, own_address, shopper_key=key, member=None, origin=Order.Origin.SERVED
        )
        # The same key, sent by hand before and after, names one order of a shopper only.
        known = Order.objects.filter(shopper_key=target).exclude(idempotency_key=None)
        theirs.filter(
            idempotency_key__in=list(known.values_list("idempotency_key", flat=True))
        ).update(idempotency_key=None)
        theirs.update(member=member, shopper_key=target)
