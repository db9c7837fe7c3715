"""Readers' pages, answered from a store ahead of session, sign-in and database.

A page that is the same for all is kept once rendered, compressed, under the version that the
site's content has at that moment (`stores`). Whatever writes what readers may see ends that
version as it commits (`changes`), and so does the clock where it changes a page (`clock`): one
purge for all, since nobody can say which list, feed or tag shows a thing. What began to be
rendered before a purge is kept under the version it began with, where nobody looks any more.
"""

from collections.abc import Callable
from typing import TypeVar

View = TypeVar("View", bound=Callable)


def same_for_all(view: View) -> View:
    """Say of a view that its answers may be stored: they are the same for every reader.

    Pages of the tree are, unless an answer says `private` or `no-store`, sets a cookie or varies
    by one.
    """
    view.is_same_for_all = True
    return view
