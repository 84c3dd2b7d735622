"""May anything non-essential be stored? The rule, and the shopper's answer to the question."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest

from tracking import cookie
from tracking.identifiers import new_id
from tracking.models import Visitor

WITHOUT = "Nothing was stored: this shopper has not agreed to it."


def signalled_no(request: HttpRequest) -> bool:
    """The browser says no for its user: Global Privacy Control or Do Not Track."""
    return request.headers.get("Sec-GPC") == "1" or request.headers.get("DNT") == "1"


def allowed(request: HttpRequest, answer: bool | None) -> bool:
    """Whether non-essential rows may be written for a shopper who gave ``answer`` (None: none yet).

    The browser's signal always means no. Without an answer ``settings.CONSENT`` decides: "ask"
    means no, "assume" means yes.
    """
    if signalled_no(request):
        return False
    if answer is None:
        return bool(settings.CONSENT == "assume")
    return answer


def answer(request: HttpRequest, yes: bool, *, now: datetime) -> None:
    """Keep the shopper's answer, in the cookie, and a yes or its withdrawal in the visitor row.

    A first "no" writes no row. A "yes" against the browser's own signal is kept but has no effect
    while the signal stands.
    """
    kept = cookie.read(request)
    if yes and not signalled_no(request):
        key = kept.key or new_id()
        kept = replace(kept, key=key)
        Visitor.objects.update_or_create(key=key, defaults={"consent": True, "consent_at": now})
    elif kept.key is not None:
        Visitor.objects.filter(key=kept.key).update(consent=yes, consent_at=now)
    if not yes:
        kept = replace(kept, session_id=None)
    cookie.keep(request, replace(kept, answer=yes))
