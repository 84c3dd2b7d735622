"""Parsers for bodies that strangers send: bounded in size and depth before anything is built."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import IO, Any

from django.http import QueryDict
from rest_framework import parsers
from rest_framework.exceptions import APIException, ParseError

MOST_BYTES = 64 * 1024
DEEPEST = 20

# Also matches a string without an end, or a hostile body would be scanned again from every quote.
_STRINGS = re.compile(r'"(?:[^"\\]|\\.?)*+"?', re.DOTALL)
_BRACKETS = re.compile(r"[\[\]{}]")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class BodyTooLarge(APIException):
    status_code = 413
    default_code = "body_too_large"
    default_detail = f"The body is larger than {MOST_BYTES} bytes."


class BoundedJSONParser(parsers.JSONParser):
    """JSON in UTF-8: at most 64 KiB, 20 levels, no NaN or Infinity, no halves of characters."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            text = _body(stream, parser_context).decode("utf-8")
            _check_depth(text)
            data = json.loads(text, parse_constant=_refuse_constant)
            if _SURROGATE.search(text):
                # Half of a surrogate pair cannot be written back as UTF-8, not even in an error.
                json.dumps(data, ensure_ascii=False).encode("utf-8")
        except ValueError as error:
            raise ParseError(f"This is not JSON in UTF-8: {_plain(error)}") from None
        return data


class BoundedFormParser(parsers.FormParser):
    """A form of at most 64 KiB."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return QueryDict(_body(stream, parser_context), encoding="utf-8")


class BoundedMultiPartParser(parsers.MultiPartParser):
    """What DRF's browsable pages send: a multipart form of at most 64 KiB."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        # Without a declared length Django reads no part at all.
        _check_declared(parser_context)
        return super().parse(stream, media_type, parser_context)


def _body(stream: IO[Any], parser_context: Mapping[str, Any] | None) -> bytes:
    _check_declared(parser_context)
    body: bytes = stream.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise BodyTooLarge
    return body


def _check_declared(parser_context: Mapping[str, Any] | None) -> None:
    request = (parser_context or {}).get("request")
    declared = "" if request is None else str(request.META.get("CONTENT_LENGTH") or "")
    if declared.isdecimal() and (len(declared) > 18 or int(declared) > MOST_BYTES):
        raise BodyTooLarge


def _check_depth(text: str) -> None:
    depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub("", text)):
        depth += 1 if bracket in "[{" else -1
        if depth > DEEPEST:
            raise ValueError(f"it is nested deeper than {DEEPEST} levels")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number that JSON knows")


def _plain(error: ValueError) -> str:
    """The error's sentence; a codec's message would repeat the bytes that cannot be shown."""
    if isinstance(error, UnicodeDecodeError):
        return f"the byte at {error.start} is not UTF-8"
    if isinstance(error, UnicodeEncodeError):
        return "a text holds half of a surrogate pair"
    return str(error)
