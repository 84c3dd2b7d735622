"""The catalogue over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from shop import catalogue
from shop.api.bodies import CatalogueQuery
from shop.api.serializers import ProductCard, ProductDetail
from shop.api.view import INVALID, UNKNOWN, ShopView


class ProductPage(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    page = serializers.IntegerField(source="number")
    pages = serializers.IntegerField()
    products = ProductCard(many=True)


class Products(ShopView):
    """Products on sale by words, category and price; 24 a page."""

    @extend_schema(
        operation_id="products",
        parameters=[CatalogueQuery],
        responses={200: ProductPage, 400: INVALID, 404: UNKNOWN},
    )
    def get(self, request: Request) -> Response:
        query = CatalogueQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        shelf = catalogue.category(wanted["category"]) if wanted["category"] else None
        found = catalogue.matching(
            text=wanted["search"], shelf=shelf, max_price=wanted["max_price"]
        )
        shown = catalogue.page(catalogue.ordered(found, wanted["sort"]), number=wanted["page"])
        return Response(ProductPage(shown).data)


class OneProduct(ShopView):
    """A product with its unit price, stock and tags."""

    @extend_schema(operation_id="product", responses={200: ProductDetail, 404: UNKNOWN})
    def get(self, request: Request, pk: int) -> Response:
        return Response(ProductDetail(catalogue.product(pk)).data)
