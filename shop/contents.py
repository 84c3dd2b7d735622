"""What is in a cart, what it costs, and which swap brought a line; read, never written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import F, FilteredRelation, Q

from shop import fees
from shop.budget import Standing, starting_budget
from shop.models import Cart, CartLine, Product
from shop.stock import shortage_words
from tracking.visitor import Caller


@dataclass(frozen=True)
class StandingSwap:
    """What a line's product took the place of, and what that saved."""

    id: int
    anchor_name: str
    saving: Decimal


@dataclass(frozen=True)
class ContentsLine:
    """One line as a page shows it; ``problem`` says why it cannot be bought now, or is empty.

    ``swap`` is the standing one that brought it: of two that brought packs of it the later.
    """

    id: int
    product: Product
    quantity: int
    qid: UUID | None
    position: int | None
    kept: bool = False
    swap: StandingSwap | None = None

    @property
    def line_total(self) -> Decimal:
        return self.product.price * self.quantity

    @property
    def problem(self) -> str:
        if not self.product.is_active:
            return "No longer sold."
        if self.product.stock < self.quantity:
            return shortage_words(self.product)
        return ""


@dataclass(frozen=True)
class CartContents:
    """A cart as it stands. The total is that of the goods and the ``fee``."""

    lines: tuple[ContentsLine, ...]
    standing: Standing
    fee: Decimal = Decimal("0.00")

    @property
    def total(self) -> Decimal:
        return self.standing.total

    @property
    def budget(self) -> Decimal | None:
        return self.standing.budget

    @property
    def over_by(self) -> Decimal | None:
        return self.standing.over_by

    @property
    def share(self) -> Decimal | None:
        return self.standing.share

    @property
    def count(self) -> int:
        """Packs, all lines together."""
        return sum(line.quantity for line in self.lines)


def cart_of(caller: Caller) -> CartContents:
    """The caller's cart in one query (two or three when it is empty); writes nothing."""
    shopper_key = caller.shopper_key
    mine = CartLine.objects.filter(cart__shopper_key=shopper_key)
    rows = list(
        mine.select_related("cart", "product__brand", "product__category").annotate(
            brought_by=_brought_by(),
            swap=F("brought_by__pk"),
            swap_saving=F("brought_by__saving"),
            swap_anchor=F("brought_by__anchor__name"),
        )
    )
    cart = rows[0].cart if rows else Cart.objects.filter(shopper_key=shopper_key).first()
    lines = tuple(_line(row) for row in rows)
    goods = sum((line.line_total for line in lines), Decimal("0.00"))
    fee = fees.of(goods)
    standing = Standing(goods + fee, cart.budget if cart else starting_budget(caller))
    return CartContents(lines, standing, fee)


def _brought_by() -> FilteredRelation:
    """The standing swap of a line's slate item: at most one, by ``one_standing_accept``."""
    swaps = "cart__accepted_swaps"
    named = {f"{swaps}__qid": F("qid"), f"{swaps}__position": F("position")}
    return FilteredRelation(swaps, condition=Q(**named, **{f"{swaps}__undone_at": None}))


def _line(row: Any) -> ContentsLine:
    swap = StandingSwap(row.swap, row.swap_anchor, row.swap_saving) if row.swap else None
    return ContentsLine(row.pk, row.product, row.quantity, row.qid, row.position, row.kept, swap)
