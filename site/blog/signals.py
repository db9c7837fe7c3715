"""What follows where persons and tags change that posts name, and where sent files go."""

from django.db.models.signals import post_delete, post_save, pre_delete
from taggit.models import Tag

from blog.findable import posts_naming, refresh_posts
from blog.models import SubmissionFile
from blog.submissions.keeping import delete_file
from people.models import Person


def connect() -> None:
    for model in (Person, Tag):
        post_save.connect(_saved, sender=model)
        pre_delete.connect(_to_be_deleted, sender=model)
        post_delete.connect(_deleted, sender=model)
    post_delete.connect(_file_deleted, sender=SubmissionFile)


def _saved(instance, created, raw=False, **kwargs) -> None:
    if not (created or raw):
        refresh_posts(posts_naming(instance))


def _to_be_deleted(instance, **kwargs) -> None:
    # Once it is deleted, nothing tells any more who named it.
    instance.was_written_by = posts_naming(instance)


def _deleted(instance, **kwargs) -> None:
    refresh_posts(instance.was_written_by)


def _file_deleted(instance, **kwargs) -> None:
    delete_file(instance)
