"""One item of a served slate: finding it in the log, and whether what it promised still holds."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from shop import money, saving
from shop.errors import Conflict, Missing
from shop.models import CartLine, Product
from shop.tags import DIET_TAGS, lost
from tracking import log
from tracking.visitor import Caller


@dataclass(frozen=True)
class SlateItem:
    """One item of a served slate, as the log kept it."""

    anchor_id: int
    anchor_quantity: int
    product_id: int
    quantity: int
    saving_cents: int


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


def cart_changed(item: SlateItem, line: CartLine | None) -> Conflict:
    """The refusal that names what was in the cart then and what is in it now."""
    now = line.quantity if line else 0
    return Conflict(
        "The cart has changed since these suggestions were made.",
        code="cart_changed",
        product_id=item.anchor_id,
        quantity_then=item.anchor_quantity,
        quantity_now=now,
    )


def still_as_promised(item: SlateItem, anchor: Product, product: Product) -> None:
    """Raises Conflict when it would now lose a diet tag of the anchor (``diet_tag_lost``) or save
    another sum, or cost more for the same amount (``price_changed``, with both savings)."""
    missing = lost(anchor.diet_tags, product.diet_tags)
    if missing:
        labels = ", ".join(DIET_TAGS.get(tag, tag) for tag in missing)
        raise Conflict(
            f"{product.name} no longer carries what {anchor.name} does: {labels}.",
            code="diet_tag_lost",
            product_id=product.pk,
            tags=missing,
        )
    now = saving.between(anchor, item.anchor_quantity, product)
    if (now.quantity, now.cents) == (item.quantity, item.saving_cents) and now.allowed:
        return
    promised, found = money.from_cents(item.saving_cents), money.from_cents(now.cents)
    was = money.text(promised)
    if found == promised:
        words = "A size has changed: this swap is no longer what was shown."
    elif found < 0:
        more = money.text(-found)
        words = f"A price has changed: this swap would now cost {more} more, not save {was}."
    else:
        now_saves = money.text(found)
        words = f"A price has changed: this swap would now save {now_saves}, not {was}."
    raise Conflict(
        words,
        code="price_changed",
        promised_saving=f"{promised:.2f}",
        saving=f"{found:.2f}",
        difference=f"{found - promised:.2f}",
        quantity=now.quantity,
    )
