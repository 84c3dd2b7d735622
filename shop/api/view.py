"""What every view of the store's API shares."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiResponse
from rest_framework import generics, serializers

from tracking.parsers import BoundedFormParser, BoundedJSONParser, BoundedMultiPartParser


class ErrorBody(serializers.Serializer[Any]):
    code = serializers.CharField()
    message = serializers.CharField()
    fields = serializers.DictField()  # type: ignore[assignment]


class ErrorAnswer(serializers.Serializer[Any]):
    error = ErrorBody()


INVALID = OpenApiResponse(ErrorAnswer, description="What is wrong, and in which field.")
UNKNOWN = OpenApiResponse(ErrorAnswer, description="It does not exist for this shopper.")
BUSY = OpenApiResponse(ErrorAnswer, description="Nothing was done; send the same request again.")
CONFLICT = OpenApiResponse(ErrorAnswer, description="The world moved; the figures say how far.")


class ShopView(generics.GenericAPIView[Any]):
    """Bounded bodies, no filter forms; ``serializer_class`` is what a body may hold."""

    parser_classes = [BoundedJSONParser, BoundedFormParser, BoundedMultiPartParser]
    filter_backends = []

    def valid(self) -> dict[str, Any]:
        """The body, checked; raises ValidationError."""
        serializer = self.get_serializer(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        checked: dict[str, Any] = serializer.validated_data
        return checked

    def get_object(self) -> Any:
        """OPTIONS asks for what a PUT would change. Here that is the caller's own, never a row."""
        return None
