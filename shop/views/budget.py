"""The budget: one field, in the head of every page and on the cart page.

While it is typed, the parts that depend on it are answered one by one, so that the field itself,
and with it the focus and what is being typed, stays untouched.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.middleware import HtmxDetails

from shop import cart as carts
from shop.forms import BudgetForm
from shop.glance import glance
from shop.money import text
from shop.views.cart import REGION, region, shown
from shop.views.visits import cart_form, way_back
from tracking import visitor

FIELD = "budget"


@cart_form
def change(request: HttpRequest) -> HttpResponse:
    """Sets the budget, or takes it off when it is empty."""
    form = BudgetForm({} if "off" in request.POST else request.POST)
    htmx = cast(HtmxDetails, request.htmx)  # type: ignore[attr-defined]
    typing = htmx.trigger == FIELD
    if not form.is_valid():
        return _refused(request, str(form.errors["budget"][0]), typing=typing, htmx=htmx)
    wanted = form.cleaned_data["budget"]
    if wanted is None and typing:
        # The field is empty for a moment; what takes the budget off is pressed, not typed.
        return HttpResponse(status=204)
    caller = visitor.ensure(request)
    carts.set_budget(caller, wanted)
    if typing:
        return _typed(request, htmx)
    messages.success(
        request, "The budget is off." if wanted is None else f"Budget: {text(wanted)}."
    )
    if htmx and htmx.target == REGION:
        return shown(request, focus="budget" if wanted is None else "")
    if htmx:
        focus = "budget" if wanted is None else ""
        return render(request, "shop/budget_answer.html", {"focus": focus})
    return redirect(way_back(request, reverse("cart")))


def _typed(request: HttpRequest, htmx: HtmxDetails) -> HttpResponse:
    context: dict[str, Any] = {}
    if htmx.target == REGION:
        context = region(request)
        standing = context["cart"].standing
    else:
        standing = glance(visitor.of(request).shopper_key).standing
    messages.success(request, standing.words)
    context |= {"standing": standing, "place": REGION if context else ""}
    return render(request, "shop/budget_typed.html", context)


def _refused(request: HttpRequest, words: str, *, typing: bool, htmx: HtmxDetails) -> HttpResponse:
    context = {"budget_text": request.POST.get("budget", ""), "budget_error": words}
    if typing:
        return render(request, "shop/budget_typed.html", context, status=422)
    if htmx and htmx.target != REGION:
        return render(request, "shop/budget_answer.html", context, status=422)
    return shown(request, **context, status=422)
