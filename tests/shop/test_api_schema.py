"""The OpenAPI description of the store's part of the API."""

from django.urls import include, path
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator


def test_every_path_is_described_without_a_warning():
    GENERATOR_STATS.reset()
    patterns = [path("api/", include("shop.api.urls"))]
    schema = SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)
    assert not GENERATOR_STATS
    assert {
        (method.upper(), route) for route, methods in schema["paths"].items() for method in methods
    } == {
        ("GET", "/api/products"),
        ("GET", "/api/products/{id}"),
        ("GET", "/api/cart"),
        ("PUT", "/api/cart/budget"),
        ("POST", "/api/cart/lines"),
        ("PATCH", "/api/cart/lines/{id}"),
        ("DELETE", "/api/cart/lines/{id}"),
        ("GET", "/api/cart/swaps"),
        ("POST", "/api/cart/swaps"),
        ("POST", "/api/cart/swaps/undo"),
        ("POST", "/api/cart/swaps/dismiss"),
        ("GET", "/api/cart/fit"),
        ("POST", "/api/cart/fit"),
        ("POST", "/api/checkout"),
        ("GET", "/api/favourites"),
        ("POST", "/api/favourites"),
        ("DELETE", "/api/favourites/{id}"),
        ("GET", "/api/orders"),
        ("GET", "/api/orders/{token}"),
        ("GET", "/api/orders/{token}/again"),
        ("POST", "/api/orders/{token}/again"),
    }
