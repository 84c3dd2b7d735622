"""Buying the cart over HTTP."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from shop import checkout
from shop.api.bodies import CheckoutBody
from shop.api.serializers import OrderAnswer
from shop.api.view import BUSY, CONFLICT, INVALID, ErrorAnswer, ShopView
from shop.errors import Invalid
from shop.receipts import order_by_token, receipt
from tracking import visitor

LONGEST_KEY = 80
DECLINED = OpenApiResponse(ErrorAnswer, description="The payment was refused; nothing was sold.")
REUSED = OpenApiResponse(ErrorAnswer, description="The key belongs to another request.")


class Checkout(ShopView):
    """Buy the cart and pay on collection. The same key and body get the first order again."""

    serializer_class = CheckoutBody

    @extend_schema(
        operation_id="checkout",
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="Drawn by you, at most 80 characters; one order for each.",
            )
        ],
        responses={
            201: OrderAnswer,
            400: INVALID,
            402: DECLINED,
            409: CONFLICT,
            422: REUSED,
            503: BUSY,
        },
    )
    def post(self, request: Request) -> Response:
        key = _idempotency_key(request)
        wanted = self.valid()
        order = checkout.place(visitor.ensure(request), idempotency_key=key, **wanted)
        answer = OrderAnswer(receipt(order_by_token(order.token)))
        return Response(answer.data, status=HTTP_201_CREATED)


def _idempotency_key(request: Request) -> str:
    key = request.headers.get("Idempotency-Key", "").strip()
    if not key:
        raise Invalid(
            "Send an Idempotency-Key header: a text of your own for this order, so that a "
            "repeated request does not buy twice.",
            code="idempotency_key_missing",
        )
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise Invalid(
            f"The Idempotency-Key is longer than {LONGEST_KEY} characters or not printable.",
            code="idempotency_key_invalid",
        )
    return key
