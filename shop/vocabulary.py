"""The words on the shelves, in memory: what a typed word may have meant, however it is spelled."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from rapidfuzz import process
from rapidfuzz.distance import OSA

from shop.held import Held
from shop.models import Product

SHORT, LONG = 4, 7
"""Below four letters nothing is a slip; from seven on two slips are."""
MOST_SPELLINGS = 5


@dataclass(frozen=True)
class Vocabulary:
    """``words`` are folded and sorted; ``spellings`` those whose folded form is another word."""

    version: int = -1
    words: Sequence[str] = ()
    counts: Counter[str] = field(default_factory=Counter)
    spellings: dict[str, set[str]] = field(default_factory=dict)

    def begins(self, beginning: str) -> bool:
        """Whether a word begins so."""
        at = bisect_left(self.words, beginning)
        return at < len(self.words) and self.words[at].startswith(beginning)

    def spelled(self, beginning: str) -> list[str]:
        """Words of the shelf that begin so once their accents are left out."""
        found: list[str] = []
        for at in range(bisect_left(self.words, beginning), len(self.words)):
            if not self.words[at].startswith(beginning) or len(found) >= MOST_SPELLINGS:
                break
            found += sorted(self.spellings.get(self.words[at], ()))
        return found[:MOST_SPELLINGS]

    def nearest(self, word: str) -> str | None:
        """The word that ``word`` is a slip of: one letter off, two in long words; None if none is.

        Of words equally near the one that stands on more products.
        """
        slips = 0 if len(word) < SHORT else 1 if len(word) < LONG else 2
        if not slips:
            return None
        near = process.extract(
            word, self.words, scorer=OSA.distance, score_cutoff=slips, limit=None
        )
        if not near:
            return None
        # The first letter is seldom the wrong one.
        return min(
            near, key=lambda one: (one[1], one[0][0] != word[0], -self.counts[one[0]], one[0])
        )[0]


def fold(text: str) -> str:
    """Small letters without their accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _read(version: int) -> Vocabulary:
    counts: Counter[str] = Counter()
    spellings: dict[str, set[str]] = {}
    rows = Product.objects.filter(is_active=True).order_by()
    for row in rows.values_list("name", "brand__name", "category__name").iterator():
        for word in set(re.findall(r"\w+", " ".join(filter(None, row)).lower())):
            folded = fold(word)
            counts[folded] += 1
            if folded != word:
                spellings.setdefault(folded, set()).add(word)
    return Vocabulary(version, sorted(counts), counts, spellings)


_held = Held(_read)
current, forget = _held.current, _held.forget
