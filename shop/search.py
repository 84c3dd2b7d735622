"""Finding products by words, as people type them: beginnings, slips, other words for a thing."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from operator import add

from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Concat, Replace
from django.db.models.lookups import IContains

from shop import vocabulary
from shop.models import Product
from shop.synonyms import SYNONYMS

MOST_WORDS = 8
SIGNS = {"’": "'", **dict.fromkeys('-/()",;:', " ")}
"""What parts words in names and in what is typed, and the apostrophe that telephones write."""
PLURAL_FROM = 4
"""A final s counts as a plural from this many letters on."""


@dataclass(frozen=True)
class Reading:
    """What typed text is taken to mean: for each word the beginnings that stand for it.

    ``corrected`` is the text with its slips mended; empty where there were none.
    """

    words: tuple[tuple[str, ...], ...]
    corrected: str = ""


def read(text: str) -> Reading:
    """A word that begins nothing on the shelves is taken for the nearest one that does."""
    typed = _typed(text)[:MOST_WORDS]
    if not typed:
        return Reading(())
    known = vocabulary.current()
    meant = [_meant(word, known) for word in typed]
    corrected = " ".join(meant) if meant != typed else ""
    return Reading(tuple(_beginnings(word, known) for word in meant), corrected)


def matching(products: QuerySet[Product], reading: Reading) -> QuerySet[Product]:
    """Those of ``products`` that hold every word, annotated with ``relevance``.

    Words are prefixes ("choc" finds chocolate), case and accents do not count, a plural finds its
    singular, and another word for the same thing finds it ("cola" finds soft drinks). Hyphens,
    brackets and quotes part words. A type that ends with a word ("ground coffee") counts 6 for it,
    one that holds it ("coffee creamer") 2, a name that begins with it 1, for what was typed twice
    as much as for another word. Words past the eighth are ignored; no word finds everything,
    relevance 0.
    """
    for beginnings in reading.words:
        found = Q()
        for beginning in beginnings:
            found |= Q(IContains(_all_words(), f" {beginning}"))
        products = products.filter(found)
    scores: list[Combinable] = []
    for typed, *others in reading.words:
        scores += _scores([typed, *others]) + _scores([typed])
    return products.annotate(relevance=reduce(add, scores, Value(0)))


def by_relevance(products: QuerySet[Product]) -> QuerySet[Product]:
    """Best match first, then the most bought."""
    return products.order_by(F("relevance").desc(), "-sold", "pk")


def _typed(text: str) -> list[str]:
    """The words of ``text``; one that is nothing but signs is looked for as it is."""
    text = text.replace("\0", " ")
    parted = text.translate(str.maketrans("".join(SIGNS), "".join(SIGNS.values())))
    return parted.split() or text.split()


def _meant(word: str, known: vocabulary.Vocabulary) -> str:
    folded = vocabulary.fold(_stem(word))
    # Parts of a word such as "7-up" or "kids'" are no words of their own here.
    if not folded.isalpha() or folded in SYNONYMS or known.begins(folded):
        return word
    return known.nearest(vocabulary.fold(word)) or known.nearest(folded) or word


def _beginnings(word: str, known: vocabulary.Vocabulary) -> tuple[str, ...]:
    stem = _stem(word)
    folded = vocabulary.fold(stem)
    spelled = known.spelled(folded) if folded else []
    return tuple(dict.fromkeys([stem, folded, *spelled, *SYNONYMS.get(folded, ())]))


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


def _scores(beginnings: list[str]) -> list[Combinable]:
    kind = "category__name"
    ends, holds, starts = Q(), Q(), Q()
    for word in beginnings:
        ends |= Q(**{f"{kind}__iendswith": word}) | Q(**{f"{kind}__iendswith": f"{word}s"})
        holds |= Q(**{f"{kind}__istartswith": word}) | Q(**{f"{kind}__icontains": f" {word}"})
        starts |= Q(name__istartswith=word)
    return [_worth(4, ends), _worth(2, holds), _worth(1, starts)]


def _worth(points: int, condition: Q) -> Case:
    return Case(When(condition, then=Value(points)), default=Value(0), output_field=IntegerField())
