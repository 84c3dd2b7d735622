"""Finding products by words: every word must begin a word of the name, the brand or the type."""

from __future__ import annotations

from functools import reduce
from operator import add

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable

from shop.models import Product

MOST_WORDS = 8
PLURAL_FROM = 4
"""A final s counts as a plural from this many letters on."""


def matching(products: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Those of ``products`` that hold every word, annotated with ``relevance``.

    Words are prefixes ("choc" finds chocolate), case does not count, and a plural finds its
    singular. A word in the type counts 4, at the start of the name 2, elsewhere in the name 1.
    Words past the eighth are ignored; no word at all finds everything at relevance 0.
    """
    words = [_stem(word) for word in text.replace("\0", " ").split()[:MOST_WORDS]]
    for word in words:
        products = products.filter(
            _begins("name", word) | _begins("brand__name", word) | _begins("category__name", word)
        )
    scores: list[Combinable] = [score for word in words for score in _scores(word)]
    return products.annotate(relevance=reduce(add, scores, Value(0)))


def by_relevance(products: QuerySet[Product]) -> QuerySet[Product]:
    """Best match first, then the most bought."""
    return products.order_by(F("relevance").desc(), "-sold", "pk")


def _stem(word: str) -> str:
    if len(word) >= PLURAL_FROM and word[-1] in "sS" and word[-2:].lower() != "ss":
        return word[:-1]
    return word


def _begins(field: str, word: str) -> Q:
    first = Q(**{f"{field}__istartswith": word})
    return (
        first | Q(**{f"{field}__icontains": f" {word}"}) | Q(**{f"{field}__icontains": f"-{word}"})
    )


def _scores(word: str) -> list[Combinable]:
    return [
        _worth(4, _begins("category__name", word)),
        _worth(1, Q(name__istartswith=word)),
        _worth(1, _begins("name", word)),
    ]


def _worth(points: int, condition: Q) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=IntegerField())
