"""Queries of the ORM whose SQL is worked out once, for those that every panel waits for.

Working it out takes several times as long as the database takes to answer.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, QuerySet, Value


class Given(Value):
    """Stands in a query for a value that is given by this ``name`` at each call.

    With ``at`` it stands for one value of a list.
    """

    def __init__(self, name: str, output_field: Field[Any, Any], at: int | None = None) -> None:
        super().__init__(None, output_field=output_field)
        self.name, self.at = name, at

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def prepared(self, values: Mapping[str, Any], database: BaseDatabaseWrapper) -> Any:
        """The value as the database's driver takes it; KeyError when it was not given."""
        value = values[self.name] if self.at is None else values[self.name][self.at]
        return self.output_field.get_db_prep_value(value, database)


class Prepared:
    """``make`` is called once per kind of database: a ``values_list`` with ``Given`` in it."""

    def __init__(self, make: Callable[[], QuerySet[Any, Any]]) -> None:
        self._make = make
        self._kept: dict[str, _Statement] = {}
        self._lock = threading.Lock()

    def rows(self, **given: Any) -> list[tuple[Any, ...]]:
        """What the query gives for these values, as ``values_list`` would."""
        database = connections[DEFAULT_DB_ALIAS]
        with self._lock:
            statement = self._kept.get(database.vendor)
            if statement is None:
                statement = self._kept[database.vendor] = _Statement(self._make(), database)
        return statement.rows(given, database)


class _Statement:
    def __init__(self, queryset: QuerySet[Any, Any], database: BaseDatabaseWrapper) -> None:
        compiler = queryset.query.get_compiler(connection=database)
        self.sql, self.params = compiler.as_sql()
        columns = [column for column, *_ in compiler.select[: compiler.col_count]]
        self.converters = [
            (at, converter, column)
            for at, (converters, column) in compiler.get_converters(columns).items()
            for converter in converters
        ]

    def rows(
        self, given: Mapping[str, Any], database: BaseDatabaseWrapper
    ) -> list[tuple[Any, ...]]:
        params = [p.prepared(given, database) if isinstance(p, Given) else p for p in self.params]
        with database.cursor() as cursor:
            cursor.execute(self.sql, params)
            found: list[tuple[Any, ...]] = cursor.fetchall()
        if not self.converters:
            return found
        rows = [list(row) for row in found]
        for at, converter, column in self.converters:
            for row in rows:
                row[at] = converter(row[at], column, database)
        return [tuple(row) for row in rows]
