"""The consent form for browsers without JavaScript."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from tracking import consent

ANSWERS = {"true": True, "yes": True, "false": False, "no": False}


@require_POST
def answer(request: HttpRequest) -> HttpResponse:
    """Keep ``consent`` (yes or no) and go back to ``next``, a page of this store, or home."""
    yes = ANSWERS.get(request.POST.get("consent", "").lower())
    if yes is None:
        return HttpResponseBadRequest("consent is neither yes nor no.", content_type="text/plain")
    consent.answer(request, yes, now=timezone.now())
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = HttpResponseRedirect(back if safe else "/")
    response.status_code = 303
    return response
