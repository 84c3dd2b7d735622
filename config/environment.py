"""Reads settings from the environment; a wrong value stops the start with a sentence."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str) -> str:
    """The variable's text; an empty value counts as not set."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool) -> bool:
    """A yes or no."""

    def parse(value: str) -> bool:
        if value.lower() not in TRUE | FALSE:
            raise ValueError
        return value.lower() in TRUE

    return _parsed(name, default, parse, "yes or no (1, 0, true, false)")


def whole(name: str, default: int, *, at_least: int) -> int:
    """A whole number, not below ``at_least``."""

    def parse(value: str) -> int:
        number = int(value)
        if number < at_least:
            raise ValueError
        return number

    return _parsed(name, default, parse, f"a whole number, {at_least} or more")


def amount(name: str, default: str) -> Decimal:
    """An amount of money with at most two decimals, not below zero."""

    def parse(value: str) -> Decimal:
        if not re.fullmatch(r"\d{1,7}(\.\d{1,2})?", value):
            raise ValueError
        return Decimal(value).quantize(Decimal("0.01"))

    return _parsed(name, Decimal(default), parse, "an amount such as 0 or 2.50")


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """One of a few words."""

    def parse(value: str) -> str:
        if value not in allowed:
            raise ValueError
        return value

    return _parsed(name, default, parse, "one of " + ", ".join(allowed))


def url(name: str, default: str, *, schemes: tuple[str, ...]) -> str:
    """A URL whose scheme is one of ``schemes``."""

    def parse(value: str) -> str:
        if "://" not in value or value.split("://", 1)[0] not in schemes:
            raise ValueError
        return value

    wanted = "a URL that starts with " + " or ".join(f"{scheme}://" for scheme in schemes)
    return _parsed(name, default, parse, wanted)


def time_zone(name: str, default: str) -> str:
    """The name of a time zone, such as Europe/Paris."""

    def parse(value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, OSError):
            raise ValueError from None
        return value

    return _parsed(name, default, parse, "a time zone's name")


def folder(name: str, default: Path) -> Path:
    """A folder that is there, or is made now, and can be written to."""
    path = Path(text(name, str(default))).resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"{name} is {str(path)!r}, which cannot be made: {error.strerror}."
        ) from None
    if not os.access(path, os.W_OK):
        raise ImproperlyConfigured(f"{name} is {str(path)!r}, which cannot be written to.")
    return path


def _parsed(name: str, default: T, parse: Callable[[str], T], wanted: str) -> T:
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    try:
        return parse(value)
    except ValueError:
        # A URL may hold a password, so only its scheme is repeated.
        shown = value.split("://", 1)[0] + "://…" if "://" in value else value
        raise ImproperlyConfigured(f"{name} is {shown!r}, which is not {wanted}.") from None
