"""The signed ``visitor`` cookie: key, session and consent answer of one browser."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase

NAME = "visitor"
SALT = "tracking.cookie"
YEAR = 365 * 24 * 3600
ANSWERS = {"yes": True, "no": False, "": None}
WORDS = {answer: word for word, answer in ANSWERS.items()}


@dataclass(frozen=True)
class Kept:
    """What the browser keeps for us; ``answer`` is None until the shopper answered."""

    key: UUID | None = None
    session_id: UUID | None = None
    answer: bool | None = None


def django_request(request: HttpRequest) -> HttpRequest:
    """Django's own request behind a DRF one, which is what the middleware sees at the end."""
    plain: HttpRequest = getattr(request, "_request", request)
    return plain


def read(request: HttpRequest) -> Kept:
    """What the browser sent, or what this request has already changed; forged or old: nothing."""
    request = django_request(request)
    known: Kept | None = getattr(request, "_visitor_cookie", None)
    if known is None:
        text = request.get_signed_cookie(NAME, default="", salt=SALT, max_age=YEAR)
        known = _parsed(text or "")
        request._visitor_cookie = known  # type: ignore[attr-defined]
    return known


def keep(request: HttpRequest, kept: Kept) -> None:
    """From now on this browser keeps ``kept``; ``write`` puts it on the response."""
    request = django_request(request)
    request._visitor_cookie = kept  # type: ignore[attr-defined]
    request._visitor_cookie_changed = True  # type: ignore[attr-defined]


def write(request: HttpRequest, response: HttpResponseBase) -> None:
    """Set the cookie on ``response`` if this request changed it."""
    if not getattr(request, "_visitor_cookie_changed", False):
        return
    kept = read(request)
    text = f"{kept.key or ''}/{kept.session_id or ''}/{WORDS[kept.answer]}"
    response.set_signed_cookie(
        NAME,
        text,
        salt=SALT,
        max_age=YEAR,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def _parsed(text: str) -> Kept:
    try:
        key, session_id, word = text.split("/")
        return Kept(
            UUID(key) if key else None, UUID(session_id) if session_id else None, ANSWERS[word]
        )
    except (ValueError, KeyError):
        return Kept()
