"""A member's orders, and an order once more."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shop import orders, reorder
from shop.forms import PageForm
from shop.views.catalogue import Pages
from tracking import visitor


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What the member bought, a page at a time; the page after the last is the last."""
    member_id = visitor.of(request).member_id
    if member_id is None:
        return redirect_to_login(request.get_full_path())
    found = orders.of_member(member_id)
    total = found.count()
    form = PageForm(request.GET)
    form.is_valid()
    last = orders.pages(total)
    pages = Pages(number=min(form.cleaned_data.get("page") or 1, last), count=last)
    context = {"orders": orders.page(found, number=pages.number), "total": total, "pages": pages}
    return render(request, "shop/orders.html", context)


@require_POST
def newest_again(request: HttpRequest) -> HttpResponse:
    """The member's newest order once more."""
    member_id = visitor.of(request).member_id
    newest = None if member_id is None else orders.of_member(member_id).first()
    return redirect("orders") if newest is None else again(request, newest.token)


@require_POST
def again(request: HttpRequest, token: UUID) -> HttpResponse:
    """Puts the order's products into the cart of whoever has its address."""
    comparison = reorder.compared(token)
    if comparison is None:
        raise Http404("There is no order at this address.")
    put = reorder.put_again(visitor.ensure(request), comparison)
    if had := put.whole + put.fewer:
        messages.success(request, _what_is_there(had, put.asked))
    else:
        messages.error(request, "Nothing of this order can be had now.")
    return redirect(f"{reverse('cart')}?again={token}")


def _what_is_there(had: int, asked: int) -> str:
    if asked == 1:
        return "The product of this order is in your cart."
    if had == asked:
        return f"All {asked} products of this order are in your cart."
    return f"{had} of {asked} products of this order {'is' if had == 1 else 'are'} in your cart."
