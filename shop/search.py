"""Finding products by words: every word must begin a word of the name, the brand or the type."""

from __future__ import annotations

from functools import reduce
from operator import add

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, Replace
from django.db.models.lookups import IContains

from shop.models import Product

MOST_WORDS = 8
SIGNS = {"’": "'", **dict.fromkeys('-/()",;:', " ")}
"""What parts words in names and in what is typed, and the apostrophe that telephones write."""
PLURAL_FROM = 4
"""A final s counts as a plural from this many letters on."""


def matching(products: QuerySet[Product], text: str) -> QuerySet[Product]:
    """Those of ``products`` that hold every word, annotated with ``relevance``.

    Words are prefixes ("choc" finds chocolate), case does not count, and a plural finds its
    singular. Hyphens, brackets and quotes part words. A type that ends with a word ("ground
    coffee") counts 6 for it, one that holds it ("coffee creamer") 2, a name that begins with it 1.
    Words past the eighth are ignored; no word at all finds everything at relevance 0.
    """
    words = [_stem(word) for word in _typed(text)[:MOST_WORDS]]
    for word in words:
        products = products.filter(IContains(_all_words(), f" {word}"))
    scores: list[Combinable] = [score for word in words for score in _scores(word)]
    return products.annotate(relevance=reduce(add, scores, Value(0)))


def by_relevance(products: QuerySet[Product]) -> QuerySet[Product]:
    """Best match first, then the most bought."""
    return products.order_by(F("relevance").desc(), "-sold", "pk")


def _typed(text: str) -> list[str]:
    """The words of ``text``; one that is nothing but signs is looked for as it is."""
    text = text.replace("\0", " ")
    parted = text.translate(str.maketrans("".join(SIGNS), "".join(SIGNS.values())))
    return parted.split() or text.split()


def _stem(word: str) -> str:
    if len(word) >= PLURAL_FROM and word[-1] in "sS" and word[-2:].lower() != "ss":
        return word[:-1]
    return word


def _all_words() -> Combinable:
    """Name, brand and type as one text in which a space stands before every word."""
    brand = Coalesce("brand__name", Value(""))
    text: Concat | Replace = Concat(
        Value(" "), "name", Value(" "), brand, Value(" "), "category__name"
    )
    for sign, instead in SIGNS.items():
        text = Replace(text, Value(sign), Value(instead))
    return text


def _scores(word: str) -> list[Combinable]:
    kind = "category__name"
    ends = Q(**{f"{kind}__iendswith": word}) | Q(**{f"{kind}__iendswith": f"{word}s"})
    holds = Q(**{f"{kind}__istartswith": word}) | Q(**{f"{kind}__icontains": f" {word}"})
    return [_worth(4, ends), _worth(2, holds), _worth(1, Q(name__istartswith=word))]


def _worth(points: int, condition: Q) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=IntegerField())
