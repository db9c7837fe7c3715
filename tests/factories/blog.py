"""Posts to test with, made as the site makes them."""

import datetime
from collections.abc import Iterable

from blog.models import BlogPage, PostPage
from people.models import Person


def make_post(
    title: str = "Packing audiobooks",
    date: str = "2024-03-06",
    authors: Iterable[str] = (),
    tags: Iterable[str] = (),
    live: bool = True,
    **fields,
) -> PostPage:
    """Return a post; its body is a list of pairs of a block's type and its value."""
    post = PostPage(title=title, date=datetime.date.fromisoformat(date), live=False, **fields)
    post.authors = [Person.objects.get_or_create_named(name)[0] for name in authors]
    if tags:
        post.tags.set(list(tags))
    BlogPage.objects.get().add_child(instance=post)
    revision = post.save_revision()
    if live:
        revision.publish()
    return PostPage.objects.get(pk=post.pk)
