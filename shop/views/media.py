"""Uploaded pictures, where no proxy or object store serves them."""

from __future__ import annotations

from django.core.files.storage import storages
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from shop.pictures import FOLDER

FOR_EVER = "public, max-age=31536000, immutable"


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """The name is the content's own, so a browser needs to ask once only.

    Read whole, since it is small: a stream would be compressed once more.
    """
    try:
        with storages["default"].open(f"{FOLDER}/{name}") as file:
            answer = HttpResponse(file.read(), content_type="image/webp")
    except FileNotFoundError:
        raise Http404("There is no such picture.") from None
    answer.headers["Cache-Control"] = FOR_EVER
    return answer
