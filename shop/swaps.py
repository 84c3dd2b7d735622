"""Accepting a swap and taking it back.

An accepted swap changes the anchor's line in place (same line, other product), so that undo can put
back exactly what was there. Where the candidate has a line of its own, the packs join that line.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from shop import cart as carts
from shop import fees, money
from shop.errors import Conflict, Missing
from shop.models import AcceptedSwap, Cart, CartLine, Product
from shop.slate_item import SlateItem, cart_changed, slate_item, still_as_promised
from shop.stock import check_stock
from tracking import record
from tracking.visitor import Caller


def accept(caller: Caller, *, qid: UUID, position: int, at: datetime | None = None) -> AcceptedSwap:
    """Makes the swap at ``position`` of slate ``qid``; the total falls by exactly its saving.

    A repeated accept gets the first answer and changes nothing, unless the anchor was put back by
    hand since: then the swap is made anew. Raises Missing (``unknown_slate``,
    ``unknown_position``) and Conflict (``cart_changed``; ``price_changed`` with both savings;
    ``diet_tag_lost``, ``out_of_stock``, ``not_sold``, ``too_many``).
    """
    at = at or timezone.now()
    with transaction.atomic():
        cart = carts.take(caller.shopper_key)
        first = _accepted(caller, cart, qid, position)
        if first is not None and not _was_taken_out(first):
            return first
        if first is not None:
            first.undone_at = at
            first.save(update_fields=["undone_at"])
        item = slate_item(caller, qid=qid, position=position)
        # Taking the cart first makes accepts of one shopper queue, so this reads a settled cart.
        lines = {
            line.product_id: line
            for line in CartLine.objects.filter(
                cart=cart, product_id__in=(item.anchor_id, item.product_id)
            )
        }
        anchor_line = lines.get(item.anchor_id)
        if cart is None or anchor_line is None or anchor_line.quantity != item.anchor_quantity:
            raise cart_changed(item, anchor_line)
        products = _products(item)
        anchor, product = products[item.anchor_id], products[item.product_id]
        still_as_promised(item, anchor, product)
        own_line = lines.get(item.product_id)
        in_cart = own_line.quantity if own_line else 0
        check_stock(product, in_cart + item.quantity, in_cart=in_cart)
        earlier = [_as_it_was(line) for line in lines.values()]
        _change(anchor_line, own_line, item, qid, position)
        swap = AcceptedSwap.objects.create(
            cart=cart,
            qid=qid,
            position=position,
            anchor=anchor,
            anchor_quantity=item.anchor_quantity,
            product=product,
            quantity=item.quantity,
            saving=money.from_cents(item.saving_cents),
            total_after=_total(cart),
            earlier=earlier,
            accepted_at=at,
        )
        _record(caller, "swap_accept", swap, at)
        _record_replaced(caller, "cart_remove", swap, at)
    return swap


def undo(caller: Caller, *, qid: UUID, position: int, at: datetime | None = None) -> AcceptedSwap:
    """Puts back the lines exactly as they were before the accept; a repeated undo changes nothing.

    Raises Missing (``not_accepted``) and Conflict (``line_changed``: the line was changed since, or
    the anchor is back in the cart by another way, so that the earlier lines cannot be restored).
    """
    at = at or timezone.now()
    with transaction.atomic():
        cart = carts.take(caller.shopper_key)
        swaps = AcceptedSwap.objects.filter(cart=cart, qid=qid, position=position)
        swap = (
            swaps.select_related("anchor", "product")
            .order_by(F("undone_at").desc(nulls_first=True), "-pk")
            .first()
            if cart
            else None
        )
        if cart is None or swap is None:
            raise Missing("This swap is not in your cart.", code="not_accepted")
        if swap.undone_at is not None:
            return swap
        _restore(cart, swap)
        swap.undone_at = at
        swap.save(update_fields=["undone_at"])
        _record(caller, "swap_undo", swap, at)
        _record_replaced(caller, "cart_return", swap, at)
    return swap


def _accepted(caller: Caller, cart: Cart | None, qid: UUID, position: int) -> AcceptedSwap | None:
    """The standing accept, also when it has travelled to an order since."""
    mine = Q(order__shopper_key=caller.shopper_key)
    if cart is not None:
        mine |= Q(cart=cart)
    return (
        AcceptedSwap.objects.filter(mine, qid=qid, position=position, undone_at=None)
        .select_related("anchor", "product")
        .first()
    )


def _was_taken_out(swap: AcceptedSwap) -> bool:
    """Whether the shopper removed what the swap brought and put the anchor back by hand."""
    if swap.order_id is not None:
        return False
    now = CartLine.objects.filter(
        cart=swap.cart_id, product_id__in=(swap.anchor_id, swap.product_id)
    )
    return list(now.values_list("product_id", flat=True)) == [swap.anchor_id]


def _products(item: SlateItem) -> dict[int, Product]:
    found = Product.objects.select_for_update().order_by("pk")
    products = {row.pk: row for row in found.filter(pk__in=(item.anchor_id, item.product_id))}
    if item.product_id not in products:
        raise Conflict("This product is no longer sold.", code="not_sold")
    return products


def _as_it_was(line: CartLine) -> dict[str, Any]:
    return {
        "id": line.pk,
        "product_id": line.product_id,
        "quantity": line.quantity,
        "qid": str(line.qid) if line.qid else None,
        "position": line.position,
        "also_from": line.also_from,
        "added_at": line.added_at.isoformat(),
    }


def _change(
    anchor_line: CartLine, own_line: CartLine | None, item: SlateItem, qid: UUID, position: int
) -> None:
    if own_line is None:
        line, quantity = anchor_line, item.quantity
        line.also_from, line.qid = [], None
    else:
        anchor_line.delete()
        line, quantity = own_line, own_line.quantity + item.quantity
    line.came_from(qid, position)
    CartLine.objects.filter(pk=line.pk).update(
        product_id=item.product_id,
        quantity=quantity,
        qid=qid,
        position=position,
        also_from=line.also_from,
        kept=False,
    )


def _restore(cart: Cart, swap: AcceptedSwap) -> None:
    own = sum(line["quantity"] for line in swap.earlier if line["product_id"] == swap.product_id)
    held = CartLine.objects.filter(
        cart=cart,
        product_id=swap.product_id,
        quantity=own + swap.quantity,
        qid=swap.qid,
        position=swap.position,
    )
    anchor_back = CartLine.objects.filter(cart=cart, product_id=swap.anchor_id).exists()
    if anchor_back or not held.delete()[0]:
        raise Conflict(
            "The line was changed after this swap, so it cannot be put back as it was.",
            code="line_changed",
            product_id=swap.product_id,
        )
    for line in swap.earlier:
        CartLine.objects.create(
            pk=line["id"],
            cart=cart,
            # Swaps of carts that stood at the update know of one slate item only.
            also_from=line.get("also_from", []),
            **{name: line[name] for name in ("product_id", "quantity", "qid", "position")},
        )
        # auto_now_add writes its own moment on creation.
        CartLine.objects.filter(pk=line["id"]).update(
            added_at=datetime.fromisoformat(line["added_at"])
        )


def _total(cart: Cart) -> Decimal:
    lines = CartLine.objects.filter(cart=cart)
    total = lines.aggregate(total=Sum(F("quantity") * F("product__price")))["total"]
    goods = Decimal(total).quantize(money.CENT)
    return goods + fees.of(goods)


def _record(caller: Caller, event_type: str, swap: AcceptedSwap, at: datetime) -> None:
    record.event(
        caller,
        event_type=event_type,
        product_id=swap.product_id,
        qid=swap.qid,
        position=swap.position,
        occurred_at=at,
    )


def _record_replaced(caller: Caller, event_type: str, swap: AcceptedSwap, at: datetime) -> None:
    """What became of the slate item that the replaced line came from: not kept, or back again."""
    for line in swap.earlier:
        if line["product_id"] != swap.anchor_id:
            continue
        for qid, position in [*line.get("also_from", []), (line["qid"], line["position"])]:
            if qid is not None:
                record.event(
                    caller,
                    event_type=event_type,
                    product_id=swap.anchor_id,
                    qid=UUID(qid),
                    position=position,
                    occurred_at=at,
                )
