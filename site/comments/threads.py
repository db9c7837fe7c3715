"""A page's conversation, as readers see it."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.core.paginator import Page as PaginatedPage
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.db.models.functions import Coalesce
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
from core.keys import ALPHABET
from core.page_cache.parts import kept

THREADS_ON_A_PAGE = 50
PARAMETER = "comments"
"""Which page of a conversation, in an address."""
STAND_IN = ALPHABET[0] * 12


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
    """What stands around each comment: put into the reader's language once for all of a page."""

    by: str
    link: str
    of_team: str
    reply: str
    reply_to: str
    report: str
    report_of: str
    address: str
    """Of a comment, with STAND_IN for its key."""

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
            address=reverse("comments:comment", args=[STAND_IN]),
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
        return self.words.address.replace(STAND_IN, self.comment.key)

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


class Thread(NamedTuple):
    """One in which there is something to read."""

    began_at: datetime.datetime
    first: int
    """The key of the comment that began it, which itself may be gone."""
    of: str
    """The key of a question that it is about; blank for none."""
    count: int
    """Of its published comments."""


class Conversation:
    """What a page shows of its comments.

    All of it is fetched as it is asked for, in a number of queries that does not grow: a page of
    which the parts are kept asks nothing.
    """

    def __init__(self, page: DiscussedPage, request: HttpRequest) -> None:
        self.page = page
        self._request = request

    @cached_property
    def settings(self) -> CommentSettings:
        return kept(self._request, "comment_settings", CommentSettings.load)

    @property
    def count(self) -> int:
        """Of published comments, those about questions included."""
        return sum(one.count for one in self._threads)

    @cached_property
    def number(self) -> int:
        """Which page of it is shown, from 1; the first where none is asked for."""
        return self.listing.number if PARAMETER in self._request.GET else 1

    @cached_property
    def listing(self) -> PaginatedPage:
        """A page of the threads beneath the page, each the key of the comment that began it."""
        paginator = Paginator(beneath(self._threads, self._questions), THREADS_ON_A_PAGE)
        return paginator.get_page(self._request.GET.get(PARAMETER))

    @property
    def threads(self) -> list[Spoken]:
        return self._placed[0]

    @property
    def answers(self) -> dict[str, list[Spoken]]:
        """Threads about questions on the page, by the question's key."""
        return self._placed[1]

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

    @cached_property
    def _questions(self) -> list[str]:
        """Keys of those that still stand on the page; threads about others are among the rest."""
        return list(self.page.discussed_questions)

    @cached_property
    def _threads(self) -> list[Thread]:
        return threads_in_order(Comment.objects.on(self.page))

    @cached_property
    def _placed(self) -> tuple[list[Spoken], dict[str, list[Spoken]]]:
        below = list(self.listing.object_list)
        answers = [one for one in self._threads if one.of in self._questions]
        first = [*below, *(one.first for one in answers)]
        # Without any nothing more is asked, as on most pages.
        spoken = _spoken(first, max(2, self.settings.depth)) if first else {}
        by_question: dict[str, list[Spoken]] = {}
        # What was erased meanwhile is missing.
        for one in answers:
            if one.first in spoken:
                by_question.setdefault(one.of, []).append(spoken[one.first])
        return [spoken[pk] for pk in below if pk in spoken], by_question


def discussion_of(page: DiscussedPage, request: HttpRequest) -> Conversation | None:
    """Return a page's conversation; None where it is off."""
    is_off = page.discussion_state == Discussion.OFF or not page.pk
    return None if is_off else Conversation(page, request)


def page_of(comment: Comment, questions: Iterable[str] = ()) -> int:
    """Return on which page of the conversation a published comment stands, from 1."""
    threads = threads_in_order(Comment.objects.filter(page_id=comment.page_id))
    below, first = beneath(threads, questions), comment.thread_id or comment.pk
    return below.index(first) // THREADS_ON_A_PAGE + 1 if first in below else 1


def threads_in_order(comments: CommentQuerySet) -> list[Thread]:
    """Return the threads of a page, the oldest first, in one query."""
    threads = comments.published().values(
        began_at=Coalesce("thread__created_at", "created_at"),
        first=Coalesce("thread", "pk"),
        of=Coalesce("thread__about", "about"),
    )
    counted = threads.annotate(count=Count("pk")).order_by("began_at", "first")
    return list(map(Thread._make, counted.values_list(*Thread._fields)))


def beneath(threads: Iterable[Thread], questions: Iterable[str]) -> list[int]:
    """Return what began those threads that stand beneath the page: about none of its questions."""
    above = set(questions)
    return [one.first for one in threads if one.of not in above]


def _spoken(first: list[int], depth: int) -> dict[int, Spoken]:
    """Fetch comments and all that replies to them, by primary key."""
    fetched = Comment.objects.filter(Q(pk__in=first) | Q(thread__in=first)).in_order()
    said = list(map(Said._make, fetched.values_list(*Said._fields)))
    children: dict[int | None, list[Said]] = {}
    for one in said:
        children.setdefault(one.parent_id, []).append(one)
    words = Words.chosen()
    return {one.pk: _with_replies(one, children, depth, words) for one in children.get(None, [])}


def _with_replies(
    first: Said, children: dict[int | None, list[Said]], deepest: int, words: Words
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
