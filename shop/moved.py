"""What moved between the checkout as it was shown and the cart as it stands now, line by line."""

from __future__ import annotations

import re
from typing import NamedTuple

from shop.contents import CartContents, ContentsLine
from shop.models import Product
from shop.money import cents, from_cents, text
from shop.stock import shortage_words

LINE = re.compile(r"(\d{1,18}):(\d{1,2}):(\d{1,9})")


class _Seen(NamedTuple):
    quantity: int
    cents: int


def seen(cart: CartContents) -> str:
    """The lines as a form carries them: product, packs and cents a pack of each."""
    return ",".join(
        f"{line.product.pk}:{line.quantity}:{cents(line.product.price)}" for line in cart.lines
    )


def differences(then: str, cart: CartContents) -> list[str]:
    """A sentence for each product that changed since ``then``, which ``seen`` wrote.

    Only to be told, never to be charged by: a form can say anything. What cannot be read is taken
    for a form that carried nothing, and then only what cannot be had is told.
    """
    before = _read(then)
    told = [words for line in cart.lines if (words := _moved(line, before.get(line.product.pk)))]
    if not before:
        return told
    fresh = [line for line in cart.lines if line.product.pk not in before]
    gone = before.keys() - {line.product.pk for line in cart.lines}
    names = Product.objects.filter(pk__in=gone).order_by("pk").values_list("name", flat=True)
    return [
        *told,
        *(f"{line.product.name} came into the cart since." for line in fresh),
        *(f"{name} is no longer in the cart." for name in (names if gone else ())),
    ]


def _moved(line: ContentsLine, before: _Seen | None) -> str:
    """As in "Milk: was $3.00, now $3.40; only 1 left in stock."; empty when nothing moved."""
    parts = []
    if before is not None and before.cents != cents(line.product.price):
        parts.append(f"was {text(from_cents(before.cents))}, now {text(line.product.price)}")
    if not line.product.is_active:
        parts.append("no longer sold")
    elif line.product.stock < line.quantity:
        shortage = shortage_words(line.product).removesuffix(".")
        parts.append(shortage[0].lower() + shortage[1:])
    if before is not None and before.quantity != line.quantity:
        parts.append(f"{line.quantity} in the cart, {before.quantity} when this page was shown")
    return f"{line.product.name}: {'; '.join(parts)}." if parts else ""


def _read(then: str) -> dict[int, _Seen]:
    found = [LINE.fullmatch(part) for part in then.split(",")]
    return {int(one[1]): _Seen(int(one[2]), int(one[3])) for one in found if one}
