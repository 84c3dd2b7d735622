"""From a cart to an order, in one transaction, once per Idempotency-Key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Case, F, PositiveIntegerField, Q, Value, When
from django.utils import timezone

from shop import cart as carts
from shop import fees, money, payment
from shop.budget import starting_budget
from shop.errors import Conflict, Invalid, Reused
from shop.models import AcceptedSwap, Cart, CartLine, Order, OrderLine, Product
from shop.stock import shortage_words
from tracking import record
from tracking.visitor import Caller


def place(
    caller: Caller,
    *,
    name: str,
    email: str,
    idempotency_key: str,
    expected_total: Decimal | None = None,
    origin: str = Order.Origin.SERVED,
    placed_at: datetime | None = None,
) -> Order:
    """Buys the caller's cart; the same key with the same request gets the first order again.

    Prices and stock are read under lock; either everything is sold or nothing. The lines go, the
    budget stays, unless the account says what a new cart starts with. Simulated orders do not grow
    the purchase counter.

    Raises Invalid (``empty_cart``), Conflict (``total_changed`` with both totals, ``out_of_stock``
    with what is short), Reused (``idempotency_key_reused``), Declined (``payment_declined``).
    """
    digest = _digest(name, email, expected_total)
    now = placed_at or timezone.now()
    try:
        with transaction.atomic():
            cart = carts.take(caller.shopper_key)
            first = _placed(caller, idempotency_key, digest)
            if first is not None:
                return first
            lines = _lines(cart)
            goods = sum((line.product.price * line.quantity for line in lines), Decimal("0.00"))
            fee = fees.of(goods)
            total = goods + fee
            if cart is None or not lines:
                raise Invalid("The cart is empty.", code="empty_cart")
            if expected_total is not None and expected_total != total:
                raise _total_changed(expected_total, total)
            _sell(lines)
            order = Order.objects.create(
                shopper_key=caller.shopper_key,
                member_id=caller.member_id,
                session_id=caller.session_id,
                origin=origin,
                name=name,
                email=email,
                total=total,
                fee=fee,
                budget=cart.budget,
                saved=Decimal("0.00"),
                idempotency_key=idempotency_key,
                request_digest=digest,
                placed_at=now,
            )
            _move(cart, order, lines)
            _start_anew(caller, cart)
            if origin == Order.Origin.SERVED:
                _pay(order)
            record.purchase(
                caller,
                order_id=order.pk,
                lines=[
                    record.PurchaseLine(line.product_id, qid, position)
                    for line in lines
                    for qid, position in line.event_items
                ],
                count=origin == Order.Origin.SERVED,
                occurred_at=now,
            )
    except IntegrityError:
        # Two requests with one key at the same moment and no cart row to queue at: one order won.
        first = _placed(caller, idempotency_key, digest)
        if first is None:
            raise
        return first
    return order


def _pay(order: Order) -> None:
    key = f"{order.shopper_key}:{order.idempotency_key}"
    reference = payment.current().take(order.total, email=order.email, key=key)
    if reference:
        order.payment_reference = reference
        order.save(update_fields=["payment_reference"])


def _placed(caller: Caller, key: str, digest: str) -> Order | None:
    # Whoever signs in between a lost answer and the second try is the same shopper.
    order = Order.objects.filter(shopper_key__in=caller.keys, idempotency_key=key).first()
    if order is not None and order.request_digest != digest:
        raise Reused(
            "This Idempotency-Key was used for another request; draw a new one.",
            code="idempotency_key_reused",
        )
    return order


def _digest(name: str, email: str, expected_total: Decimal | None) -> str:
    total = None if expected_total is None else money.cents(expected_total)
    return hashlib.sha256(json.dumps([name, email, total]).encode()).hexdigest()


def _lines(cart: Cart | None) -> Sequence[CartLine]:
    """The lines with their products' rows locked in one order, so that checkouts queue."""
    if cart is None:
        return []
    locked = CartLine.objects.select_related("product").select_for_update(of=("product",))
    return list(locked.filter(cart=cart).order_by("product_id"))


def _total_changed(expected: Decimal, total: Decimal) -> Conflict:
    change = total - expected
    way = "more" if change > 0 else "less"
    return Conflict(
        f"The cart now costs {money.text(total)}, {money.text(abs(change))} {way} than shown.",
        code="total_changed",
        expected_total=f"{expected:.2f}",
        total=f"{total:.2f}",
        difference=f"{change:.2f}",
    )


def _sell(lines: Sequence[CartLine]) -> None:
    """Takes every line from stock in one conditional update, or raises and takes nothing."""
    enough = Q()
    for line in lines:
        enough |= Q(pk=line.product_id, stock__gte=line.quantity)
    packs = Case(
        *(When(pk=line.product_id, then=Value(line.quantity)) for line in lines),
        output_field=PositiveIntegerField(),
    )
    sold = Product.objects.filter(enough, is_active=True).update(
        stock=F("stock") - packs, sold=F("sold") + packs
    )
    if sold == len(lines):
        return
    short = [
        line for line in lines if line.product.stock < line.quantity or not line.product.is_active
    ]
    raise Conflict(
        " ".join(map(_shortage, short)) or "Stock has just changed.",
        code="out_of_stock",
        lines=[
            {
                "product_id": line.product_id,
                "wanted": line.quantity,
                "available": line.product.stock if line.product.is_active else 0,
            }
            for line in short
        ],
    )


def _shortage(line: CartLine) -> str:
    if not line.product.is_active:
        return f"{line.product.name} is no longer sold."
    return f"{line.product.name}: {shortage_words(line.product)}"


def _move(cart: Cart, order: Order, lines: Sequence[CartLine]) -> None:
    OrderLine.objects.bulk_create(
        OrderLine(
            order=order,
            product=line.product,
            name=line.product.name,
            quantity=line.quantity,
            price=line.product.price,
            qid=line.qid,
            position=line.position,
        )
        for line in lines
    )
    order.saved = _settle(cart, order, lines)
    if order.saved:
        order.save(update_fields=["saved"])
    CartLine.objects.filter(cart=cart).delete()


def _start_anew(caller: Caller, cart: Cart) -> None:
    budget = starting_budget(caller)
    if budget is not None:
        Cart.objects.filter(pk=cart.pk).update(budget=budget)


def _settle(cart: Cart, order: Order, lines: Sequence[CartLine]) -> Decimal:
    """Moves the cart's swaps to the order and returns what they saved at this order's prices.

    Taken back from the newest on, a swap still stands when the packs it brought are there; one
    whose packs were removed since counts as undone: the receipt claims nothing for it.
    """
    swaps = list(
        AcceptedSwap.objects.filter(cart=cart, undone_at=None)
        .select_related("anchor", "product")
        .order_by("-accepted_at", "-pk")
    )
    if not swaps:
        return Decimal("0.00")
    packs = {line.product_id: line.quantity for line in lines}
    saved = Decimal("0.00")
    for swap in swaps:
        swap.cart, swap.order = None, order
        if packs.get(swap.product_id, 0) < swap.quantity:
            swap.undone_at = order.placed_at
            continue
        packs[swap.product_id] -= swap.quantity
        packs[swap.anchor_id] = packs.get(swap.anchor_id, 0) + swap.anchor_quantity
        swap.saving = swap.anchor_quantity * swap.anchor.price - swap.quantity * swap.product.price
        saved += swap.saving
    AcceptedSwap.objects.bulk_update(swaps, ["cart", "order", "undone_at", "saving"])
    return saved
