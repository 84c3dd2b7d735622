"""The product page."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from shop import catalogue, price_history
from shop.cart import was_offered
from shop.errors import Missing
from shop.forms import SlateItemForm
from shop.models import Product
from shop.tags import DIET_TAGS, QUALITY_TAGS
from shop.views.catalogue import path
from tracking import record, visitor


@require_safe
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """A product; seen from a slate, the view says which item of it led here."""
    try:
        product = catalogue.product(pk)
    except Missing as missing:
        raise Http404(missing.message) from None
    form = SlateItemForm(request.GET)
    item: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    if item and not was_offered(visitor.of(request), product.pk, **item):
        # An address can be passed on or made up; nobody else's slate is judged by it.
        item = {}
    if request.method == "GET" and visitor.of(request).consent:
        caller = visitor.ensure(request)
        record.event(caller, event_type="view", product_id=product.pk, **item)
    now, changes = timezone.now(), list(product.price_changes.all())
    context = {
        "product": product,
        "category_path": path(product.category),
        "tags": _labels(product),
        "cut": price_history.cut(product.price, changes, now=now),
        "history": price_history.drawing(changes, now=now),
        **item,
    }
    return render(request, "shop/product.html", context)


def _labels(product: Product) -> list[str]:
    known = {**DIET_TAGS, **QUALITY_TAGS}
    return [known.get(tag, tag) for tag in (*product.diet_tags, *product.quality_tags)]
