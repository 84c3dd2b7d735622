"""Home: a member's usuals and newest order, what is cheaper than usual, and where things stand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from shop import tree, usuals
from shop.context import Storefront
from shop.models import Product
from shop.usuals import Habits
from tracking import visitor

PROMOTIONS = 10
CLEARLY = Decimal("0.9")
"""What costs at most this share of its usual price of the last eight weeks is shown here."""


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The products of both lists come in one query."""
    member_id = visitor.of(request).member_id
    habits = Habits() if member_id is None else usuals.habits(member_id, now=timezone.now())
    looked_at = [rhythm.product_id for rhythm in habits.rhythms[: usuals.LOOKED_AT]]
    wanted = Q(pk__in=_cheaper().values("pk")) | Q(pk__in=looked_at)
    products = list(Product.objects.filter(wanted).select_related("brand", "category"))
    store = Storefront(request)
    context: dict[str, Any] = {
        "store": store,
        "habits": habits,
        "usuals": usuals.shown(habits, products, held=list(store.glance.held)),
        "promotions": _promotions(products),
        "departments": tree.current().departments,
    }
    return render(request, "shop/home.html", context)


def _cheaper() -> QuerySet[Product]:
    """The most bought of what costs clearly less than usual, one of a type."""
    cheaper = Product.objects.filter(
        is_active=True, stock__gt=0, price__lte=F("usual_price") * CLEARLY
    )
    most_bought = ["-sold", "pk"]
    place = Window(RowNumber(), partition_by="category", order_by=most_bought)
    return cheaper.annotate(place=place).filter(place=1).order_by(*most_bought)[:PROMOTIONS]


def _promotions(products: list[Product]) -> list[Product]:
    """The same again among ``products``, where the usuals stand between them."""
    cheaper = [
        product
        for product in products
        if product.is_active
        and product.stock
        and product.usual_price is not None
        and product.price <= product.usual_price * CLEARLY
    ]
    most_bought = sorted(cheaper, key=lambda product: (-product.sold, product.pk))
    of_types: dict[int, Product] = {}
    for product in most_bought:
        of_types.setdefault(product.category_id, product)
    return list(of_types.values())[:PROMOTIONS]
