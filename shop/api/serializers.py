"""How products, carts, swaps and orders are said in JSON; money is text with two decimals."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.files.storage import storages
from rest_framework import serializers

from shop.models import Product
from shop.unit_price import UnitPrice, unit_price


class Money(serializers.DecimalField):
    """An amount for reading: "4.20"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_digits=None, decimal_places=2, rounding=ROUND_HALF_UP, read_only=True, **options
        )


class CategoryName(serializers.Serializer[Any]):
    name = serializers.CharField()
    slug = serializers.CharField()


class ProductCard(serializers.Serializer[Product]):
    """A product as it stands on a shelf. ``unit_price`` is null when the size is unknown."""

    id = serializers.IntegerField()
    sku = serializers.CharField()
    name = serializers.CharField()
    brand = serializers.CharField(source="brand.name", default=None, allow_null=True)
    own_brand = serializers.BooleanField(source="brand.own_brand", default=False)
    category = CategoryName()
    size_text = serializers.CharField()
    price = Money()
    regular_price = Money()
    usual_price = Money(allow_null=True)
    on_promotion = serializers.BooleanField()
    picture = serializers.SerializerMethodField()
    unit_price = serializers.SerializerMethodField()
    unit_price_text = serializers.SerializerMethodField()
    stock = serializers.IntegerField()
    diet_tags = serializers.ListField(child=serializers.CharField())
    quality_tags = serializers.ListField(child=serializers.CharField())

    def get_picture(self, product: Product) -> str | None:
        """The address of the uploaded picture; null where there is none."""
        return storages["default"].url(product.picture) if product.picture else None

    def get_unit_price(self, product: Product) -> str | None:
        found = _unit_price(product)
        return None if found is None else rounded(found.amount)

    def get_unit_price_text(self, product: Product) -> str:
        found = _unit_price(product)
        return "" if found is None else found.text


class ProductDetail(ProductCard):
    """A product on its own page; ``path`` leads from the department to its type."""

    description = serializers.CharField()
    path = serializers.SerializerMethodField()

    def get_path(self, product: Product) -> list[str]:
        steps = [product.category]
        while steps[0].parent is not None:
            steps.insert(0, steps[0].parent)
        return [step.name for step in steps]


class CartLineAnswer(serializers.Serializer[Any]):
    """``problem`` says why the line cannot be bought now; empty when it can."""

    id = serializers.IntegerField()
    product = ProductCard()
    quantity = serializers.IntegerField()
    line_total = Money()
    problem = serializers.CharField()


class CartAnswer(serializers.Serializer[Any]):
    """``total`` is that of the lines and the packing ``fee``. ``over_by``, ``percent`` and ``left``
    are null when no budget is set."""

    lines = CartLineAnswer(many=True)
    fee = Money()
    total = Money()
    budget = Money(allow_null=True)
    over_by = Money(allow_null=True)
    left = Money(source="standing.left", allow_null=True)
    percent = serializers.IntegerField(source="standing.percent", allow_null=True)
    words = serializers.CharField(source="standing.words")


class AnchorCard(serializers.Serializer[Any]):
    """The line that would be replaced."""

    id = serializers.IntegerField(source="anchor.pk")
    name = serializers.CharField(source="anchor.name")
    size_text = serializers.CharField(source="anchor.size_text")
    price = Money(source="anchor.price")
    quantity = serializers.IntegerField(source="anchor_quantity")


class SuggestionAnswer(serializers.Serializer[Any]):
    """``reasons`` begins with what differs between the packs."""

    position = serializers.IntegerField()
    anchor = AnchorCard(source="*")
    product = ProductCard()
    quantity = serializers.IntegerField()
    saving = Money()
    unit_price = Money(source="unit_price.amount", default=None, allow_null=True)
    anchor_unit_price = Money(source="anchor_unit_price.amount", default=None, allow_null=True)
    total_after = Money()
    reasons = serializers.SerializerMethodField()
    score = serializers.FloatField()

    def get_reasons(self, suggestion: Any) -> list[str]:
        return [suggestion.difference, *suggestion.reasons]


class PanelAnswer(serializers.Serializer[Any]):
    """The panel. ``policy`` is empty and ``qid`` null when there was nothing to rank."""

    message = serializers.CharField(source="slate.message")
    weights_line = serializers.CharField(source="slate.weights_line")
    policy = serializers.CharField(source="slate.policy")
    ranker = serializers.CharField(source="slate.ranker_tag")
    qid = serializers.UUIDField(source="slate.qid", allow_null=True)
    total = Money(source="cart.total")
    budget = Money(source="cart.budget", allow_null=True)
    over_by = Money(source="cart.over_by", allow_null=True)
    suggestions = SuggestionAnswer(source="slate.suggestions", many=True)


class AcceptedAnswer(serializers.Serializer[Any]):
    """A swap that was made; ``undone_at`` is null while it stands."""

    qid = serializers.UUIDField()
    position = serializers.IntegerField()
    anchor = AnchorCard(source="*")
    product_id = serializers.IntegerField()
    product_name = serializers.CharField(source="product.name")
    quantity = serializers.IntegerField()
    saving = Money()
    total_after = Money()
    accepted_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)


class FitAnswer(serializers.Serializer[Any]):
    """The set as it would be applied; each ``total_after`` in it is after that swap alone."""

    message = serializers.CharField(source="fit.message")
    qid = serializers.UUIDField(source="slate.qid", allow_null=True)
    policy = serializers.CharField(source="slate.policy")
    total = Money(source="cart.total")
    budget = Money(source="cart.budget", allow_null=True)
    over_by = Money(source="cart.over_by", allow_null=True)
    saving = Money(source="fit.saving")
    total_after = Money(source="fit.after.total")
    reaches = serializers.BooleanField(source="fit.reaches")
    suggestions = SuggestionAnswer(source="slate.suggestions", many=True)


class FittedAnswer(serializers.Serializer[Any]):
    """What was swapped, and the cart after it."""

    swaps = AcceptedAnswer(many=True)
    cart = CartAnswer()


class DismissedAnswer(serializers.Serializer[Any]):
    dismissed = serializers.IntegerField(help_text="The product that is not offered again.")


class OrderLineAnswer(serializers.Serializer[Any]):
    product_id = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    price = Money()


class SwapReceipt(serializers.Serializer[Any]):
    anchor = serializers.CharField(source="anchor.name")
    anchor_quantity = serializers.IntegerField()
    product = serializers.CharField(source="product.name")
    quantity = serializers.IntegerField()
    saving = Money()


class OrderAnswer(serializers.Serializer[Any]):
    """An order with its savings receipt: ``total`` is that of the lines and the packing ``fee``,
    ``without_swaps`` what it would have cost."""

    token = serializers.UUIDField(source="order.token")
    name = serializers.CharField(source="order.name")
    placed_at = serializers.DateTimeField(source="order.placed_at")
    lines = OrderLineAnswer(many=True)
    fee = Money(source="order.fee")
    total = Money(source="order.total")
    budget = Money(source="order.budget", allow_null=True)
    over_by = Money(source="standing.over_by", allow_null=True)
    saved = Money()
    without_swaps = Money()
    swaps = SwapReceipt(many=True)


class OrderListed(serializers.Serializer[Any]):
    """One of a member's orders; ``products`` are the first by name, ``more`` how many beyond."""

    token = serializers.UUIDField(source="order.token")
    placed_at = serializers.DateTimeField(source="order.placed_at")
    packs = serializers.IntegerField()
    total = Money(source="order.total")
    saved = Money(source="order.saved")
    products = serializers.ListField(source="named", child=serializers.CharField())
    more = serializers.IntegerField()


class OrdersAnswer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    orders = OrderListed(many=True)


class ThenAndNow(serializers.Serializer[Any]):
    """A product of an earlier order. ``trouble`` says why not all packs of then can be had now, or
    is empty; ``change`` is how much dearer a pack is than then, negative when cheaper."""

    product_id = serializers.IntegerField(source="product.id", default=None, allow_null=True)
    name = serializers.CharField()
    quantity = serializers.IntegerField(help_text="Packs of then")
    available = serializers.IntegerField(help_text="Packs that can be had now")
    price = Money(help_text="Of a pack then")
    change = Money()
    trouble = serializers.CharField()


class ComparedAnswer(serializers.Serializer[Any]):
    """``change`` is how much more the packs that can be had cost than the same packs then."""

    lines = ThenAndNow(many=True)
    change = Money()


class AgainAnswer(ComparedAnswer):
    """Of ``asked`` products so many are in the cart with all their packs, or with fewer."""

    asked = serializers.IntegerField(source="put.asked")
    whole = serializers.IntegerField(source="put.whole")
    fewer = serializers.IntegerField(source="put.fewer")
    cart = CartAnswer()


def rounded(amount: Decimal) -> str:
    """Money as the API says it."""
    return f"{amount.quantize(Decimal('0.01'), rounding=ROUND_HALF_UP):f}"


def _unit_price(product: Product) -> UnitPrice | None:
    return unit_price(product.price, amount=product.amount, base_unit=product.base_unit)
