"""From the cart to the order page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shop import checkout, moved, payment, receipts
from shop.contents import CartContents, cart_of
from shop.errors import Missing, Reused, ShopError
from shop.forms import CheckoutForm
from shop.models import Order
from tracking import log, visitor

FRESH = timedelta(minutes=3)
"""So long after it was placed the order's page looks out for what was learned from it."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The form, or the order; an order that was placed already is answered again."""
    if request.method == "POST":
        return _placed(request)
    cart = cart_of(visitor.of(request))
    if not cart.lines:
        return redirect("cart")
    form = CheckoutForm(total=cart.total, shown=moved.seen(cart), initial=_known(request))
    return _shown(request, cart, form)


@never_cache
@require_safe
def order(request: HttpRequest, token: UUID) -> HttpResponse:
    """The receipt, for whoever has its address."""
    try:
        receipt = receipts.receipt(receipts.order_by_token(token))
    except Missing as missing:
        raise Http404(missing.message) from None
    fresh = (
        receipt.order.origin == Order.Origin.SERVED
        and timezone.now() - receipt.order.placed_at < FRESH
    )
    thanks = payment.current().thanks(receipt.order.payment_reference)
    context = {"receipt": receipt, "fresh": fresh, "thanks": thanks}
    if fresh:
        context["bucket"] = log.purchases() // settings.RETRAIN_EVERY
    return render(request, "shop/order.html", context)


def _placed(request: HttpRequest) -> HttpResponse:
    caller = visitor.ensure(request)
    cart = cart_of(caller)
    form = CheckoutForm(request.POST, total=cart.total, shown=moved.seen(cart))
    refusal, status, differences = "", 422, []
    if form.is_valid():
        shown = form.cleaned_data.pop("shown")
        try:
            return redirect(checkout.place(caller, **form.cleaned_data))
        except ShopError as refused:
            refusal, status = refused.message, refused.status_code
            # As it stands after the refusal, which may have found what was not there before.
            cart = cart_of(caller)
            if not cart.lines:
                return redirect("cart")
            differences = moved.differences(shown, cart)
            if differences and refused.code == "out_of_stock":
                refusal = "Not everything can be had as it was shown."
            form = _again(request, cart, new_key=isinstance(refused, Reused))
    elif not {"name", "email"} & set(form.errors):
        # A hidden field is missing or was changed: there is nothing for the shopper to correct.
        refusal = "The form was incomplete; please send it again."
        form = _again(request, cart, new_key=True)
    return _shown(request, cart, form, refusal=refusal, differences=differences, status=status)


def _shown(
    request: HttpRequest,
    cart: CartContents,
    form: CheckoutForm,
    *,
    refusal: str = "",
    differences: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    wrong = [field for field in form.visible_fields() if field.errors]
    context = {
        "cart": cart,
        "form": form,
        "refusal": refusal,
        "differences": differences,
        "wrong": wrong,
        "promise": payment.current().promise(cart.total),
    }
    return render(request, "shop/checkout.html", context, status=status)


def _again(request: HttpRequest, cart: CartContents, *, new_key: bool) -> CheckoutForm:
    """What was typed, beside the total that is shown now."""
    typed = request.POST.copy()
    shown = moved.seen(cart)
    typed["expected_total"], typed["shown"] = f"{cart.total:.2f}", shown
    if new_key:
        typed["idempotency_key"] = str(uuid4())
    return CheckoutForm(typed, total=cart.total, shown=shown)


def _known(request: HttpRequest) -> dict[str, str]:
    if not request.user.is_authenticated:
        return {}
    return {"name": request.user.get_full_name(), "email": request.user.email}
