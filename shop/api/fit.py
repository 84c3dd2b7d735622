"""Bringing the cart to its budget over HTTP: the set previewed, then applied."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from shop import fit
from shop.api.bodies import FitBody
from shop.api.serializers import FitAnswer, FittedAnswer
from shop.api.view import CONFLICT, INVALID, UNKNOWN, ShopView
from shop.contents import cart_of
from tracking import visitor


class Fit(ShopView):
    """The fewest-regret set of swaps that reaches the budget; POST its ``qid`` to apply it."""

    serializer_class = FitBody

    @extend_schema(operation_id="fit", responses=FitAnswer)
    def get(self, request: Request) -> Response:
        contents = cart_of(visitor.of(request))
        found = fit.preview(request, contents)
        return Response(FitAnswer({"fit": found, "slate": found.slate, "cart": contents}).data)

    @extend_schema(
        operation_id="apply_fit",
        responses={200: FittedAnswer, 400: INVALID, 404: UNKNOWN, 409: CONFLICT},
    )
    def post(self, request: Request) -> Response:
        caller = visitor.ensure(request)
        swaps = fit.apply(caller, **self.valid())
        return Response(FittedAnswer({"swaps": swaps, "cart": cart_of(caller)}).data)
