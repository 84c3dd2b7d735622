"""The caller's favourites over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED, HTTP_204_NO_CONTENT

from shop import favourites
from shop.api.bodies import ProductBody
from shop.api.serializers import ProductCard
from shop.api.view import CONFLICT, INVALID, UNKNOWN, ShopView


class Favourite(ProductCard):
    """``on_sale`` false: it is no longer sold, and can only be taken out."""

    on_sale = serializers.BooleanField(source="is_active")


class FavouritesAnswer(serializers.Serializer[Any]):
    favourites = Favourite(many=True)


class Favourites(ShopView):
    """The caller's own, newest first, and adding one. Without account and consent the session keeps
    them."""

    serializer_class = ProductBody

    @extend_schema(operation_id="favourites", responses=FavouritesAnswer)
    def get(self, request: Request) -> Response:
        return Response(FavouritesAnswer({"favourites": favourites.listed(request)}).data)

    @extend_schema(
        operation_id="add_favourite",
        responses={201: Favourite, 400: INVALID, 404: UNKNOWN, 409: CONFLICT},
    )
    def post(self, request: Request) -> Response:
        product = favourites.keep(request, self.valid()["product_id"], kept=True)
        return Response(Favourite(product).data, status=HTTP_201_CREATED)


class OneFavourite(ShopView):
    """Take a product out of the favourites; twice is as once."""

    @extend_schema(operation_id="remove_favourite", responses={204: None, 404: UNKNOWN})
    def delete(self, request: Request, pk: int) -> Response:
        favourites.keep(request, pk, kept=False)
        return Response(status=HTTP_204_NO_CONTENT)
