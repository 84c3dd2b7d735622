"""Invented brand names: the data know manufacturers by number only."""

from __future__ import annotations

from pathlib import Path

OWN_BRAND = "Basketwise"
OWN_ORGANIC_BRAND = "Basketwise Organic"

_FIRST, _MIDDLE, _LAST = (
    line.split()
    for line in (Path(__file__).parent / "syllables.txt").read_text("utf-8").splitlines()
)
_ALL = len(_FIRST) * len(_MIDDLE) * len(_LAST)
_STEP = 10_007
_START = 4_861
REAL_BRANDS = frozenset(
    {
        "Barilla",
        "Bertolli",
        "Birkin",
        "Borden",
        "Campbell",
        "Carolina",
        "Delmonte",
        "Ferrara",
        "Hormel",
        "Kellogg",
        "Keebler",
        "Marlboro",
        "Milano",
        "Monster",
        "Morton",
        "Nabisco",
        "Perdue",
        "Sargento",
        "Tropicana",
        "Velveeta",
        "Westbrae",
    }
)


def brand_name(manufacturer: int) -> str:
    """The same pronounceable name for a number for ever; different numbers below 26,880 differ.

    The number walks through all syllable triples with a step that shares no factor with their
    count, so no table of names given out is needed.
    """
    index = (manufacturer * _STEP + _START) % _ALL
    index, last = divmod(index, len(_LAST))
    first, middle = divmod(index, len(_MIDDLE))
    name = _FIRST[first] + _MIDDLE[middle] + _LAST[last]
    return f"{name} House" if name in REAL_BRANDS else name


def brand_of(*, manufacturer: int, private: bool, organic: bool) -> str:
    """The store's own brand for private label, the manufacturer's invented one otherwise."""
    if private:
        return OWN_ORGANIC_BRAND if organic else OWN_BRAND
    return brand_name(manufacturer)
