"""What is kept of a shopper: said, handed over, erased."""

from __future__ import annotations

import json

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shop import favourites, personal
from shop.errors import ShopError
from shop.forms import EraseForm
from tracking import cookie, visitor
from tracking import personal as log

DAY = 24 * 3600
FILE = "basketwise-my-data.json"


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """What is kept always, what only with consent, and for how long."""
    context = {
        "kept": log.retention(),
        "cart_cookie_days": cookie.YEAR // DAY,
        "session_cookie_days": settings.SESSION_COOKIE_AGE // DAY,
    }
    return render(request, "shop/privacy.html", context)


@never_cache
@require_safe
def export(request: HttpRequest) -> HttpResponse:
    """Everything that is held of this shopper, as a file."""
    found = personal.export(visitor.of(request), now=timezone.now())
    found["favourites_in_this_browser"] = favourites.in_browser(request)
    text = json.dumps(found, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False)
    answer = HttpResponse(text, content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="{FILE}"'
    return answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest) -> HttpResponse:
    """Asks first; then everything goes, and the browser is one that was never here."""
    caller = visitor.of(request)
    form = EraseForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "held": personal.held(caller)}
        return render(request, "shop/erase.html", context, status=422 if form.is_bound else 200)
    try:
        personal.erase(caller)
    except ShopError as refusal:
        messages.error(request, refusal.message)
        return redirect("privacy")
    answered_no = cookie.read(request).answer is False
    logout(request)
    # A "no" is nobody's mark, and asking again would be a nuisance.
    cookie.keep(request, cookie.Kept(answer=False if answered_no else None))
    messages.success(request, "Everything that was kept of you here is erased.")
    return redirect("privacy")
