"""What happens to persons, teams and tags that chats name."""

from django.db.models.signals import post_delete, post_save, pre_delete
from taggit.models import Tag

from chats.findable import naming, refresh_both, refresh_naming
from people.models import Person, Team


def connect() -> None:
    for model in (Person, Team, Tag):
        post_save.connect(_saved, sender=model)
        pre_delete.connect(_to_be_deleted, sender=model)
        post_delete.connect(_deleted, sender=model)


def _saved(instance, created, raw=False, **kwargs) -> None:
    if not (created or raw):
        refresh_naming(instance)


def _to_be_deleted(instance, **kwargs) -> None:
    # Once it is deleted, nothing tells any more who named it.
    instance.was_named_by = naming(instance)


def _deleted(instance, **kwargs) -> None:
    refresh_both(*instance.was_named_by)
