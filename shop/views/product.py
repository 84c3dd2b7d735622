"""The product page."""

from __future__ import annotations

from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from shop import catalogue, price_history, price_rows
from shop.cart import was_offered
from shop.errors import Missing
from shop.forms import SlateItemForm
from shop.models import Product
from shop.recommendations import alternatives_to
from shop.tags import DIET_TAGS, QUALITY_TAGS
from shop.views.catalogue import path
from tracking import record, visitor


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """A product; seen from a slate, the view says which item of it led here."""
    product = _sold(pk, prices=True)
    form = SlateItemForm(request.GET)
    item: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    if item and not was_offered(visitor.of(request), product.pk, **item):
        # An address can be passed on or made up; nobody else's slate is judged by it.
        item = {}
    if request.method == "GET" and visitor.of(request).consent:
        caller = visitor.ensure(request)
        record.event(caller, event_type="view", product_id=product.pk, **item)
    now, changes = timezone.now(), price_rows.read(product)
    context = {
        "product": product,
        "category_path": path(product.category),
        "tags": _labels(product),
        "history": price_history.drawing(changes, usual=product.usual_price, now=now),
        **item,
    }
    return render(request, "shop/product.html", context)


@never_cache
@require_safe
def alternatives(request: HttpRequest, pk: int) -> HttpResponse:
    """What does the same for less: the part of the product page for htmx, a page of its own else.

    Asked for when it comes into view, so that the product page waits for no ranking.
    """
    product = _sold(pk)
    context = {"product": product, "slate": alternatives_to(request, product)}
    part = "alternatives" if _htmx(request) else "alternatives_page"
    return render(request, f"shop/{part}.html", context)


def _sold(pk: int, *, prices: bool = False) -> Product:
    try:
        return catalogue.product(pk, prices=prices)
    except Missing as missing:
        raise Http404(missing.message) from None


def _htmx(request: HttpRequest) -> bool:
    return bool(cast(HtmxDetails, request.htmx))  # type: ignore[attr-defined]


def _labels(product: Product) -> list[str]:
    known = {**DIET_TAGS, **QUALITY_TAGS}
    return [known.get(tag, tag) for tag in (*product.diet_tags, *product.quality_tags)]
