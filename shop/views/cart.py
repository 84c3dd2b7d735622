"""The cart page and the verbs that change it.

With htmx every verb answers with the cart's region; without JavaScript it redirects to the page.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
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
from shop import fit, refusals, reorder, swaps
from shop.contents import cart_of
from shop.errors import Invalid, ShopError
from shop.forms import AddForm, FitForm, OrderForm, PacksForm, QuantityForm, SlateItemForm
from shop.glance import glance
from shop.models import Product
from shop.money import text
from shop.recommendations import swaps_for
from shop.views.visits import cart_form, way_back
from tracking import visitor

REGION = "cart"
"""Id of the cart's region: what a request names that wants it answered."""


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The cart; with ``fit`` in the address also the set that would bring it to its budget.

    With ``again`` it tells what differs from the order that it was filled from.
    """
    if "fit" not in request.GET:
        form = OrderForm(request.GET)
        again = reorder.compared(form.cleaned_data["again"]) if form.is_valid() else None
        return shown(request, again=again)
    context = region(request)
    context["fit"] = fit.preview(request, context["cart"])
    return _rendered(request, {**context, "focus": "fit"}, status=200)


@cart_form
def add(request: HttpRequest) -> HttpResponse:
    """From a card or a product page, where the shopper stays, or to undo a removal."""
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
    words = f"{line.product.name} is in your cart."
    if _htmx(request).target == REGION:
        return _changed(request, words, focus="title")
    return _said(request, back, words, product=line.product, focus="more")


@cart_form
def packs(request: HttpRequest) -> HttpResponse:
    """The stepper of a card: sets the packs of a product, and the shopper stays there."""
    form = PacksForm(request.POST)
    back = way_back(request, reverse("cart"))
    if not form.is_valid():
        return _said(request, back, "This could not be changed: " + _problem(form), failed=True)
    product_id, wanted = form.cleaned_data["product_id"], form.cleaned_data["quantity"]
    caller = visitor.ensure(request)
    held = glance(caller.shopper_key).held.get(product_id)
    before = held.quantity if held else 0
    try:
        if held is None:
            line = carts.add(caller, product_id, wanted)
        elif wanted == 0:
            line = carts.remove(caller, held.line_id)
        else:
            line = carts.set_quantity(caller, held.line_id, wanted)
    except ShopError as refusal:
        return _said(request, back, refusal.message, failed=True)
    name = line.product.name
    words = f"{name}: {wanted} in your cart." if wanted else f"{name} is out of your cart."
    focus = "add" if not wanted else "less" if wanted < before else "more"
    return _said(request, back, words, product=line.product, focus=focus)


@cart_form
def line(request: HttpRequest, line_id: int) -> HttpResponse:
    form = QuantityForm(request.POST)
    if not form.is_valid():
        return _refused(request, _problem(form), status=422)
    wanted = form.cleaned_data["quantity"] + (form.cleaned_data["step"] or 0)

    def verb() -> str:
        changed = carts.set_quantity(visitor.ensure(request), line_id, wanted)
        return f"{changed.product.name}: {wanted} in your cart."

    return _tried(request, verb)


@cart_form
def remove(request: HttpRequest, line_id: int) -> HttpResponse:
    def verb() -> str:
        gone = carts.remove(visitor.ensure(request), line_id)
        request.session["removed"] = {
            "product_id": gone.product_id,
            "name": gone.product.name,
            "quantity": gone.quantity,
            "qid": str(gone.qid) if gone.qid else "",
            "position": gone.position or "",
        }
        return f"{gone.product.name} is out of your cart."

    return _tried(request, verb)


@cart_form
def offer_again(request: HttpRequest, line_id: int) -> HttpResponse:
    """Takes back "keep mine"."""

    def verb() -> str:
        open_again = carts.keep(visitor.ensure(request), line_id, kept=False)
        return f"Alternatives to {open_again.product.name} are offered again."

    return _tried(request, verb, focus="panel")


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

    return _tried(request, verb, focus="panel")


@cart_form
def dismiss(request: HttpRequest) -> HttpResponse:
    def verb() -> str:
        refusals.dismiss(visitor.ensure(request), **_item(request))
        return "It will not be offered to you again."

    return _tried(request, verb, focus="panel")


@cart_form
def apply_fit(request: HttpRequest) -> HttpResponse:
    def verb() -> str:
        made = fit.apply(visitor.ensure(request), qid=_qid(request))
        saved = sum((swap.saving for swap in made), Decimal("0.00"))
        request.session["fitted"] = {
            "qid": str(made[0].qid),
            "number": len(made),
            "saved": text(saved),
        }
        return f"Swapped. {text(saved)} saved; the total is {text(made[-1].total_after)}."

    return _tried(request, verb)


@cart_form
def undo_fit(request: HttpRequest) -> HttpResponse:
    def verb() -> str:
        fit.undo(visitor.ensure(request), qid=_qid(request))
        return "Your cart is as it was before."

    return _tried(request, verb, focus="panel")


@cart_form
def keep_mine(request: HttpRequest) -> HttpResponse:
    def verb() -> str:
        kept = refusals.keep_mine(visitor.ensure(request), **_item(request))
        return f"{kept.product.name} stays: no alternatives to it are offered."

    return _tried(request, verb, focus="panel")


def _qid(request: HttpRequest) -> UUID:
    form = FitForm(request.POST)
    if not form.is_valid():
        raise Invalid("These suggestions are unknown.", code="unknown_slate")
    qid: UUID = form.cleaned_data["qid"]
    return qid


def _item(request: HttpRequest) -> dict[str, Any]:
    form = SlateItemForm(request.POST)
    if not form.is_valid():
        raise Invalid("These suggestions are unknown.", code="unknown_slate")
    return form.cleaned_data


def _tried(request: HttpRequest, verb: Callable[[], str], *, focus: str = "") -> HttpResponse:
    try:
        words = verb()
    except ShopError as refusal:
        return _refused(request, refusal.message, status=refusal.status_code)
    return _changed(request, words, focus=focus)


def _changed(request: HttpRequest, words: str, *, focus: str) -> HttpResponse:
    messages.success(request, words)
    return shown(request, focus=focus) if _htmx(request) else redirect("cart")


def _refused(request: HttpRequest, words: str, *, status: int) -> HttpResponse:
    messages.error(request, words)
    return shown(request, status=status)


def _said(
    request: HttpRequest,
    back: str,
    words: str,
    *,
    failed: bool = False,
    product: Product | None = None,
    focus: str = "",
) -> HttpResponse:
    """For htmx the product's stepper, the badge, the budget's standing and the words."""
    (messages.error if failed else messages.success)(request, words)
    if not _htmx(request):
        return redirect(back)
    context = {"product": product, "here": back, "focus": focus}
    answer = render(request, "shop/added.html", context)
    if product is None:
        answer.headers["HX-Reswap"] = "none"
    return answer


def shown(request: HttpRequest, *, status: int = 200, **extra: Any) -> HttpResponse:
    """The cart's region for htmx, the whole page otherwise.

    ``focus`` names what takes the focus: "title", "panel" (the title where there is none) or
    "budget"; without it the focus stays, or goes to what undoes the change.
    """
    return _rendered(request, {**region(request), **extra}, status=status)


def _rendered(request: HttpRequest, context: dict[str, Any], *, status: int) -> HttpResponse:
    template = "shop/cart_answer.html" if _htmx(request) else "shop/cart.html"
    return render(request, template, context, status=status)


def region(request: HttpRequest) -> dict[str, Any]:
    """What the cart's region shows."""
    cart = cart_of(visitor.of(request))
    slate = swaps_for(request, cart) if cart.standing.over else None
    just = request.session.pop("undoable", None)
    return {
        "cart": cart,
        "slate": slate,
        "undoable": next((line for line in cart.lines if line.swap and line.swap.id == just), None),
        "fitted": request.session.pop("fitted", None),
        "removed": request.session.pop("removed", None),
        "budget_text": "" if cart.budget is None else f"{cart.budget:.2f}",
        "problem": next(
            (f"{line.product.name}: {line.problem}" for line in cart.lines if line.problem), ""
        ),
    }


def _problem(form: AddForm | PacksForm | QuantityForm) -> str:
    return str(next(iter(form.errors.values()))[0])


def _htmx(request: HttpRequest) -> HtmxDetails:
    return cast(HtmxDetails, request.htmx)  # type: ignore[attr-defined]
