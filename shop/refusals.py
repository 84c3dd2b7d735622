"""Saying no to a swap: "not this" to the candidate, "keep mine" for the anchor."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction

from shop import cart as carts
from shop.models import CartLine, DismissedProduct
from shop.slate_item import cart_changed, slate_item
from tracking import record
from tracking.visitor import Caller


def dismiss(caller: Caller, *, qid: UUID, position: int, at: datetime | None = None) -> int:
    """ "Not this": never offers the product to this shopper again; returns its id.

    Raises Missing (``unknown_slate``, ``unknown_position``). A repeated dismissal is recorded once.
    """
    with transaction.atomic():
        item = slate_item(caller, qid=qid, position=position)
        _, new = DismissedProduct.objects.get_or_create(
            shopper_key=caller.shopper_key, product_id=item.product_id
        )
        if new:
            _record(caller, item.product_id, qid, position, at)
    return item.product_id


def keep_mine(caller: Caller, *, qid: UUID, position: int, at: datetime | None = None) -> CartLine:
    """Keeps the anchor of the swap at ``position``: its line is offered no alternatives any more.

    The candidate may still be offered for another line. Raises Missing (``unknown_slate``,
    ``unknown_position``) and Conflict (``cart_changed``: the anchor is not in the cart).
    """
    with transaction.atomic():
        cart = carts.take(caller.shopper_key)
        item = slate_item(caller, qid=qid, position=position)
        line = CartLine.objects.filter(cart=cart, product_id=item.anchor_id).first()
        if line is None:
            raise cart_changed(item, None)
        if not line.kept:
            line = carts.keep(caller, line.pk, kept=True)
            _record(caller, item.product_id, qid, position, at)
    return line


def _record(caller: Caller, product_id: int, qid: UUID, position: int, at: datetime | None) -> None:
    record.event(
        caller,
        event_type="swap_dismiss",
        product_id=product_id,
        qid=qid,
        position=position,
        occurred_at=at,
    )
