"""The verbs that change a cart; what is in it and what it costs says ``contents``.

Every verb is one transaction that begins by taking the cart's row, so that two requests of one
shopper never interleave; stock, price and the active flag come from the server.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import FilteredRelation, Q
from django.utils import timezone

from shop.budget import starting_budget
from shop.errors import Invalid, Missing
from shop.models import AcceptedSwap, Cart, CartLine, Product
from shop.models.carts import MOST_OF_ONE
from shop.stock import check_quantity, check_stock
from tracking import log, record
from tracking.visitor import Caller

DEAREST_BUDGET = Decimal("9999999.99")


def cart_for(caller: Caller) -> Cart:
    """The caller's cart row, made when missing.

    Raises ValueError for a caller without a shopper key: ``tracking.visitor.ensure`` comes first.
    """
    if not caller.shopper_key:
        raise ValueError(
            "this caller has no shopper key yet; tracking.visitor.ensure(request) first"
        )
    new = {"budget": lambda: starting_budget(caller)}
    return Cart.objects.get_or_create(shopper_key=caller.shopper_key, defaults=new)[0]


def take(shopper_key: str) -> Cart | None:
    """Takes the cart's row for the rest of the transaction; None when there is no cart."""
    return Cart.objects.get(shopper_key=shopper_key) if _lock(shopper_key) else None


def _lock(shopper_key: str) -> bool:
    """Takes the cart's row for the rest of the transaction; False when there is no cart."""
    mine = Cart.objects.filter(shopper_key=shopper_key)
    return bool(mine.update(updated_at=timezone.now()))


def _cart_and_line(shopper_key: str, product_id: int) -> tuple[Cart, CartLine | None]:
    """The cart, which must be there, and its line of the product, in one query."""
    of_it = FilteredRelation("lines", condition=Q(lines__product=product_id))
    found = Cart.objects.annotate(of_it=of_it).select_related("of_it")  # type: ignore[misc]
    cart: Cart = found.get(shopper_key=shopper_key)
    # Django sets it only where there is one.
    line: CartLine | None = getattr(cart, "of_it", None)
    return cart, line


def add(
    caller: Caller,
    product_id: int,
    quantity: int = 1,
    *,
    qid: UUID | None = None,
    position: int | None = None,
    at: datetime | None = None,
) -> CartLine:
    """Puts ``quantity`` more packs in the cart; ``qid`` and ``position`` name the slate item.

    A slate item that is not the caller's own, or of another product, is left out: the add is good,
    its origin is not.

    Raises Invalid (``quantity``), Missing (``unknown_product``) and Conflict (``out_of_stock`` with
    the count that is available, ``too_many``).
    """
    check_quantity(quantity)
    with transaction.atomic():
        if not _lock(caller.shopper_key):
            cart_for(caller)
        cart, line = _cart_and_line(caller.shopper_key, product_id)
        product = Product.objects.filter(pk=product_id, is_active=True).first()
        if product is None:
            raise Missing("This product is not sold here.", code="unknown_product")
        in_cart = line.quantity if line else 0
        check_stock(product, in_cart + quantity, in_cart=in_cart)
        line = line or CartLine(cart=cart, product=product, quantity=0)
        line.product = product
        line.quantity += quantity
        if qid is not None and was_offered(caller, product_id, qid=qid, position=position):
            line.came_from(qid, position)
        line.save()
        _record(caller, "cart_add", line, at)
    return line


def set_quantity(
    caller: Caller, line_id: int, quantity: int, *, at: datetime | None = None
) -> CartLine:
    """Sets how many packs the line holds; more of it is recorded as an add, less as nothing.

    Raises as ``add`` does, and Missing (``unknown_line``).
    """
    check_quantity(quantity)
    with transaction.atomic():
        line = _line(caller, line_id)
        if quantity > line.quantity:
            check_stock(line.product, quantity, in_cart=line.quantity)
            _record(caller, "cart_add", line, at)
        line.quantity = quantity
        line.save(update_fields=["quantity"])
    return line


def remove(caller: Caller, line_id: int, *, at: datetime | None = None) -> CartLine:
    """Takes the line out and returns it as it was. Raises Missing (``unknown_line``).

    With the last line go the slates that served the cart without consent.
    """
    with transaction.atomic():
        line = _line(caller, line_id)
        CartLine.objects.filter(pk=line_id).delete()
        gone = [
            record.Draft("cart_remove", line.product_id, qid, position, at)
            for qid, position in line.event_items
        ]
        record.events(caller, gone, server_side=True)
        if not CartLine.objects.filter(cart=line.cart_id).exists():
            record.forget_functional(caller)
    return line


def keep(caller: Caller, line_id: int, *, kept: bool) -> CartLine:
    """Whether the line stays as it is: a kept one is offered no alternatives.

    Raises Missing (``unknown_line``).
    """
    with transaction.atomic():
        line = _line(caller, line_id)
        line.kept = kept
        line.save(update_fields=["kept"])
    return line


def set_budget(caller: Caller, budget: Decimal | None) -> Cart:
    """Sets the budget; None clears it. Raises Invalid (``budget``) unless 0.01 to 9,999,999.99."""
    if budget is not None:
        if not budget.is_finite() or not 0 < budget <= DEAREST_BUDGET:
            raise Invalid("A budget is an amount above 0.", code="budget")
        if budget != round(budget, 2):
            raise Invalid("A budget has at most two decimals.", code="budget")
    with transaction.atomic():
        cart = take(caller.shopper_key) or cart_for(caller)
        cart.budget = budget
        cart.save(update_fields=["budget"])
    return cart


def merge(source_key: str, target_key: str, *, new_budget: Decimal | None = None) -> None:
    """Moves one shopper's cart into another's, adding up quantities; the source is gone after it.

    Call inside a transaction. The target's own budget stays when it has one; where it had no cart,
    ``new_budget`` is what it starts with unless the source has a budget.
    """
    source = take(source_key)
    if source is None:
        return
    target = take(target_key)
    if target is None:
        budget = new_budget if source.budget is None else source.budget
        Cart.objects.filter(pk=source.pk).update(shopper_key=target_key, budget=budget)
        return
    if target.budget is None and source.budget is not None:
        Cart.objects.filter(pk=target.pk).update(budget=source.budget)
    mine = CartLine.objects.filter(cart=target).values("product_id")
    both = CartLine.objects.filter(cart=source, product_id__in=mine)
    for line in both:
        joined = CartLine.objects.get(cart=target, product_id=line.product_id)
        joined.quantity = min(joined.quantity + line.quantity, MOST_OF_ONE)
        for qid, position in line.slate_items:
            joined.came_from(qid, position)
        joined.save(update_fields=["quantity", "qid", "position", "also_from"])
    both.delete()
    CartLine.objects.filter(cart=source).update(cart=target)
    AcceptedSwap.objects.filter(cart=source).update(cart=target)
    source.delete()


def was_offered(caller: Caller, product_id: int, *, qid: UUID, position: int | None) -> bool:
    """Whether the caller's own slate ``qid`` shows the product at ``position``; one query."""
    slate = log.slate(qid)
    return (
        slate is not None
        and slate.shopper_key in caller.keys
        and any(
            item["position"] == position and item["product"] == product_id for item in slate.items
        )
    )


def _line(caller: Caller, line_id: int) -> CartLine:
    line = None
    if _lock(caller.shopper_key):
        mine = CartLine.objects.filter(pk=line_id, cart__shopper_key=caller.shopper_key)
        line = mine.select_related("product").first()
    if line is None:
        raise Missing("This line is not in your cart.", code="unknown_line")
    return line


def _record(caller: Caller, event_type: str, line: CartLine, at: datetime | None) -> None:
    record.event(
        caller,
        event_type=event_type,
        product_id=line.product_id,
        qid=line.qid,
        position=line.position,
        occurred_at=at,
    )
