"""Comments made up, as if they had come over time and all mail had left."""

import datetime
import random
from collections.abc import Iterable, Iterator
from itertools import chain

from django.utils import timezone
from django.utils.text import capfirst
from wagtail.models import Page

from blog.models import PostPage
from chats.models import ChatPage
from comments.models import Comment, State
from core.text import folded
from operate.benchmarks.language import some_words
from operate.benchmarks.load.planting import WORDS_SEED, batches

ON_A_PAGE = 50
REPLIES = 3
"""Of so many comments, one replies to the one before it."""
WORDS = 10, 60
AUTHORS = 200


def make_comments(comments: int) -> None:
    """Make published comments, fifty a page: on posts first, then on chats, the oldest first.

    What is left when each has fifty is not made.
    """
    posts = PostPage.objects.published().order_by("date", "pk")
    chats = ChatPage.objects.published().order_by("date", "pk")
    pages = chain(posts.defer("body").iterator(), chats.iterator())
    _save(_shared_out(comments, pages))


def comment_on(page: Page, comments: int) -> None:
    """Make so many published comments on one page."""
    _save([(page, comments)])


def _shared_out(comments: int, pages: Iterable[Page]) -> Iterator[tuple[Page, int]]:
    for page in pages:
        if comments <= 0:
            return
        yield page, min(ON_A_PAGE, comments)
        comments -= ON_A_PAGE


def _save(shares: Iterable[tuple[Page, int]]) -> None:
    chance = random.Random(WORDS_SEED)  # noqa: S311 - words, not secrets
    for batch in batches(one for page, count in shares for one in _said(page, count, chance)):
        Comment.objects.bulk_create(comment for comment in batch if comment.parent is None)
        Comment.objects.bulk_create(comment for comment in batch if comment.parent)


def _said(page: Page, count: int, chance: random.Random) -> Iterator[Comment]:
    first = None
    begins_at = page.first_published_at or timezone.now()
    for number in range(count):
        at = min(begins_at + datetime.timedelta(hours=number + 1), timezone.now())
        comment = _comment(page, at, chance)
        if first and number % REPLIES == REPLIES - 1:
            comment.parent = comment.thread = first
        else:
            first = comment
        yield comment


def _comment(page: Page, at: datetime.datetime, chance: random.Random) -> Comment:
    author = chance.randint(1, AUTHORS)
    name = f"Reader {author}"
    return Comment(
        page_id=page.pk,
        name=name,
        folded_name=folded(name),
        email=f"reader{author}@example.org",
        text=capfirst(some_words(chance.randint(*WORDS), chance)) + ".",
        state=State.PUBLISHED,
        created_at=at,
        published_at=at,
        announced_at=at,
        queued_at=at,
    )
