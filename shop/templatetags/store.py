"""What the pages need beyond Django's own filters: money, prices per unit, drawings, links."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django import template
from django.core.files.storage import storages
from django.http import QueryDict
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from shop import addresses, pictures
from shop import money as amounts
from shop import packshot as packshots
from shop import unit_price as unit_prices
from shop.glance import Held
from shop.models import OrderLine, Product

register = template.Library()

# How wide the stylesheet shows a photograph: on its product's page, and anywhere else at most.
SHOWN_LARGE = "(max-width: 28rem) 60vw, 17rem"
SHOWN_SMALL = "8.5rem"


@register.filter
def money(amount: Decimal | None) -> str:
    """As in "$1,234.50"; nothing for None."""
    return "" if amount is None else amounts.text(amount)


@register.filter
def without_sign(amount: Decimal) -> Decimal:
    """How much it is, whichever way."""
    return abs(amount)


@register.filter
def unit_price(product: Product) -> str:
    """As in "$0.42 per 100 g"; nothing where the amount is unknown."""
    found = unit_prices.unit_price(
        product.price, amount=product.amount, base_unit=product.base_unit
    )
    return found.text if found else ""


@register.filter
def of_product(held: Mapping[int, Held], product: Product) -> Held | None:
    """What the cart holds of a product; None for nothing."""
    return held.get(product.pk)


@register.filter
def among(product: Product, ids: Collection[int]) -> bool:
    """Whether it is one of these products."""
    return product.pk in ids


@register.filter
def line_sum(line: OrderLine) -> Decimal:
    """What an order's line cost."""
    return line.price * line.quantity


register.simple_tag(addresses.address)


@register.simple_tag
def packshot(product: Product, *, at_once: bool = False) -> SafeString:
    """The picture or drawing of a product; decoration, since the name always stands beside it.

    ``at_once`` for the one that a page is about: the others may come when they come into view.
    """
    if (picture := pictures.of(product)) is not None:
        return _photograph(picture, at_once=at_once)
    return _drawing(packshots.of_product(product))


@register.simple_tag
def shelf(name: str) -> SafeString:
    """The drawing of a department or an aisle."""
    return _drawing(packshots.of_shelf(name))


@register.simple_tag(takes_context=True)
def with_query(context: dict[str, Any], **changes: Any) -> str:
    """The page's own query string with ``changes``; an empty value takes the field out."""
    query: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"


def _photograph(picture: pictures.Picture, *, at_once: bool) -> SafeString:
    """With the smaller version to choose where that is enough for the screen."""
    versions = [version for version in (pictures.small(picture), picture) if version is not None]
    urls = [storages["default"].url(version.name) for version in versions]
    choice = ""
    if len(versions) > 1:
        choice = format_html(
            ' srcset="{}" sizes="{}"',
            ", ".join(
                f"{url} {version.width}w" for url, version in zip(urls, versions, strict=True)
            ),
            SHOWN_LARGE if at_once else SHOWN_SMALL,
        )
    return format_html(
        '<img class="packshot" src="{}"{} width="{}" height="{}" alt="" loading="{}"'
        ' decoding="async">',
        urls[-1],
        choice,
        picture.width,
        picture.height,
        "eager" if at_once else "lazy",
    )


@lru_cache(maxsize=4096)
def _drawing(shot: packshots.Packshot) -> SafeString:
    sprite = static("img/packshots.svg")
    label = (
        format_html('<text x="48" y="{}">{}</text>', shot.label_at, shot.letters)
        if shot.letters
        else ""
    )
    return format_html(
        '<svg class="packshot hue-{}" viewBox="0 0 96 96" aria-hidden="true">'
        '<use href="{}#{}"/>{}</svg>',
        shot.hue,
        sprite,
        shot.form,
        label,
    )
