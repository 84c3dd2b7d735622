"""What the store keeps of a shopper beside the cart, and what follows a visitor into an account."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import BigIntegerField, CharField, JSONField, QuerySet, Value

from shop import cart
from shop.models import DietProfile, DismissedProduct, Favourite, Member
from tracking.prepared import Given, Prepared
from tracking.visitor import member_shopper_key, visitor_shopper_key


class Preferences(NamedTuple):
    """Diet tags that must be met, and products not to be offered again."""

    diet_tags: tuple[str, ...]
    dismissed: frozenset[int]


def preferences(shopper_key: str) -> Preferences:
    """Both in one query."""
    diet_tags: tuple[str, ...] = ()
    dismissed = set()
    for product, tags in PREFERENCES.rows(shopper=shopper_key):
        if product == 0:
            diet_tags = tuple(tags)
        else:
            dismissed.add(product)
    return Preferences(diet_tags, frozenset(dismissed))


def _preferences() -> QuerySet[Any, Any]:
    """(0, diet tags), then (product, []) for each that is not to be offered."""
    shopper: Any = Given("shopper", CharField())
    diets = (
        DietProfile.objects.filter(shopper_key=shopper)
        .order_by()
        .values_list(Value(0, BigIntegerField()), "diet_tags")
    )
    refused = (
        DismissedProduct.objects.filter(shopper_key=shopper)
        .order_by()
        .values_list("product_id", Value([], JSONField()))
    )
    return diets.union(refused, all=True)


PREFERENCES = Prepared(_preferences)


def merge(key: UUID | None, member: Member) -> None:
    """Brings a visitor's cart, dismissals, favourites and diet into the account, at sign-in.

    A second call finds nothing left of the visitor and changes nothing.
    """
    if key is None:
        return
    source, target = visitor_shopper_key(key), member_shopper_key(member.pk)
    with transaction.atomic():
        cart.merge(source, target, new_budget=member.default_budget)
        for model in (DismissedProduct, Favourite):
            mine = model.objects.filter(shopper_key=source)
            known = model.objects.filter(shopper_key=target).values_list("product_id", flat=True)
            mine.exclude(product_id__in=list(known)).update(shopper_key=target)
            mine.delete()
        diet = DietProfile.objects.filter(shopper_key=source).first()
        if diet is not None:
            DietProfile.objects.get_or_create(
                shopper_key=target, defaults={"diet_tags": diet.diet_tags}
            )
            diet.delete()
