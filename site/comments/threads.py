"""A page's conversation, as readers see it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.paginator import Page as PaginatedPage
from django.core.paginator import Paginator
from django.db.models import Count, Exists, OuterRef, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from comments.forms import CommentForm
from comments.models import (
    Comment,
    CommentQuerySet,
    CommentSettings,
    DiscussedPage,
    Discussion,
    State,
)
from comments.pages import closes_at, is_open
from comments.service import is_in_use
from core.html import from_text

THREADS_ON_A_PAGE = 50
PARAMETER = "comments"
"""Which page of a conversation, in an address."""


class Said(NamedTuple):
    """What readers see of a comment, or see it by."""

    pk: int
    parent_id: int | None
    key: str
    about: str
    state: str
    name: str
    library: str
    text: str
    user_id: int | None
    created_at: datetime.datetime
    edited_at: datetime.datetime | None
    struck_at: datetime.datetime | None


class Words(NamedTuple):
    """What stands around each comment, put into the reader's language once for all of a page."""

    by: str
    link: str
    of_team: str
    reply: str
    reply_to: str
    report: str
    report_of: str

    @classmethod
    def chosen(cls) -> "Words":
        return cls(
            by=_("Comment by %(name)s"),
            link=_("(link to this comment)"),
            of_team=_("of the team"),
            reply=_("Reply"),
            reply_to=_("to %(name)s"),
            report=_("Report"),
            report_of=_("the comment by %(name)s"),
        )


@dataclass
class Spoken:
    """A comment in its place; one that is gone but was replied to says nothing itself."""

    comment: Said
    depth: int
    """From 1; no deeper than the settings say, however deep it lies."""
    words: Words
    replies: list["Spoken"] = field(default_factory=list)

    @property
    def is_gone(self) -> bool:
        return self.comment.state != State.PUBLISHED

    @property
    def html(self) -> SafeString:
        return from_text(self.comment.text)

    @property
    def address(self) -> str:
        """Its own; what is done about it lies below."""
        return reverse("comments:comment", args=[self.comment.key])

    @cached_property
    def sent_at(self) -> datetime.datetime:
        """In the time zone that readers are told times in."""
        return timezone.localtime(self.comment.created_at)

    @property
    def iso_time(self) -> str:
        return self.sent_at.isoformat()

    @property
    def time(self) -> str:
        return date_format(self.sent_at, "DATETIME_FORMAT")

    @property
    def label(self) -> str:
        return self._named(self.words.by)

    @property
    def reply_to(self) -> str:
        return self._named(self.words.reply_to)

    @property
    def report_of(self) -> str:
        return self._named(self.words.report_of)

    def _named(self, words: str) -> str:
        return words % {"name": self.comment.name}


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

    @cached_property
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
    count, of_threads = _counts(comments, questions)
    # Without any nothing more is asked, as on most pages.
    beginnings = threads_in_order(comments, questions) if count else comments.none()
    paginator = Paginator(beginnings.values_list(*Said._fields), THREADS_ON_A_PAGE)
    paginator.count = of_threads
    listing = paginator.get_page(request.GET.get(PARAMETER))
    threads = list(map(Said._make, listing.object_list))
    answers = _answers(comments, questions) if count and questions else []
    spoken = _spoken([*threads, *answers], comments, max(2, settings.depth))
    by_question: dict[str, list[Spoken]] = {}
    for one in answers:
        by_question.setdefault(one.about, []).append(spoken[one.pk])
    return Conversation(
        page=page,
        settings=settings,
        count=count,
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


def _counts(comments: CommentQuerySet, questions: list[str]) -> tuple[int, int]:
    """Return how many comments readers see, and how many threads beneath the page."""
    of_thread = _begins() & ~Q(about__in=questions)
    published = Count("pk", filter=Q(state=State.PUBLISHED))
    counts = comments.aggregate(shown=published, threads=Count("pk", filter=of_thread))
    return counts["shown"], counts["threads"]


def _answers(comments: CommentQuerySet, questions: list[str]) -> list[Said]:
    return _said(_beginnings(comments).filter(about__in=questions))


def _said(comments: CommentQuerySet) -> list[Said]:
    return list(map(Said._make, comments.values_list(*Said._fields)))


def _begins() -> Q:
    replied = Exists(Comment.objects.published().filter(thread=OuterRef("pk")))
    return Q(parent=None) & (Q(state=State.PUBLISHED) | replied)


def _beginnings(comments: CommentQuerySet) -> CommentQuerySet:
    """Return published comments that reply to none, and others that were replied to."""
    return comments.filter(_begins()).in_order()


def _spoken(first: list[Said], comments: CommentQuerySet, depth: int) -> dict[int, Spoken]:
    """Return comments and all that replies to them, by primary key."""
    if not first:
        return {}
    replies = _said(comments.filter(thread__in=[one.pk for one in first]).in_order())
    children: dict[int, list[Said]] = {}
    for reply in replies:
        children.setdefault(reply.parent_id, []).append(reply)
    words = Words.chosen()
    return {one.pk: _with_replies(one, children, depth, words) for one in first}


def _with_replies(
    first: Said, children: dict[int, list[Said]], deepest: int, words: Words
) -> Spoken:
    """Return a thread without what is gone and was not replied to.

    Replies deeper than shown stand beneath the last level, in the order of the conversation.
    """
    root = Spoken(first, 1, words)
    stack = [(root, child) for child in reversed(children.get(first.pk, []))]
    placed: list[tuple[Spoken, Spoken]] = []
    while stack:
        above, comment = stack.pop()
        one = Spoken(comment, min(above.depth + 1, deepest), words)
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
