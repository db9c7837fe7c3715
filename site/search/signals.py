"""What happens to pages outside of their own saving."""

from django.db.models.signals import post_delete, post_save
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import post_page_move

from core.findable import findables
from search.entries import forget_object, refresh_object, refresh_subtree


def connect() -> None:
    for findable in findables:
        # Not for all models: Django would fetch each row of theirs before it is deleted.
        post_delete.connect(_deleted, sender=findable.model)
    post_save.connect(_saved_as_plain_page, sender=Page)
    post_page_move.connect(_moved)
    post_save.connect(_restricted, sender=PageViewRestriction)
    post_delete.connect(_restricted, sender=PageViewRestriction)


def _deleted(instance, **kwargs) -> None:
    forget_object(instance)


def _saved_as_plain_page(instance, raw=False, **kwargs) -> None:
    """Wagtail saves it so, past the page's own model: it takes down the aliases of a page."""
    if not raw:
        refresh_object(instance.specific_deferred)


def _moved(instance, **kwargs) -> None:
    refresh_subtree(instance)


def _restricted(instance, raw=False, **kwargs) -> None:
    if not raw:
        refresh_subtree(instance.page)
