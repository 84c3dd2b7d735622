"""The heart on cards and product pages, and the page of what has one."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods
from django_htmx.middleware import HtmxDetails

from shop import favourites
from shop.errors import ShopError
from shop.forms import FavouriteForm
from shop.views.visits import way_back


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponseBase:
    """The favourites; POST adds one."""
    if request.method == "POST":
        return _kept(request, kept=True)
    found = favourites.listed(request)
    context: dict[str, Any] = {
        "products": [product for product in found if product.is_active],
        "gone": [product for product in found if not product.is_active],
    }
    return render(request, "shop/favourites.html", context)


@require_http_methods(["POST"])
def drop(request: HttpRequest) -> HttpResponseBase:
    """Takes one out."""
    return _kept(request, kept=False)


def _kept(request: HttpRequest, *, kept: bool) -> HttpResponseBase:
    form = FavouriteForm(request.POST)
    product = None
    if not form.is_valid():
        messages.error(request, "No product was named.")
    else:
        try:
            product = favourites.keep(request, form.cleaned_data["product_id"], kept=kept)
        except ShopError as refusal:
            messages.error(request, refusal.message)
        else:
            words = "is one of your favourites" if kept else "is no favourite any more"
            messages.success(request, f"{product.name} {words}.")
    if not cast(HtmxDetails, request.htmx):  # type: ignore[attr-defined]
        return redirect(way_back(request, reverse("favourites")))
    answer = render(request, "shop/hearted.html", {"product": product, "kept": kept})
    if product is None:
        answer.headers["HX-Reswap"] = "none"
    return answer
