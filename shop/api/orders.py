"""Orders over HTTP, by their unguessable address."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from shop.api.serializers import OrderAnswer
from shop.api.view import UNKNOWN, ShopView
from shop.receipts import order_by_token, receipt


class OneOrder(ShopView):
    """An order with its savings receipt."""

    @extend_schema(operation_id="order", responses={200: OrderAnswer, 404: UNKNOWN})
    def get(self, request: Request, token: UUID) -> Response:
        return Response(OrderAnswer(receipt(order_by_token(token))).data)
