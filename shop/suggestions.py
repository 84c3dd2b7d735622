"""What a panel shows: swaps checked against the store as it is now, with figures and words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from shop import money, saving
from shop.contents import CartContents, ContentsLine
from shop.models import Product
from shop.models.carts import MOST_OF_ONE
from shop.pack_words import difference
from shop.provider import RankedSwap, SwapQuery
from shop.tags import lost
from shop.unit_price import UnitPrice, unit_price


@dataclass(frozen=True)
class Suggestion:
    """One swap as shown: ``quantity`` packs of ``product`` for ``anchor_quantity`` of ``anchor``.

    ``total_after`` is what the cart costs after this swap alone. Unit prices are None when the
    sizes do not compare. ``difference`` says in words what differs, ``reasons`` why it stands
    where it does.
    """

    position: int
    anchor: Product
    anchor_quantity: int
    product: Product
    quantity: int
    saving: Decimal
    unit_price: UnitPrice | None
    anchor_unit_price: UnitPrice | None
    total_after: Decimal
    difference: str
    reasons: tuple[str, ...]
    score: float


@dataclass(frozen=True)
class Slate:
    """What the panel shows. Nothing was ranked (no budget, or within it): no qid, no policy."""

    message: str
    qid: UUID | None = None
    policy: str = ""
    ranker_tag: str = ""
    weights_line: str = ""
    suggestions: tuple[Suggestion, ...] = ()


@dataclass(frozen=True)
class Shown:
    """A position, its swap, and its product as the database has it now."""

    position: int
    swap: RankedSwap
    product: Product


def still_standing(
    cart: CartContents, query: SwapQuery, swaps: Sequence[tuple[int, RankedSwap]]
) -> list[Shown]:
    """Those swaps (with positions) that price, size, stock and tags allow now; one query."""
    lines = {line.product.pk: line for line in cart.lines}
    rows = Product.objects.filter(pk__in=[swap.product_id for _, swap in swaps], is_active=True)
    products = {row.pk: row for row in rows.select_related("brand", "category")}
    return [
        Shown(position, swap, products[swap.product_id])
        for position, swap in swaps
        if swap.product_id in products
        and swap.product_id not in lines
        and swap.product_id not in query.dismissed
        and _holds(swap, lines, products[swap.product_id])
    ]


def _holds(swap: RankedSwap, lines: Mapping[int, ContentsLine], product: Product) -> bool:
    line = lines.get(swap.anchor_id)
    if line is None or line.kept or line.quantity != swap.anchor_quantity:
        return False
    now = saving.between(line.product, line.quantity, product)
    return (
        now.allowed
        and not lost(line.product.diet_tags, product.diet_tags)
        and (now.quantity, now.cents) == (swap.quantity, swap.saving_cents)
        and now.quantity <= min(product.stock, MOST_OF_ONE)
    )


def slate(
    cart: CartContents,
    shown: Sequence[Shown],
    *,
    qid: UUID | None,
    policy: str,
    ranker_tag: str,
    weights_line: str,
) -> Slate:
    """The slate as a page shows it."""
    lines = {line.product.pk: line for line in cart.lines}
    return Slate(
        message=_found(len(shown)),
        qid=qid,
        policy=policy,
        ranker_tag=ranker_tag,
        weights_line=weights_line,
        suggestions=tuple(_suggestion(row, lines[row.swap.anchor_id], cart) for row in shown),
    )


def _found(number: int) -> str:
    if number == 0:
        return "Found no cheaper alternative that keeps what you need."
    return f"Found {number} hybrid AI cheaper alternative{'' if number == 1 else 's'}"


def _suggestion(row: Shown, line: ContentsLine, cart: CartContents) -> Suggestion:
    found = saving.between(line.product, line.quantity, row.product)
    saved = money.from_cents(found.cents)
    return Suggestion(
        position=row.position,
        anchor=line.product,
        anchor_quantity=line.quantity,
        product=row.product,
        quantity=found.quantity,
        saving=saved,
        unit_price=_unit_price(row.product) if found.comparable else None,
        anchor_unit_price=_unit_price(line.product) if found.comparable else None,
        total_after=cart.total - saved,
        difference=difference(
            line.product,
            line.quantity,
            row.product,
            found.quantity,
            comparable=found.comparable,
        ),
        reasons=row.swap.reasons,
        score=row.swap.score,
    )


def _unit_price(product: Product) -> UnitPrice | None:
    return unit_price(product.price, amount=product.amount, base_unit=product.base_unit)
