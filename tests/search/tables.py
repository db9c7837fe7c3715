"""The tables in which PostgreSQL keeps an index, as a test finds and leaves them."""

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

NAMES = "SELECT relname FROM pg_class WHERE relname ~ '^search_index_[0-9_]+$' AND relkind = 'r'"


def ask(connection: BaseDatabaseWrapper, sql: str, *given: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall() if cursor.description else []


def indexes() -> list[str]:
    return sorted(name for (name,) in ask(connection, NAMES))


def drop_indexes() -> None:
    """Leave none to the next test: what commits has made them, and they are no tables of models."""
    for name in indexes():
        ask(connection, f"DROP TABLE {name}, {name}_terms")
