"""Emptying a database and giving it the site's beginning back, in few and quick statements.

Django's own way saves every object by itself, and truncates every table, of which PostgreSQL writes
a new file each: most of what a test that commits costs beside its own work.
"""

from functools import cache
from itertools import groupby

from django.core import serializers
from django.db import transaction
from django.db.backends.base.creation import BaseDatabaseCreation
from django.db.backends.postgresql.operations import DatabaseOperations
from django.db.models import Model


def quicken() -> None:
    """Take the place of Django's own."""
    BaseDatabaseCreation.deserialize_db_from_string = _replant
    DatabaseOperations.sql_flush = _deletions


def _replant(creation: BaseDatabaseCreation, data: str) -> None:
    connection = creation.connection
    with transaction.atomic(using=connection.alias), connection.constraint_checks_disabled():
        for model, group in groupby(_parsed(data), key=lambda kept: type(kept.object)):
            some = list(group)
            if _is_in_one_table(model):
                rows = model._base_manager.using(connection.alias)
                # Before the first test that commits they are still there.
                rows.all()._raw_delete(connection.alias)
                rows.bulk_create(kept.object for kept in some)
            for kept in some:
                if not _is_in_one_table(model):
                    kept.object.save_base(raw=True, using=connection.alias)
                for name, others in (kept.m2m_data or {}).items():
                    getattr(kept.object, name).set(others)
    connection.check_constraints()


@cache
def _parsed(data: str) -> list[serializers.base.DeserializedObject]:
    return list(serializers.deserialize("json", data))


def _is_in_one_table(model: type[Model]) -> bool:
    return not model._meta.parents


def _deletions(
    operations: DatabaseOperations, style, tables, *, reset_sequences=False, allow_cascade=False
) -> list[str]:
    names = map(operations.quote_name, tables)
    return ["SET CONSTRAINTS ALL DEFERRED", *(f"DELETE FROM {name}" for name in names)]
