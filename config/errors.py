"""One shape for every API error: {"error": {"code", "message", "fields"}}."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.renderers import BrowsableAPIRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView, exception_handler

from config import busy

SHAPE = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "fields"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "fields": {"type": "object", "additionalProperties": {}},
            },
        }
    },
}


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's answer, reshaped; None (and so Django's 500) for what DRF does not know."""
    if busy.is_busy(error):
        _say_in_json(context["request"])
        said = _error("busy", busy.MESSAGE, {})
        return Response(said, status=busy.STATUS, headers=busy.RETRY_AFTER)
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
    response.data = _error(code, message, fields)
    _say_in_json(context["request"])
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself cannot read: a foreign Host, more fields than a form has."""
    if not _of_the_api(request):
        return defaults.bad_request(request, exception)
    message = "This request names another host than this store, or holds too many fields or files."
    return JsonResponse(_error("bad_request", message, {}), status=400)


def server_error(request: HttpRequest) -> HttpResponse:
    """What nobody foresaw; the log has it."""
    if not _of_the_api(request):
        return defaults.server_error(request)
    message = "Something went wrong on our side. Please try again in a moment."
    return JsonResponse(_error("server_error", message, {}), status=500)


def describe(
    result: dict[str, Any], generator: object, request: object, public: bool
) -> dict[str, Any]:
    """The OpenAPI document, with the shape of an error added to each operation.

    A hook of drf-spectacular, which names the arguments.
    """
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"]["default"] = {
                "description": "Any other refusal.",
                "content": {"application/json": {"schema": SHAPE}},
            }
    return result


class NoSuchAddress(APIView):
    """What the API answers, to every method, where it has no address."""

    schema = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise exceptions.NotFound(
            f"The API has no address {request.path}. Addresses end without a slash; "
            "they are listed at /api/docs."
        )


@csrf_exempt
def no_such_address(request: HttpRequest) -> HttpResponse:
    """As a function: DRF's pages would count the class among the addresses that lead to them."""
    answer: HttpResponse = NoSuchAddress.as_view()(request)
    return answer


def _error(code: str, message: str, fields: Any) -> dict[str, Any]:
    return {"error": {"code": code, "message": message, "fields": fields}}


def _of_the_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


def _say_in_json(request: Request) -> None:
    """The page of /api/docs and the YAML of /api/schema have no words of their own for an error."""
    chosen = getattr(request, "accepted_renderer", None)
    if not isinstance(chosen, (JSONRenderer, BrowsableAPIRenderer)):
        request.accepted_renderer = JSONRenderer()
        request.accepted_media_type = JSONRenderer.media_type


def _first_sentence(data: Any) -> str:
    if isinstance(data, dict):
        for field, problems in data.items():
            sentence = _first_sentence(problems)
            return sentence if field == "non_field_errors" else f"{field}: {sentence}"
    if isinstance(data, list) and data:
        return _first_sentence(data[0])
    return str(data)
