"""What the shopper looked at before: from the log of views, which there is with consent only."""

from __future__ import annotations

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from shop.forms import RecentForm
from shop.models import Product
from tracking import log, visitor

SHOWN = 4
LISTED = 24


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The end of a product page for htmx, without the product itself; a page of its own else."""
    htmx = bool(cast(HtmxDetails, request.htmx))  # type: ignore[attr-defined]
    form = RecentForm(request.GET)
    but = form.cleaned_data["but"] if form.is_valid() else None
    caller = visitor.of(request)
    seen = log.newest_views(caller.shopper_key, LISTED + 1) if caller.consent else []
    sold = Product.objects.filter(is_active=True).select_related("brand", "category").in_bulk(seen)
    products = [sold[pk] for pk in seen if pk in sold and pk != but]
    context = {"products": products[: SHOWN if htmx else LISTED]}
    return render(request, f"shop/{'recent' if htmx else 'recent_page'}.html", context)
