"""Keeps each product's usual price beside it, so that pages can ask for promotions in one query.

What is usual moves with time alone, so all are worked out again once a day by whichever worker
comes first, and those whose price was changed at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import OuterRef, Q, Subquery

from shop.models import CatalogueVersion, PriceChange, Product
from shop.price_history import LOOKED_BACK, Priced, usual_price

EVERY = timedelta(hours=20)
"""So that it drifts to no certain hour, and no day is left out."""
BATCH = 900
"""SQLite builds differ in how many parameters a query may have; all take this many."""


def refresh(product_ids: Sequence[int] | None = None, *, now: datetime) -> int:
    """Works out the usual prices of these products, or of all, and returns how many moved.

    Two queries and an UPDATE for every ``BATCH`` products. What moved is a change of the catalogue:
    the counts of promotions are kept by its version.
    """
    wanted = Product.objects.order_by("pk").values_list("pk", flat=True)
    ids = list(wanted if product_ids is None else wanted.filter(pk__in=product_ids))
    moved = sum(_refresh(ids[at : at + BATCH], now=now) for at in range(0, len(ids), BATCH))
    if moved:
        CatalogueVersion.grow()
    return moved


def refresh_if_due(*, now: datetime) -> bool:
    """All of them, once a day: of several workers one gets the turn. Whether it was this one."""
    due = Q(usual_prices_at=None) | Q(usual_prices_at__lte=now - EVERY)
    if not CatalogueVersion.objects.filter(due, pk=1).update(usual_prices_at=now):
        return False
    refresh(now=now)
    return True


def _refresh(ids: Sequence[int], *, now: datetime) -> int:
    start = now - LOOKED_BACK
    before = PriceChange.objects.filter(product=OuterRef("pk"), since__lte=start)
    products = Product.objects.filter(pk__in=ids).annotate(
        price_before=Subquery(before.order_by("-since", "-pk").values("price")[:1])
    )
    changes: dict[int, list[Priced]] = {pk: [] for pk in ids}
    since = PriceChange.objects.filter(product__in=ids, since__gt=start, since__lte=now)
    for pk, price, moment in since.order_by("-since", "-pk").values_list(
        "product_id", "price", "since"
    ):
        changes[pk].append(Priced(price, moment))
    moved = []
    for product in products.only("pk", "usual_price"):
        known = changes[product.pk]
        if product.price_before is not None:
            known.append(Priced(product.price_before, start))
        usual = usual_price(known, now=now)
        if usual != product.usual_price:
            product.usual_price = usual
            moved.append(product)
    Product.objects.bulk_update(moved, ["usual_price"], batch_size=300)
    return len(moved)
