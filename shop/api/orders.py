"""Orders over HTTP: a member's own, and any by its unguessable address."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from shop import orders, reorder
from shop.api.bodies import PageQuery
from shop.api.serializers import AgainAnswer, ComparedAnswer, OrderAnswer, OrdersAnswer
from shop.api.view import INVALID, UNKNOWN, ErrorAnswer, ShopView
from shop.contents import cart_of
from shop.errors import Missing
from shop.receipts import order_by_token, receipt
from tracking import visitor

SIGN_IN = OpenApiResponse(ErrorAnswer, description="Only who is signed in has a list of orders.")


class Orders(ShopView):
    """What the signed-in member bought, newest first; 20 a page, the last for any beyond."""

    @extend_schema(
        operation_id="orders",
        parameters=[PageQuery],
        responses={200: OrdersAnswer, 400: INVALID, 403: SIGN_IN},
    )
    def get(self, request: Request) -> Response:
        member_id = visitor.of(request).member_id
        if member_id is None:
            raise NotAuthenticated("Sign in to see your orders.")
        query = PageQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        found = orders.of_member(member_id)
        total = found.count()
        pages = orders.pages(total)
        number = min(query.validated_data["page"], pages)
        listed = orders.page(found, number=number)
        answer = {"total": total, "page": number, "pages": pages, "orders": listed}
        return Response(OrdersAnswer(answer).data)


class OneOrder(ShopView):
    """An order with its savings receipt."""

    @extend_schema(operation_id="order", responses={200: OrderAnswer, 404: UNKNOWN})
    def get(self, request: Request, token: UUID) -> Response:
        return Response(OrderAnswer(receipt(order_by_token(token))).data)


class Again(ShopView):
    """An order once more: what differs from then, and filling the cart with what can be had.

    What the cart holds already counts: sent twice is as sent once.
    """

    serializer_class = serializers.Serializer

    @extend_schema(operation_id="compare_order", responses={200: ComparedAnswer, 404: UNKNOWN})
    def get(self, request: Request, token: UUID) -> Response:
        return Response(ComparedAnswer(_compared(token)).data)

    @extend_schema(
        operation_id="order_again", request=None, responses={200: AgainAnswer, 404: UNKNOWN}
    )
    def post(self, request: Request, token: UUID) -> Response:
        comparison = _compared(token)
        caller = visitor.ensure(request)
        put = reorder.put_again(caller, comparison)
        answer = {
            "lines": comparison.lines,
            "change": comparison.change,
            "put": put,
            "cart": cart_of(caller),
        }
        return Response(AgainAnswer(answer).data)


def _compared(token: UUID) -> reorder.Comparison:
    comparison = reorder.compared(token)
    if comparison is None:
        raise Missing("There is no order at this address.", code="unknown_order")
    return comparison
