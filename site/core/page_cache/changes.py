"""What readers may see has changed: told by what is written, not by who remembers to say so.

Every statement of a connection is looked at as it runs, those of `update()`, `bulk_create()` and
raw SQL too. A table counts as shown to readers unless its app says that it never is.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache

from django.db import connection as default_connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from core.offers import Offers
from core.page_cache.stores import current_store

never_shown: Offers[type[Model]] = Offers()
"""Models of which no page for all readers shows anything."""

_WRITES = re.compile(
    r"""\s*(?:insert\s+(?:or\s+\w+\s+)?into|replace\s+into|update(?:\s+or\s+\w+)?|delete\s+from)"""
    r"""\s+(?:only\s+)?["`\[]?(\w+)""",
    re.IGNORECASE,
)
_HIDES = re.compile(r"\s*with\b.*\b(?:insert|update|delete)\b", re.IGNORECASE | re.DOTALL)
_DEFINES = re.compile(r"\s*(?:truncate|drop|alter|create)\b", re.IGNORECASE)


def watch(connection: BaseDatabaseWrapper, **kwargs) -> None:
    """Look at what a connection writes, from now on. A receiver of `connection_created`."""
    if _look not in connection.execute_wrappers:
        connection.execute_wrappers.append(_look)


def are_waiting() -> bool:
    """Say whether this transaction has written what readers may see, and not yet committed."""
    return _is_told(default_connection)


@contextmanager
def unseen() -> Iterator[None]:
    """Write what readers do not see into tables of which they see other columns or rows."""
    was_quiet = getattr(default_connection, "writes_unseen", False)
    default_connection.writes_unseen = True
    try:
        yield
    finally:
        default_connection.writes_unseen = was_quiet


def _look(execute: Callable, sql: object, params: object, many: bool, context: dict) -> object:
    result = execute(sql, params, many, context)
    connection = context["connection"]
    if not getattr(connection, "writes_unseen", False) and _changes_pages(str(sql)):
        _tell(connection)
    return result


def _changes_pages(sql: str) -> bool:
    if sql.startswith("SELECT"):
        return False
    if written := _WRITES.match(sql):
        return written[1] not in _unseen_tables()
    return bool(_HIDES.match(sql) or _DEFINES.match(sql))


@cache
def _unseen_tables() -> frozenset[str]:
    return frozenset(model._meta.db_table for model in never_shown)


def _tell(connection: BaseDatabaseWrapper) -> None:
    # The list is emptied by a rollback, and so is what we know from it.
    if not _is_told(connection):
        connection.on_commit(_purge, robust=True)


def _is_told(connection: BaseDatabaseWrapper) -> bool:
    return any(entry[1] is _purge for entry in connection.run_on_commit)


def _purge() -> None:
    current_store().purge()
