"""Accepting a swap, taking it back, and "not this".

An accepted swap changes the anchor's line in place (same line, other product), so that undo can put
back exactly what was there. Where the candidate has a line of its own, the packs join that line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, Sum
from django.utils import timezone

from shop import cart as carts
from shop import fees, money, saving
from shop.errors import Conflict, Missing
from shop.models import AcceptedSwap, Cart, CartLine, DismissedProduct, Product
from shop.stock import check_stock
from tracking import log, record
from tracking.visitor import Caller


@dataclass(frozen=True)
class SlateItem:
    """One item of a served slate, as the log kept it."""

    anchor_id: int
    anchor_quantity: int
    product_id: int
    quantity: int
    saving_cents: int


def accept(caller: Caller, *, qid: UUID, position: int, at: datetime | None = None) -> AcceptedSwap:
    """Makes the swap at ``position`` of slate ``qid``; the total falls by exactly its saving.

    A repeated accept gets the first answer and changes nothing, unless the anchor was put back by
    hand since: then the swap is made anew. Raises Missing (``unknown_slate``,
    ``unknown_position``) and Conflict (``cart_changed``; ``price_changed`` with both savings;
    ``out_of_stock``, ``not_sold``, ``too_many``).
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
            raise _cart_changed(item, anchor_line)
        products = _products(item)
        anchor, product = products[item.anchor_id], products[item.product_id]
        _still_as_promised(item, anchor, product)
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
    return swap


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
            record.event(
                caller,
                event_type="swap_dismiss",
                product_id=item.product_id,
                qid=qid,
                position=position,
                occurred_at=at,
            )
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
            raise _cart_changed(item, None)
        if not line.kept:
            line = carts.keep(caller, line.pk, kept=True)
            record.event(
                caller,
                event_type="swap_dismiss",
                product_id=item.product_id,
                qid=qid,
                position=position,
                occurred_at=at,
            )
    return line


def slate_item(caller: Caller, *, qid: UUID, position: int) -> SlateItem:
    """The item of the caller's own slate; another shopper's slate is as unknown as none."""
    slate = log.slate(qid)
    if slate is None or slate.shopper_key not in caller.keys:
        raise Missing(
            "These suggestions are not yours or no longer stand; look at the cart again.",
            code="unknown_slate",
        )
    for item in slate.items:
        if item["position"] == position:
            return SlateItem(
                anchor_id=item["anchor"],
                anchor_quantity=item["anchor_quantity"],
                product_id=item["product"],
                quantity=item["quantity"],
                saving_cents=item["saving_cents"],
            )
    raise Missing("These suggestions have no such position.", code="unknown_position")


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


def _cart_changed(item: SlateItem, line: CartLine | None) -> Conflict:
    now = line.quantity if line else 0
    return Conflict(
        "The cart has changed since these suggestions were made.",
        code="cart_changed",
        product_id=item.anchor_id,
        quantity_then=item.anchor_quantity,
        quantity_now=now,
    )


def _still_as_promised(item: SlateItem, anchor: Product, product: Product) -> None:
    now = saving.between(anchor, item.anchor_quantity, product)
    if (now.quantity, now.cents) == (item.quantity, item.saving_cents) and now.allowed:
        return
    promised, found = money.from_cents(item.saving_cents), money.from_cents(now.cents)
    words = (
        f"cost {money.text(-found)} more, not save {money.text(promised)}"
        if found < 0
        else f"save {money.text(found)}, not {money.text(promised)}"
    )
    raise Conflict(
        f"A price has changed: this swap would now {words}.",
        code="price_changed",
        promised_saving=f"{promised:.2f}",
        saving=f"{found:.2f}",
        difference=f"{found - promised:.2f}",
        quantity=now.quantity,
    )


def _as_it_was(line: CartLine) -> dict[str, Any]:
    return {
        "id": line.pk,
        "product_id": line.product_id,
        "quantity": line.quantity,
        "qid": str(line.qid) if line.qid else None,
        "position": line.position,
        "added_at": line.added_at.isoformat(),
    }


def _change(
    anchor_line: CartLine, own_line: CartLine | None, item: SlateItem, qid: UUID, position: int
) -> None:
    if own_line is None:
        line, quantity = anchor_line, item.quantity
    else:
        anchor_line.delete()
        line, quantity = own_line, own_line.quantity + item.quantity
    CartLine.objects.filter(pk=line.pk).update(
        product_id=item.product_id, quantity=quantity, qid=qid, position=position, kept=False
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
