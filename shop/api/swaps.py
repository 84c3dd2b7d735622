"""The panel over HTTP: cheaper alternatives, accepting, taking back, "not this"."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from shop import refusals, swaps
from shop.api.bodies import SlateItemBody
from shop.api.serializers import AcceptedAnswer, DismissedAnswer, PanelAnswer
from shop.api.view import CONFLICT, INVALID, UNKNOWN, ShopView
from shop.contents import cart_of
from shop.recommendations import swaps_for
from tracking import visitor

# Its fields are made once; they are only read.
PANEL = PanelAnswer()

REFUSALS = {400: INVALID, 404: UNKNOWN}


class Swaps(ShopView):
    """Cheaper alternatives for a cart over its budget, and accepting one of them."""

    serializer_class = SlateItemBody

    @extend_schema(operation_id="swaps", responses=PanelAnswer)
    def get(self, request: Request) -> Response:
        contents = cart_of(visitor.of(request))
        slate = swaps_for(request, contents)
        return Response(PANEL.to_representation({"slate": slate, "cart": contents}))

    @extend_schema(
        operation_id="accept_swap", responses={200: AcceptedAnswer, **REFUSALS, 409: CONFLICT}
    )
    def post(self, request: Request) -> Response:
        item = self.valid()
        return Response(AcceptedAnswer(swaps.accept(visitor.ensure(request), **item)).data)


class Undo(ShopView):
    """Put back exactly what stood in the cart before the swap."""

    serializer_class = SlateItemBody

    @extend_schema(
        operation_id="undo_swap", responses={200: AcceptedAnswer, **REFUSALS, 409: CONFLICT}
    )
    def post(self, request: Request) -> Response:
        item = self.valid()
        return Response(AcceptedAnswer(swaps.undo(visitor.ensure(request), **item)).data)


class Dismiss(ShopView):
    """ "Not this": the product is not offered to this shopper again."""

    serializer_class = SlateItemBody

    @extend_schema(operation_id="dismiss_swap", responses={200: DismissedAnswer, **REFUSALS})
    def post(self, request: Request) -> Response:
        item = self.valid()
        product_id = refusals.dismiss(visitor.ensure(request), **item)
        return Response({"dismissed": product_id})
