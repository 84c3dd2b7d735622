"""What the store refuses, and why: every refusal has a status, a code, a sentence and fields."""

from __future__ import annotations

from typing import Any

from rest_framework import exceptions, status


class ShopError(exceptions.APIException):
    """A refused request; ``fields`` holds the figures that explain it."""

    status_code: int = status.HTTP_400_BAD_REQUEST
    default_code = "invalid"

    def __init__(self, message: str, *, code: str, **fields: Any) -> None:
        super().__init__(message, code=code)
        self.code = code
        self.message = message
        self.fields = fields


class Invalid(ShopError):
    """The request itself is wrong."""


class Missing(ShopError):
    """What the request names does not exist for this shopper."""

    status_code = status.HTTP_404_NOT_FOUND


class Conflict(ShopError):
    """The world moved since the shopper looked; nothing was changed."""

    status_code = status.HTTP_409_CONFLICT


class Reused(ShopError):
    """An Idempotency-Key came again with another request."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
