"""What can be had of a product: quantities and stock, and the words for too little of it."""

from __future__ import annotations

from typing import Protocol

from shop.errors import Conflict, Invalid
from shop.models.carts import MOST_OF_ONE


class Sellable(Protocol):
    """What a stock check needs to know of a product."""

    pk: int
    name: str
    stock: int
    is_active: bool


def check_quantity(quantity: int) -> None:
    """Raises Invalid (``quantity``) outside 1–99."""
    if not 1 <= quantity <= MOST_OF_ONE:
        raise Invalid(f"A quantity is a number from 1 to {MOST_OF_ONE}.", code="quantity")


def check_stock(product: Sellable, wanted: int, *, in_cart: int) -> None:
    """Raises Conflict unless ``wanted`` packs in all (``in_cart`` of them now) can be had."""
    if not product.is_active:
        raise Conflict(f"{product.name} is no longer sold.", code="not_sold", product_id=product.pk)
    if wanted > product.stock:
        raise Conflict(
            f"{product.name}: {shortage_words(product)}",
            code="out_of_stock",
            product_id=product.pk,
            available=product.stock,
            in_cart=in_cart,
        )
    if wanted > MOST_OF_ONE:
        raise Conflict(
            f"At most {MOST_OF_ONE} of one product; {in_cart} are in the cart already.",
            code="too_many",
            product_id=product.pk,
            in_cart=in_cart,
        )


def shortage_words(product: Sellable) -> str:
    return "Out of stock." if product.stock == 0 else f"Only {product.stock} left in stock."
