"""A small shelf of products and shoppers for the store's tests."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone

from shop.models import Brand, Category, Product
from shop.recommendations import RankedSwap, Ranking, SwapQuery
from tracking import record
from tracking.visitor import Caller

_numbers = count(1)


def product_type(name: str = "Coffee", aisle: str = "Hot drinks") -> Category:
    """A type in an aisle in a department, each made once per test."""
    department = _category("Grocery", 0, None)
    return _category(name, 2, _category(aisle, 1, department))


def _category(name: str, level: int, parent: Category | None) -> Category:
    return Category.objects.get_or_create(
        slug=name.lower().replace(" ", "-"),
        defaults={"name": name, "level": level, "parent": parent},
    )[0]


def product(name: str = "Coffee", price: str = "5.00", **fields: Any) -> Product:
    """One product, 500 g and plenty in stock unless told otherwise."""
    number = next(_numbers)
    fields.setdefault("amount", Decimal(500))
    fields.setdefault("base_unit", "g" if fields["amount"] is not None else "")
    fields.setdefault("category", product_type())
    fields.setdefault("stock", 50)
    fields.setdefault("regular_price", Decimal(price))
    brand = fields.pop("brand", None)
    if isinstance(brand, str):
        brand = Brand.objects.get_or_create(name=brand)[0]
    return Product.objects.create(
        sku=f"sku-{number}", name=name, price=Decimal(price), brand=brand, **fields
    )


def shopper() -> Caller:
    """An anonymous shopper who agreed to be remembered, with a standing session."""
    return record.start_simulated_session(member_id=None, persona="", started_at=timezone.now())


class CheapestFirst:
    """A provider for tests: offers the pairs it was told to, in that order."""

    pairs: list[RankedSwap] = []
    asked = 0

    def rank(self, query: SwapQuery) -> Ranking:
        type(self).asked += 1
        return Ranking(
            swaps=tuple(self.pairs[: query.size]),
            policy="ltr",
            ranker_tag="test-ranker",
            fingerprint="f" * 8,
            inputs={"total": str(query.total)},
        )

    def fit(self, query: SwapQuery) -> Ranking:
        return replace(self.rank(query), swaps=tuple(self.pairs), fingerprint="", inputs={})

    def state_key(self, query: SwapQuery) -> str:
        return "generation 1"

    def weights_line(self, policy: str) -> str:
        return f"weights of {policy}"


class Broken(CheapestFirst):
    """A provider that fails whenever it is asked."""

    def rank(self, query: SwapQuery) -> Ranking:
        raise RuntimeError("no ranker today")

    fit = rank


def swap(anchor: Product, anchor_quantity: int, candidate: Product, **fields: Any) -> RankedSwap:
    """The pair with quantity and saving worked out by hand in the test."""
    return RankedSwap(
        anchor_id=anchor.pk,
        anchor_quantity=anchor_quantity,
        product_id=candidate.pk,
        score=fields.pop("score", 1.5),
        propensity=fields.pop("propensity", 0.5),
        features=fields.pop("features", (1.0, 2.0)),
        reasons=fields.pop("reasons", ("saves the most",)),
        **fields,
    )
