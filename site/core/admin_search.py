"""Wagtail's database search, for the search boxes of the admin.

Its SQLite form hands a double quote and a NUL on to the index as syntax, and answers 500.
"""

from wagtail.search.backends import database

# Apostrophes part words as the others do; a query of nothing at all breaks some lists.
SYNTAX = str.maketrans('"\0', "''")


class PlainWords:
    """Takes what was typed as words and nothing else."""

    def search(self, query, *args, **kwargs):
        return super().search(_words(query), *args, **kwargs)

    def autocomplete(self, query, *args, **kwargs):
        return super().autocomplete(_words(query), *args, **kwargs)


def _words(query):
    return query.translate(SYNTAX) if isinstance(query, str) else query


def SearchBackend(params):
    """Return the backend of the database in use; the name is the one Wagtail looks for."""
    # Each can be imported only where its database is the one in use.
    chosen = type(database.SearchBackend(params))
    return type(chosen.__name__, (PlainWords, chosen), {})(params)
