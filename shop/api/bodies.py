"""What a request to the store may hold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from rest_framework import serializers

from shop.cart import DEAREST_BUDGET
from shop.catalogue import SORTS
from shop.models.carts import MOST_OF_ONE
from shop.models.catalogue import CENT

LARGEST_ID = 2**63 - 1
LONGEST_SLATE = 100
MOST_PAGES = 100_000


class CatalogueQuery(serializers.Serializer[Any]):
    search = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=100,
        help_text="Words or beginnings",
    )
    category = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=140,
        help_text="Slug of a department, aisle or type; its whole subtree is meant",
    )
    max_price = serializers.DecimalField(
        required=False, max_digits=9, decimal_places=2, min_value=Decimal(0), default=None
    )
    sort = serializers.ChoiceField(required=False, choices=SORTS, default="relevance")
    page = serializers.IntegerField(required=False, min_value=1, max_value=MOST_PAGES, default=1)


class BudgetBody(serializers.Serializer[Any]):
    budget = serializers.DecimalField(
        max_digits=9,
        decimal_places=2,
        min_value=CENT,
        max_value=DEAREST_BUDGET,
        allow_null=True,
        help_text="Above 0; null clears it",
    )


class NewLineBody(serializers.Serializer[Any]):
    product_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_OF_ONE, default=1)


class ProductBody(serializers.Serializer[Any]):
    product_id = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)


class PageQuery(serializers.Serializer[Any]):
    page = serializers.IntegerField(required=False, min_value=1, max_value=MOST_PAGES, default=1)


class QuantityBody(serializers.Serializer[Any]):
    quantity = serializers.IntegerField(min_value=1, max_value=MOST_OF_ONE)


class SlateItemBody(serializers.Serializer[Any]):
    qid = serializers.UUIDField(help_text="The slate")
    position = serializers.IntegerField(
        min_value=1, max_value=LONGEST_SLATE, help_text="1-based place in it"
    )


class FitBody(serializers.Serializer[Any]):
    qid = serializers.UUIDField(help_text="The previewed set")


class CheckoutBody(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    email = serializers.EmailField(max_length=254)
    expected_total = serializers.DecimalField(
        required=False,
        allow_null=True,
        default=None,
        max_digits=10,
        decimal_places=2,
        help_text="The total that was shown; another one refuses the order and says the difference",
    )
