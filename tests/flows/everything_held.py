"""Rows in every table that can hold something of a shopper, found by looking at the models.

A model is a shopper's when it has a column for a shopper's or a browser's key, or leads to one that
is. A new one is planted, looked for in the export and looked for after the erasure by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.db import models

from shop.models import Member
from tracking.models import Visitor
from tracking.visitor import Caller

KEYS = {"shopper_key", "visitor_key", "visitor_id", "member_id"}
NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)
_numbers = count(7_000_001)
PLAIN: tuple[tuple[type[models.Field], Callable[[], Any]], ...] = (
    (models.UUIDField, uuid4),
    (models.DateTimeField, lambda: NOW),
    (models.DateField, NOW.date),
    (models.DecimalField, lambda: Decimal("5.00")),
    (models.BooleanField, lambda: True),
    (models.SmallIntegerField, lambda: 1 + next(_numbers) % 90),
    (models.IntegerField, lambda: next(_numbers)),
    (models.BinaryField, bytes),
)


def shoppers_models() -> list[type[models.Model]]:
    """Every model of a shopper's, those that others lead to first."""
    found: list[type[models.Model]] = [Member, Visitor]
    every = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    ]
    while True:
        more = [model for model in every if model not in found and _leads_to(model, found)]
        if not more:
            return found
        found += more


def _leads_to(model: type[models.Model], found: list[type[models.Model]]) -> bool:
    return any(
        field.name in KEYS or field.attname in KEYS or field.related_model in found
        for field in model._meta.concrete_fields
    )


def owners(model: type[models.Model]) -> tuple[str, ...]:
    """Whose rows there are: the account's, and the browser's where it was used without one."""
    if model is Member:
        return ("account",)
    if model is Visitor:
        return ("browser",)
    led_to = [
        field.related_model
        for field in model._meta.concrete_fields
        if field.related_model in shoppers_models() and field.related_model is not model
    ]
    keyed = any(field.name == "shopper_key" for field in model._meta.concrete_fields)
    both = keyed or any("browser" in owners(related) for related in led_to)
    return ("account", "browser") if both else ("account",)


class Planted:
    """One shopper's rows: of each model one for the account and one for the browser."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.rows: dict[tuple[type[models.Model], str], models.Model] = {}
        self.marks: dict[type[models.Model], set[str]] = {}
        for model in shoppers_models():
            for owner in owners(model):
                self._plant(model, owner)

    @property
    def caller(self) -> Caller:
        member = self.rows[Member, "account"].pk
        browser = self.rows[Visitor, "browser"].pk
        return Caller(browser, None, member, f"m:{member}", consent=True, consent_answered=True)

    @property
    def traces(self) -> set[str]:
        """What must stand nowhere once the shopper is erased."""
        browser: UUID = self.rows[Visitor, "browser"].pk
        return {self.word, f"m:{self.rows[Member, 'account'].pk}", str(browser), browser.hex}

    def _plant(self, model: type[models.Model], owner: str) -> models.Model:
        """The row, made when it is not there yet; a browser's rows may hang on the account."""
        if owner not in owners(model):
            (owner,) = owners(model)
        if (model, owner) not in self.rows:
            self.rows[model, owner] = self._made(model, owner)
        return self.rows[model, owner]

    def _made(self, model: type[models.Model], owner: str) -> models.Model:
        values = {
            field.attname: self._value(model, field, owner)
            for field in model._meta.concrete_fields
            if not isinstance(field, models.AutoField)
        }
        row = model(**values)
        if isinstance(row, Member):
            row.is_staff = row.is_superuser = False
        model._base_manager.bulk_create([row])
        said = [value[0] if isinstance(value, list) else str(value) for value in values.values()]
        marks = {text for text in said if self.word in text}
        ids = {str(value) for value in values.values() if isinstance(value, UUID)}
        self.marks.setdefault(model, set()).update(marks | ids)
        return row

    def _value(self, model: type[models.Model], field: models.Field, owner: str) -> Any:
        if field.name == "shopper_key":
            return self._key(owner)
        if field.attname == "member_id" and not field.is_relation:
            return self._plant(Member, "account").pk
        if field.is_relation:
            related = field.related_model
            if related is Member and owner == "browser" and field.null:
                return None
            if related in shoppers_models() and related is not model:
                return self._plant(related, owner).pk
            return None if field.null else self._standing(related)
        return self._plain(field)

    def _key(self, owner: str) -> str:
        if owner == "account":
            return f"m:{self._plant(Member, 'account').pk}"
        return f"v:{self._plant(Visitor, 'browser').pk}"

    def _standing(self, model: type[models.Model]) -> Any:
        """A row of what is nobody's, such as a product."""
        if model not in [one for one, _ in self.rows]:
            self.rows[model, ""] = self._made(model, "")
        return self.rows[model, ""].pk

    def _plain(self, field: models.Field) -> Any:
        if field.choices:
            return field.choices[0][0]
        text = f"{self.word}-{next(_numbers)}"
        if isinstance(field, models.EmailField):
            return f"{text}@example.com"
        if isinstance(field, models.CharField | models.TextField):
            return text[: field.max_length]
        for kind, value in PLAIN:
            if isinstance(field, kind):
                return value()
        if isinstance(field, models.JSONField):
            return [text]
        raise NotImplementedError(f"no value is known for {field}: add its kind to PLAIN")


def found_in_the_database(traces: set[str]) -> dict[str, set[str]]:
    """Every column of every table in which one of them stands, with the model's name."""
    found: dict[str, set[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        names = [field.attname for field in model._meta.concrete_fields]
        for row in model._base_manager.values_list(*names):
            for name, value in zip(names, row, strict=True):
                text = json.dumps(value, default=str)
                if any(trace in text for trace in traces):
                    found.setdefault(model._meta.label, set()).add(name)
    return found
