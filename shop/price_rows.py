"""All prices of a product in the query that reads the product itself."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, JSONField, OuterRef, Subquery
from django.db.models.functions import JSONArray

from shop.models import PriceChange, Product
from shop.models.catalogue import CENT

COLUMN = "price_rows"


class _Rows(Aggregate):
    """The values of all rows as one JSON array, which SQLite and PostgreSQL name differently."""

    function = "JSONB_AGG"
    output_field = JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY", **context)


def of_products() -> Subquery:
    """Annotate a query of products with it, under the name ``COLUMN``."""
    changes = PriceChange.objects.filter(product=OuterRef("pk")).order_by().values("product")
    row = JSONArray("price", "regular_price", "since", "pk")
    return Subquery(changes.annotate(rows=_Rows(row)).values("rows"), output_field=JSONField())


def read(product: Product) -> Sequence[PriceChange]:
    """The price changes of a product that was read with ``COLUMN``, newest first; not to be saved.

    Raises AttributeError for a product that was read without.
    """
    rows = getattr(product, COLUMN) or []
    found = [
        PriceChange(
            pk=pk,
            product_id=product.pk,
            price=_amount(price),
            regular_price=_amount(regular),
            since=_moment(since),
        )
        for price, regular, since, pk in rows
    ]
    return sorted(found, key=lambda change: (change.since, change.pk), reverse=True)


def _amount(number: float) -> Decimal:
    """JSON has no decimals; two of them survive the way through a float."""
    return Decimal(str(number)).quantize(CENT)


def _moment(text: str) -> datetime:
    """SQLite keeps UTC without saying so."""
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
