"""Puts ``visitor`` on each request and keeps its cookie."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.utils.functional import SimpleLazyObject

from tracking import cookie, visitor


class VisitorMiddleware:
    """``request.visitor`` is a ``visitor.Caller``, worked out when first looked at."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.visitor = SimpleLazyObject(lambda: visitor.of(request))  # type: ignore[attr-defined]
        response = self.get_response(request)
        if hasattr(request, "_visitor_cookie"):
            patch_vary_headers(response, ("Cookie",))
        cookie.write(request, response)
        return response
