"""A page's conversation, as readers see it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.core.paginator import Page as PaginatedPage
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest
from django.utils.functional import cached_property

from comments.forms import CommentForm
from comments.models import Comment, CommentQuerySet, CommentSettings, DiscussedPage, Discussion
from comments.pages import closes_at, is_open
from comments.service import is_in_use

THREADS_ON_A_PAGE = 50
PARAMETER = "comments"
"""Which page of a conversation, in an address."""


@dataclass
class Spoken:
    """A comment in its place; one that is gone but was replied to says nothing itself."""

    comment: Comment
    depth: int
    """From 1; no deeper than the settings say, however deep it lies."""
    replies: list["Spoken"] = field(default_factory=list)

    @property
    def is_gone(self) -> bool:
        return not self.comment.is_published


@dataclass
class Conversation:
    """What a page shows of its comments."""

    page: DiscussedPage
    settings: CommentSettings
    count: int
    """Of published comments, those about questions included."""
    threads: list[Spoken]
    listing: PaginatedPage
    answers: dict[str, list[Spoken]]
    """Threads about questions on the page, by the question's key."""

    @property
    def is_open(self) -> bool:
        return is_open(self.page, self.settings)

    @property
    def asks_akismet(self) -> bool:
        return is_in_use()

    @property
    def closing(self) -> datetime.datetime | None:
        return closes_at(self.page, self.settings) if self.is_open else None

    @cached_property
    def form(self) -> CommentForm:
        """Without a stamp or a token: the page is stored."""
        return CommentForm(self.page)


def discussion_of(
    page: DiscussedPage, request: HttpRequest, questions: Iterable[str] = ()
) -> Conversation | None:
    """Return a page's conversation, in a number of queries that does not grow; None where off.

    `questions` are the keys of those that still stand on the page; threads about others are
    shown among the rest.
    """
    if page.discussion_state == Discussion.OFF or not page.pk:
        return None
    settings = CommentSettings.load(request_or_site=request)
    comments = Comment.objects.on(page)
    questions = list(questions)
    beginnings = threads_in_order(comments, questions)
    listing = Paginator(beginnings, THREADS_ON_A_PAGE).get_page(request.GET.get(PARAMETER))
    threads = list(listing.object_list)
    answers = list(_beginnings(comments).filter(about__in=questions)) if questions else []
    spoken = _spoken([*threads, *answers], comments, max(2, settings.depth))
    by_question: dict[str, list[Spoken]] = {}
    for one in answers:
        by_question.setdefault(one.about, []).append(spoken[one.pk])
    return Conversation(
        page=page,
        settings=settings,
        count=comments.published().count(),
        threads=[spoken[one.pk] for one in threads],
        listing=listing,
        answers=by_question,
    )


def page_of(comment: Comment, questions: Iterable[str] = ()) -> int:
    """Return on which page of the conversation a comment stands, from 1."""
    first = comment.thread or comment
    if first.about in list(questions):
        return 1
    before = Q(created_at__lt=first.created_at) | Q(created_at=first.created_at, pk__lt=first.pk)
    comments = Comment.objects.filter(page_id=comment.page_id)
    return threads_in_order(comments, questions).filter(before).count() // THREADS_ON_A_PAGE + 1


def threads_in_order(comments: CommentQuerySet, questions: Iterable[str]) -> CommentQuerySet:
    """Return what begins each thread beneath the page, the oldest first."""
    return _beginnings(comments).exclude(about__in=list(questions))


def _beginnings(comments: CommentQuerySet) -> CommentQuerySet:
    """Return published comments that reply to none, and others that were replied to."""
    replied = Exists(Comment.objects.published().filter(thread=OuterRef("pk")))
    first = comments.filter(parent=None).select_related("user")
    return first.filter(Q(state="published") | replied).in_order()


def _spoken(first: list[Comment], comments: CommentQuerySet, depth: int) -> dict[int, Spoken]:
    """Return comments and all that replies to them, by primary key."""
    replies = comments.filter(thread__in=[one.pk for one in first]).in_order()
    children: dict[int, list[Comment]] = {}
    for reply in replies:
        children.setdefault(reply.parent_id, []).append(reply)
    return {one.pk: _with_replies(one, children, depth) for one in first}


def _with_replies(first: Comment, children: dict[int, list[Comment]], deepest: int) -> Spoken:
    """Return a thread without what is gone and was not replied to.

    Replies deeper than shown stand beneath the last level, in the order of the conversation.
    """
    root = Spoken(first, depth=1)
    stack = [(root, child) for child in reversed(children.get(first.pk, []))]
    placed: list[tuple[Spoken, Spoken]] = []
    while stack:
        above, comment = stack.pop()
        one = Spoken(comment, depth=min(above.depth + 1, deepest))
        placed.append((above, one))
        stack += [(one, child) for child in reversed(children.get(comment.pk, []))]
    return _pruned(root, placed, deepest)


def _pruned(root: Spoken, placed: list[tuple[Spoken, Spoken]], deepest: int) -> Spoken:
    alive: set[int] = set()
    for above, one in reversed(placed):
        if not one.is_gone or id(one) in alive:
            alive.add(id(above))
            alive.add(id(one))
    host = {id(root): root}
    for above, one in placed:
        if one.is_gone and id(one) not in alive:
            continue
        # What would lie deeper than shown hangs on the last that may have replies.
        shown_under = host[id(above)]
        shown_under.replies.append(one)
        host[id(one)] = one if one.depth < deepest else shown_under
    return root
