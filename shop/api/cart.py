"""The caller's cart over HTTP."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from shop import cart
from shop.api.bodies import BudgetBody, NewLineBody, QuantityBody
from shop.api.serializers import CartAnswer, CartLineAnswer
from shop.api.view import CONFLICT, INVALID, UNKNOWN, ShopView
from shop.contents import ContentsLine, cart_of
from shop.models import CartLine
from tracking import visitor


class Cart(ShopView):
    """Lines, total and how it stands against the budget."""

    @extend_schema(operation_id="cart", responses=CartAnswer)
    def get(self, request: Request) -> Response:
        return Response(CartAnswer(cart_of(visitor.of(request))).data)


class Budget(ShopView):
    """Set or clear the budget; answers with the cart."""

    serializer_class = BudgetBody

    @extend_schema(operation_id="set_budget", responses={200: CartAnswer, 400: INVALID})
    def put(self, request: Request) -> Response:
        budget = self.valid()["budget"]
        caller = visitor.ensure(request)
        cart.set_budget(caller, budget)
        return Response(CartAnswer(cart_of(caller)).data)


class Lines(ShopView):
    """Put packs of a product in the cart; answers with the line."""

    serializer_class = NewLineBody

    @extend_schema(
        operation_id="add_line",
        responses={201: CartLineAnswer, 400: INVALID, 404: UNKNOWN, 409: CONFLICT},
    )
    def post(self, request: Request) -> Response:
        wanted = self.valid()
        caller = visitor.ensure(request)
        line = cart.add(caller, wanted["product_id"], wanted["quantity"])
        return Response(_line(line), status=HTTP_201_CREATED)


class Line(ShopView):
    """Change how many packs a line holds, or take it out."""

    serializer_class = QuantityBody

    @extend_schema(
        operation_id="change_line",
        responses={200: CartLineAnswer, 400: INVALID, 404: UNKNOWN, 409: CONFLICT},
    )
    def patch(self, request: Request, pk: int) -> Response:
        quantity = self.valid()["quantity"]
        return Response(_line(cart.set_quantity(visitor.ensure(request), pk, quantity)))

    @extend_schema(operation_id="remove_line", request=None, responses={204: None, 404: UNKNOWN})
    def delete(self, request: Request, pk: int) -> Response:
        cart.remove(visitor.ensure(request), pk)
        return Response(status=HTTP_204_NO_CONTENT)


def _line(line: CartLine) -> dict[str, object]:
    row = ContentsLine(line.pk, line.product, line.quantity, line.qid, line.position)
    return CartLineAnswer(row).data
