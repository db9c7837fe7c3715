"""What follows where persons and tags change that posts name, and where sent files go."""

from django.db.models.signals import post_delete
from taggit.models import Tag

from blog.findable import POSTS, posts_naming
from blog.models import SubmissionFile
from blog.submissions.keeping import delete_file
from people.models import Person
from search.naming import follow_names


def connect() -> None:
    follow_names(POSTS, (Person, Tag), posts_naming)
    post_delete.connect(_file_deleted, sender=SubmissionFile)


def _file_deleted(instance, **kwargs) -> None:
    delete_file(instance)
