"""One cell of text as a price, a count, a yes or no, a path or tags; Refused says what is wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

MOST_MONEY = Decimal("9999999.99")
MOST_STOCK = 2_147_483_647
LEVELS = 3
_YES = {"yes", "y", "true", "t", "1", "active", "on"}
_NO = {"no", "n", "false", "f", "0", "inactive", "off"}
_CODE = re.compile(r"^[A-Z]{3}\b|\b[A-Z]{3}$")
_RANGE = re.compile(r"\d\s*(?:[-–—~]|to|bis)\s*\D{0,2}\d", re.IGNORECASE)
_SPACES = re.compile(r"(?<=\d)[\s'’](?=\d{3})")
_PLAIN = re.compile(r"\d*[.]?\d+|\d+[.]")


class Refused(Exception):
    """The cell cannot be used; the text is the reason."""


def price(text: str) -> Decimal:
    """An amount above zero with at most two decimals: "$1,299.00", "1.299,00 €", "1299".

    Where both separators occur the last one is the decimal one; one that occurs twice, or a comma
    before exactly three digits, separates thousands. "1.299" can be both and is refused, as are
    ranges, several for a price, cents, and whatever is not one number.
    """
    bare = _SPACES.sub("", _without_currency(text))
    if _RANGE.search(bare):
        raise Refused(f"{text!r} is a range; one price is needed")
    if bare.startswith(("-", "−")) or (bare.startswith("(") and bare.endswith(")")):
        raise Refused(f"{text!r} is negative; a price is above zero")
    number = _point(bare, text)
    if not _PLAIN.fullmatch(number):
        raise Refused(f"{text!r} is not a number")
    amount = Decimal(number)
    if amount == 0:
        raise Refused(f"{text!r} is zero; a price is above zero")
    if amount > MOST_MONEY:
        raise Refused(f"{text!r} is more than {MOST_MONEY:,}")
    if amount != amount.quantize(Decimal("0.01")):
        raise Refused(f"{text!r} has more than two decimals")
    return amount.quantize(Decimal("0.01"))


def stock(text: str) -> int:
    """Whole units, zero or more; "12.0" and "1,200" are whole."""
    number = re.sub(r"(?<=\d)[,\s](?=\d{3}\b)", "", text)
    if not re.fullmatch(r"\d+(\.0+)?", number):
        raise Refused(f"{text!r} is not a whole number of zero or more")
    count = int(number.partition(".")[0])
    if count > MOST_STOCK:
        raise Refused(f"{text!r} is more than {MOST_STOCK:,}")
    return count


def yes_or_no(text: str) -> bool:
    answer = text.casefold()
    if answer not in _YES | _NO:
        raise Refused(f"{text!r} is neither yes nor no")
    return answer in _YES


def path(text: str) -> tuple[str, str, str]:
    """Department, aisle, type. With fewer levels the last one is repeated; deeper ones are joined
    into the type."""
    levels = [" ".join(level.split()) for level in text.split(">")]
    if not all(levels):
        raise Refused(f"{text!r} has an empty level; write Department > Aisle > Type")
    if len(levels) > LEVELS:
        levels = [*levels[:2], " / ".join(levels[2:])]
    levels += [levels[-1]] * (LEVELS - len(levels))
    department, aisle, kind = (short(level, most=120) for level in levels)
    return department, aisle, kind


def tags(text: str, *, known: Mapping[str, str]) -> list[str]:
    """Keys of ``known``, sorted, from a list by comma, semicolon or bar; labels count as keys."""
    by_label = {label.casefold(): key for key, label in known.items()}
    found = set()
    for part in re.split(r"[,;|]", text):
        if word := " ".join(part.split()).casefold():
            key = by_label.get(word, word.replace(" ", "-").replace("_", "-"))
            if key not in known:
                raise Refused(f"{part.strip()!r} is not a known tag; known are {', '.join(known)}")
            found.add(key)
    return sorted(found)


def short(text: str, *, most: int) -> str:
    """A text of at most ``most`` characters on one line."""
    line = " ".join(text.split())
    if len(line) > most:
        raise Refused(f"has {len(line)} characters; at most {most} fit")
    if "\x00" in line:
        raise Refused("contains a NUL character")
    return line


def _without_currency(text: str) -> str:
    if "¢" in text:
        raise Refused(f"{text!r} is in cents; write 0.99, not 99¢")
    bare = "".join(" " if unicodedata.category(sign) == "Sc" else sign for sign in text)
    return _CODE.sub("", bare.strip()).strip()


def _point(bare: str, text: str) -> str:
    """The number with a point as its decimal separator and none for thousands."""
    points, commas = bare.count("."), bare.count(",")
    if points and commas:
        decimal, thousands = (".", ",") if bare.rfind(".") > bare.rfind(",") else (",", ".")
        whole, _, rest = bare.rpartition(decimal)
        if decimal in whole or not re.fullmatch(rf"\d{{1,3}}(\{thousands}\d{{3}})+", whole):
            raise Refused(f"{text!r} is not a number: its separators are out of place")
        return f"{whole.replace(thousands, '')}.{rest}"
    separator = "," if commas else "."
    if points + commas > 1:
        if not re.fullmatch(rf"[1-9]\d{{0,2}}(\{separator}\d{{3}})+", bare):
            raise Refused(f"{text!r} is not a number: its separators are out of place")
        return bare.replace(separator, "")
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", bare):
        raise Refused(f"{text!r} can be read in two ways; write 1299.00 or 1.30")
    if re.fullmatch(r"[1-9]\d{0,2},\d{3}", bare):
        return bare.replace(",", "")
    return bare.replace(",", ".")
