"""Pack sizes as people write them ("1/2 GAL", "12/12 OZ", "160 CT 3 PK") in base units."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from shop.models.catalogue import BaseUnit

THOUSANDTH = Decimal("0.001")
MOST = 10**9
"""Base units; a size at or above it is no pack, and the database has no room for it."""
FLUID_PACK_LIMIT = 34
"""Ounces: a bottle or can of a multi-pack is not larger, so a larger figure is the whole pack."""
WEIGHT_PACK_LIMIT = 7
"""Ounces: a cup or bar of a multi-pack is not heavier, so a larger figure is the whole pack."""


@dataclass(frozen=True)
class Unit:
    """``factor`` base units make one of this unit; ``shown`` is how a person reads it."""

    base: BaseUnit
    factor: Fraction
    shown: str


def _unit(base: BaseUnit, factor: str, shown: str) -> Unit:
    return Unit(base, Fraction(factor), shown)


OUNCE = _unit(BaseUnit.GRAM, "28.349523125", "oz")
FLUID_OUNCE = _unit(BaseUnit.MILLILITRE, "29.5735295625", "fl oz")
PIECE = _unit(BaseUnit.PIECE, "1", "ct")
PACK = _unit(BaseUnit.PIECE, "1", "pk")
_DOZEN = _unit(BaseUnit.PIECE, "12", "dozen")
_POUND = _unit(BaseUnit.GRAM, "453.59237", "lb")
_PINT = _unit(BaseUnit.MILLILITRE, "473.176473", "pt")
_QUART = _unit(BaseUnit.MILLILITRE, "946.352946", "qt")
_GALLON = _unit(BaseUnit.MILLILITRE, "3785.411784", "gal")
_LITRE = _unit(BaseUnit.MILLILITRE, "1000", "L")
_MILLILITRE = _unit(BaseUnit.MILLILITRE, "1", "ml")
_CENTILITRE = _unit(BaseUnit.MILLILITRE, "10", "cl")
_GRAM = _unit(BaseUnit.GRAM, "1", "g")
_KILOGRAM = _unit(BaseUnit.GRAM, "1000", "kg")
_SHEET = _unit(BaseUnit.SHEET, "1", "sheets")
_LOAD = _unit(BaseUnit.PIECE, "1", "loads")
_ROLL = _unit(BaseUnit.PIECE, "1", "rolls")
_SQUARE_FOOT = _unit(BaseUnit.SQUARE_METRE, "0.09290304", "sq ft")
_SQUARE_METRE = _unit(BaseUnit.SQUARE_METRE, "1", "m²")
_FOOT = _unit(BaseUnit.METRE, "0.3048", "ft")
_YARD = _unit(BaseUnit.METRE, "0.9144", "yd")
_METRE = _unit(BaseUnit.METRE, "1", "m")

UNITS: dict[str, Unit] = {
    **dict.fromkeys(("OZ", "OZS", "OUNCE", "OUNCES", "Z", "O"), OUNCE),
    **dict.fromkeys(("FL OZ", "FLOZ", "FL. OZ", "FLUID OUNCES"), FLUID_OUNCE),
    **dict.fromkeys(("LB", "LBS", "POUND", "POUNDS"), _POUND),
    **dict.fromkeys(("PT", "PINT", "PINTS"), _PINT),
    **dict.fromkeys(("QT", "QUART", "QUARTS"), _QUART),
    **dict.fromkeys(("GA", "GAL", "GALON", "GALLON", "GALLONS"), _GALLON),
    **dict.fromkeys(("L", "LT", "LTR", "LRT", "LL", "LITER", "LITERS", "LITRE", "LITRES"), _LITRE),
    **dict.fromkeys(("ML",), _MILLILITRE),
    **dict.fromkeys(("CL",), _CENTILITRE),
    **dict.fromkeys(("G", "GM", "GR", "GRAM", "GRAMS"), _GRAM),
    **dict.fromkeys(("KG", "KILO"), _KILOGRAM),
    **dict.fromkeys(("CT", "C", "COUNT", "PC", "PCS", "PIECE", "PIECES", "EA", "EACH"), PIECE),
    **dict.fromkeys(("BAG", "BAGS", "PADS", "BAR", "BARS", "STEM", "STEMS", "PAIR"), PIECE),
    **dict.fromkeys(("PK", "PKS", "P", "PACK", "PACKS"), PACK),
    **dict.fromkeys(("DZ", "DOZ", "DOZEN"), _DOZEN),
    **dict.fromkeys(("LOAD", "LOADS", "LD", "LDS", "USE", "USES", "DOSE", "DOSES"), _LOAD),
    **dict.fromkeys(("ROLL", "ROLLS"), _ROLL),
    **dict.fromkeys(("SHEET", "SHEETS"), _SHEET),
    **dict.fromkeys(("SQ FT", "SQFT"), _SQUARE_FOOT),
    **dict.fromkeys(("SQ M", "M2"), _SQUARE_METRE),
    **dict.fromkeys(("FT", "FOOT", "FEET"), _FOOT),
    **dict.fromkeys(("YD", "YDS"), _YARD),
    **dict.fromkeys(("M",), _METRE),
}
_LONE = {"GA", "GAL", "PT", "QT", "LB", "L", "DZ", "DOZ", "DOZEN", "PINT", "QUART", "GALLON"}
_COUNTS = (PIECE, PACK)
_CAPACITIES = (_GALLON, _QUART, _PINT)

_DECIMAL = r"(?:\d+\.?\d*|\.\d+)"
_PROPER = r"(?:1/2|[13]/4|[12]/3|[1357]/8|(?:[13579]|11|13|15)/16)"
_NUMBER = rf"(?:\d+[ -]+{_PROPER}|{_DECIMAL})"
_NAMES = "|".join(re.escape(name) for name in sorted(UNITS, key=len, reverse=True))
_BARE_FRACTION = re.compile(rf"(1/2|[13]/4|[12]/3|[17]/8) ?({_NAMES})\b")
_POUNDS_AND_OUNCES = re.compile(r"(\d+) ?LBS? (\d+\.?\d*) ?OZ\b")
_COUNT_AND_OUNCES = re.compile(rf"\d{{2,}}-\d{{2,}}/({_NUMBER}) ?(OZ)\b")
_ONE = re.compile(rf"({_NUMBER}) ?({_NAMES})\b")
_COUNT_OF = re.compile(rf"({_DECIMAL}) ?(CT|C|PK|PKS|P|PC|BAR) ?[-/X ] ?({_NUMBER}) ?({_NAMES})?\b")
_AMOUNT_IN = re.compile(rf"({_NUMBER}) ?({_NAMES}) ?[-/ ] ?(\d+) ?(PK|P|CT|C)\b")
_TIMES = re.compile(rf"(\d+) ?[-/X×] ?({_NUMBER}) ?({_NAMES})\b")
_DIMENSIONS = re.compile(
    r"^(\d+/)?\d*\.?\d+ ?(IN)? ?X ?[\d./]+ ?(IN|CM|MM|YD|FT|X|/|\d+ CT|$)|(\d|\b)IN\b|^SI?ZE?\b"
)
_RANGE_UNITS = (PIECE, _POUND, _FOOT)


@dataclass(frozen=True)
class Size:
    """The whole pack: ``amount`` > 0 in ``base_unit``, and the size as a person reads it."""

    amount: Decimal
    base_unit: BaseUnit
    text: str


@lru_cache(maxsize=4096)
def parse_size(text: str, *, fluid: bool = False) -> Size | None:
    """The whole pack of a written size; None when it is none, a range, or a thing's dimensions.

    ``fluid``: plain ounces are fluid ounces ("OZ" of juice); "FL OZ" always are. "6/12 OZ",
    "6-12 OZ" and "6 PK/12 OZ" are six of twelve ounces; "12 CT/15 OZ" is fifteen ounces in twelve
    pieces; "20 CT/13 GAL" is twenty bags that hold thirteen gallons each.
    """
    cleaned = _clean(text)
    if not cleaned or _DIMENSIONS.search(cleaned):
        return None
    if cleaned in _LONE:
        return _size(Fraction(1), _resolve(cleaned, fluid))
    for form in _FORMS:
        found, size = form(cleaned, fluid)
        if found:
            return size
    one = _ONE.match(cleaned)
    return _size(_number(one[1]), _resolve(one[2], fluid)) if one else None


def times(count: int, size: Size) -> Size:
    """``count`` packs of ``size`` as one pack."""
    return Size(size.amount * count, size.base_unit, f"{count} × {size.text}")


def _clean(text: str) -> str:
    cleaned = text.upper().replace("_", " ").replace("½", " 1/2").replace("HALF GAL", "1/2 GAL")
    cleaned = re.sub(r"(\d)\.O\b", r"\1.0", cleaned)
    cleaned = re.sub(r"(\d)\. (\d)", r"\1.\2", cleaned)
    cleaned = re.sub(r"\([^)]*\)?", " ", cleaned)
    cleaned = re.sub(r"\bREC OZ|\bOZS\.", "OZ", cleaned)
    # Warehouse codes stand before sizes ("113670 6 OZ"), and so do store letters ("L     8 OZ").
    cleaned = re.sub(r"^[\d ]*\d{5,} +", "", cleaned.strip())
    if not re.match(r"(SZ|SIZE)", cleaned):
        cleaned = re.sub(r"^[A-Z][A-Z .-]*?(?=\d|\.\d)", "", cleaned)
    cleaned = re.sub(r"^PER +", "", cleaned)
    return re.sub(r" +", " ", cleaned).strip(" ,").rstrip(".")


def _resolve(name: str, fluid: bool) -> Unit:
    unit = UNITS[name]
    return FLUID_OUNCE if fluid and unit is OUNCE else unit


def _number(text: str) -> Fraction:
    return sum((Fraction(part) for part in re.split(r"[ -]+", text.strip())), Fraction(0))


def _shown(number: Fraction) -> str:
    return f"{float(number):.4f}".rstrip("0").rstrip(".")


def _size(number: Fraction, unit: Unit, count: Fraction | None = None) -> Size | None:
    whole = number * unit.factor * (count or 1)
    if whole >= MOST:
        return None
    amount = (Decimal(whole.numerator) / Decimal(whole.denominator)).quantize(THOUSANDTH)
    if amount <= 0:
        return None
    text = f"{_shown(number)} {unit.shown}"
    return Size(amount, unit.base, text if count is None else f"{_shown(count)} × {text}")


_Found = tuple[bool, Size | None]
_NOTHING: _Found = (False, None)


def _fraction(text: str, fluid: bool) -> _Found:
    """ "1/2 GAL" is a fraction, "6/12 OZ" a multiple: halves, quarters, thirds and eighths only."""
    match = _BARE_FRACTION.match(text)
    return (True, _size(Fraction(match[1]), _resolve(match[2], fluid))) if match else _NOTHING


def _pounds_and_ounces(text: str, fluid: bool) -> _Found:
    match = _POUNDS_AND_OUNCES.match(text)
    if not match:
        return _NOTHING
    return True, _size(Fraction(match[1]) + Fraction(match[2]) / 16, _POUND)


def _count_and_ounces(text: str, fluid: bool) -> _Found:
    """ "41-50/16 OZ" of shrimp: 41 to 50 pieces in sixteen ounces."""
    match = _COUNT_AND_OUNCES.match(text)
    return (True, _size(_number(match[1]), OUNCE)) if match else _NOTHING


def _count_of(text: str, fluid: bool) -> _Found:
    match = _COUNT_OF.match(text)
    if not match:
        return _NOTHING
    count, holder, number = _number(match[1]), UNITS[match[2]], _number(match[3])
    unit = _resolve(match[4] or "OZ", fluid)
    if count <= 0 or number <= 0:
        return True, None
    if unit in _COUNTS:
        packs, pieces = (count, number) if holder is PACK else (number, count)
        return True, _size(pieces, PIECE, packs)
    if holder is PACK or (unit is FLUID_OUNCE and number <= FLUID_PACK_LIMIT):
        return True, _size(number, unit, count)
    if unit in _CAPACITIES:
        return True, _size(count, PIECE)
    return True, _size(number, unit)


def _amount_in(text: str, fluid: bool) -> _Found:
    match = _AMOUNT_IN.match(text)
    if not match:
        return _NOTHING
    number, unit = _number(match[1]), _resolve(match[2], fluid)
    count, holder = Fraction(match[3]), UNITS[match[4]]
    if unit in _CAPACITIES:
        return True, _size(count, PIECE)
    limit = FLUID_PACK_LIMIT if unit is FLUID_OUNCE else WEIGHT_PACK_LIMIT
    if holder is PACK and unit in (OUNCE, FLUID_OUNCE) and number <= limit:
        return True, _size(number, unit, count)
    return True, _size(number, unit)


def _times(text: str, fluid: bool) -> _Found:
    match = _TIMES.match(text)
    if not match or re.match(rf"\d-{_PROPER} ", text):
        return _NOTHING
    count, number, unit = Fraction(match[1]), _number(match[2]), _resolve(match[3], fluid)
    if unit in _RANGE_UNITS and "X" not in text and "×" not in text:
        return True, None
    if number <= 0 or count <= 0:
        return True, None
    return True, _size(number, unit, count)


_FORMS = (
    _fraction,
    _pounds_and_ounces,
    _count_and_ounces,
    _count_of,
    _amount_in,
    _times,
)
