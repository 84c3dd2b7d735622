"""One shape for every API error: {"error": {"code", "message", "fields"}}."""

from __future__ import annotations

from typing import Any

from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's answer, reshaped; None (and so Django's 500) for what DRF does not know."""
    response = exception_handler(error, context)
    if response is None:
        return None
    fields: dict[str, Any] = {}
    if isinstance(error, exceptions.ValidationError):
        code = "invalid"
        fields = response.data if isinstance(response.data, dict) else {"": response.data}
        message = _first_sentence(response.data)
    else:
        detail = response.data.get("detail", "") if isinstance(response.data, dict) else ""
        code = str(getattr(detail, "code", "") or getattr(error, "default_code", "error"))
        message = str(detail)
        fields = getattr(error, "fields", {})
    response.data = {"error": {"code": code, "message": message, "fields": fields}}
    return response


class NoSuchAddress(APIView):
    """What the API answers, to every method, where it has no address."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound(
            f"The API has no address {request.path}. Addresses end without a slash; "
            "they are listed at /api/docs."
        )


def _first_sentence(data: Any) -> str:
    if isinstance(data, dict):
        for field, problems in data.items():
            sentence = _first_sentence(problems)
            return sentence if field == "non_field_errors" else f"{field}: {sentence}"
    if isinstance(data, list) and data:
        return _first_sentence(data[0])
    return str(data)
