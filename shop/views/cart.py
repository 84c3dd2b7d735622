"""The cart page and the verbs that change it.

With htmx every verb answers with the cart's region; without JavaScript it redirects to the page.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.middleware import HtmxDetails

from shop import cart as carts
from shop import swaps
from shop.errors import Invalid, ShopError
from shop.forms import AddForm, BudgetForm, QuantityForm, SlateItemForm
from shop.models import AcceptedSwap
from shop.money import text
from shop.recommendations import swaps_for
from shop.views.visits import cart_form, way_back
from tracking import visitor


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    return _shown(request)


@cart_form
def add(request: HttpRequest) -> HttpResponse:
    """From a card or a product page: the shopper stays there."""
    form = AddForm(request.POST)
    back = way_back(request, reverse("cart"))
    if not form.is_valid():
        return _said(request, back, "This could not be added: " + _problem(form), failed=True)
    wanted = form.cleaned_data
    try:
        line = carts.add(
            visitor.ensure(request),
            wanted["product_id"],
            wanted["quantity"],
            qid=wanted["qid"],
            position=wanted["position"],
        )
    except ShopError as refusal:
        return _said(request, back, refusal.message, failed=True)
    return _said(request, back, f"{line.product.name} is in your cart.")


@cart_form
def budget(request: HttpRequest) -> HttpResponse:
    form = BudgetForm(request.POST)
    if not form.is_valid():
        typed = request.POST.get("budget", "")
        return _shown(request, budget_text=typed, budget_error=_problem(form), status=422)
    wanted = form.cleaned_data["budget"]
    carts.set_budget(visitor.ensure(request), wanted)
    return _changed(
        request, "The budget is gone." if wanted is None else f"Budget: {text(wanted)}."
    )


@cart_form
def line(request: HttpRequest, line_id: int) -> HttpResponse:
    form = QuantityForm(request.POST)
    if not form.is_valid():
        return _refused(request, _problem(form), status=422)
    wanted = form.cleaned_data["quantity"]

    def verb() -> str:
        changed = carts.set_quantity(visitor.ensure(request), line_id, wanted)
        return f"{changed.product.name}: {wanted} in your cart."

    return _tried(request, verb)


@cart_form
def remove(request: HttpRequest, line_id: int) -> HttpResponse:
    def verb() -> str:
        gone = carts.remove(visitor.ensure(request), line_id)
        return f"{gone.product.name} is out of your cart."

    return _tried(request, verb)


@cart_form
def accept(request: HttpRequest) -> HttpResponse:
    def verb() -> str:
        swap = swaps.accept(visitor.ensure(request), **_item(request))
        request.session["undoable"] = swap.pk
        return f"Swapped. The total fell by {text(swap.saving)} to {text(swap.total_after)}."

    return _tried(request, verb)


@cart_form
def undo(request: HttpRequest) -> HttpResponse:
    def verb() -> str:
        swap = swaps.undo(visitor.ensure(request), **_item(request))
        return f"{swap.anchor.name} is back in your cart."

    return _tried(request, verb)


@cart_form
def dismiss(request: HttpRequest) -> HttpResponse:
    def verb() -> str:
        swaps.dismiss(visitor.ensure(request), **_item(request))
        return "It will not be offered to you again."

    return _tried(request, verb)


def _item(request: HttpRequest) -> dict[str, Any]:
    form = SlateItemForm(request.POST)
    if not form.is_valid():
        raise Invalid("These suggestions are unknown.", code="unknown_slate")
    return form.cleaned_data


def _tried(request: HttpRequest, verb: Callable[[], str]) -> HttpResponse:
    try:
        words = verb()
    except ShopError as refusal:
        return _refused(request, refusal.message, status=refusal.status_code)
    return _changed(request, words)


def _changed(request: HttpRequest, words: str) -> HttpResponse:
    messages.success(request, words)
    return _shown(request) if _htmx(request) else redirect("cart")


def _refused(request: HttpRequest, words: str, *, status: int) -> HttpResponse:
    messages.error(request, words)
    return _shown(request, status=status)


def _said(request: HttpRequest, back: str, words: str, *, failed: bool = False) -> HttpResponse:
    (messages.error if failed else messages.success)(request, words)
    return render(request, "shop/said.html") if _htmx(request) else redirect(back)


def _shown(request: HttpRequest, *, status: int = 200, **extra: Any) -> HttpResponse:
    """The cart's region for htmx, the whole page otherwise."""
    cart = carts.contents(visitor.of(request))
    slate = swaps_for(request, cart) if cart.standing.over else None
    accepted = _standing_swaps(cart)
    by_slot: dict[tuple[UUID | None, int | None], AcceptedSwap] = {
        (swap.qid, swap.position): swap for swap in accepted
    }
    just = request.session.pop("undoable", None)
    context = {
        "cart": cart,
        "lines": [
            {"line": line, "swap": by_slot.get((line.qid, line.position))} for line in cart.lines
        ],
        "slate": slate,
        "undoable": next((swap for swap in accepted if swap.pk == just), None),
        "budget_text": "" if cart.budget is None else f"{cart.budget:.2f}",
        "problem": next((line.problem for line in cart.lines if line.problem), ""),
        **extra,
    }
    template = "shop/cart_answer.html" if _htmx(request) else "shop/cart.html"
    return render(request, template, context, status=status)


def _standing_swaps(cart: carts.CartContents) -> list[AcceptedSwap]:
    if cart.cart_id is None or not any(line.qid for line in cart.lines):
        return []
    standing = AcceptedSwap.objects.filter(cart_id=cart.cart_id, undone_at=None)
    return list(standing.select_related("anchor", "product"))


def _problem(form: AddForm | BudgetForm | QuantityForm) -> str:
    return str(next(iter(form.errors.values()))[0])


def _htmx(request: HttpRequest) -> bool:
    return bool(cast(HtmxDetails, request.htmx))  # type: ignore[attr-defined]
