"""A comment comes in: kept once, and published only where nothing holds it."""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from comments.findable import COMMENTS
from comments.models import (
    LONGEST_NAME,
    Comment,
    CommentQuerySet,
    CommentSettings,
    Deed,
    DiscussedPage,
    Question,
    SentIn,
    State,
)
from comments.moving import record
from comments.rules import Origin, reasons_to_hold
from comments.service import is_in_use
from core.text import folded
from core.throttling import allows
from outbox.addresses import key_of
from people.models import Person
from search.entries import refresh

HOUR = timedelta(hours=1)
MOMENT = timedelta(minutes=10)
MANY_IN_A_MOMENT = 5
"""More than so many from one client or address are held."""
MOST_AN_HOUR = 60
"""More than so many from one client are not taken."""
SAME_FOR = timedelta(days=1)
"""How long the same words of the same author in the same place are one comment."""


class TooMany(Exception):
    """Somebody sends more than anybody writes. Nothing was kept."""


@dataclass(frozen=True)
class Sender:
    """Who sends, as far as a request tells."""

    client: str = ""
    """As core.throttling.client_of."""
    ip: str | None = None
    agent: str = ""
    referrer: str = ""
    user: User | None = None
    """Staff who may moderate where it is sent to."""
    proven: str = ""
    """The address that this browser has shown to be its reader's own."""
    is_trapped: bool = False
    age: float | None = None
    """Seconds since the form was shown."""


@dataclass(frozen=True)
class Written:
    """What was written, cleaned."""

    name: str
    email: str
    text: str
    library: str = ""
    wants_replies: bool = False
    parent: Comment | None = None
    about: str = ""


@dataclass(frozen=True)
class Submitted:
    comment: Comment
    is_new: bool = True
    """False where it is here already."""


def submit(page: DiscussedPage, written: Written, sender: Sender) -> Submitted:
    """Keep a comment, once; publish it if nothing holds it. Raises TooMany."""
    digest = _digest(page, written)
    if same := Comment.objects.filter(digest=digest).first():
        return Submitted(same, is_new=False)
    if sender.user is None and not allows("comment an hour", sender.client, MOST_AN_HOUR, HOUR):
        raise TooMany
    comment = Comment(
        page_id=page.pk,
        about=written.about,
        parent=written.parent,
        thread_id=_thread_of(written.parent),
        name=written.name,
        email=written.email,
        library=written.library,
        text=written.text,
        wants_replies=written.wants_replies,
        digest=digest,
    )
    note_sender(comment, sender)
    settings = CommentSettings.load()
    comment.reasons = reasons_to_hold(comment, origin_of(comment, sender), settings)
    question_or_publish(comment)
    try:
        with transaction.atomic():
            comment.save(force_insert=True)
            by = sender.user or ("author" if sender.proven else "")
            record(comment, Deed.SENT, by)
            refresh(COMMENTS, [comment.pk])
    except IntegrityError:
        if same := Comment.objects.filter(digest=digest).first():
            return Submitted(same, is_new=False)
        raise
    return Submitted(comment)


@transaction.atomic
def edit(comment: Comment, text: str, sender: Sender) -> Comment:
    """Change an author's own words, and look at them anew.

    Raises ValueError if somebody has decided on the comment in the meantime.
    """
    comment = Comment.objects.select_for_update(of=("self",)).get(pk=comment.pk)
    if comment.state not in (State.HELD, State.PUBLISHED) or comment.struck_at:
        raise ValueError("It is not its author's to change any more.")
    if text == comment.text:
        return comment
    comment.text = comment.text_as_sent = text
    comment.edited_at = timezone.now()
    comment.digest = ""
    settings = CommentSettings.load()
    origin = origin_of(comment, replace(sender, age=None, is_trapped=False))
    comment.reasons = reasons_to_hold(comment, origin, settings)
    comment.state, comment.queued_at, comment.asked = State.HELD, None, 0
    question_or_publish(comment)
    comment.save()
    record(comment, Deed.EDIT, sender.user or "author")
    refresh(COMMENTS, [comment.pk])
    return comment


def note_sender(sent: SentIn, sender: Sender) -> None:
    """Keep with what was sent where it came from, as the spam service is told it."""
    sent.user = sender.user
    sent.is_proven = bool(sender.user) or (
        bool(sender.proven) and key_of(sender.proven) == key_of(sent.email)
    )
    sent.ip = sender.ip
    sent.agent = sender.agent[:500]
    sent.referrer = sender.referrer[:500]
    sent.folded_name = folded(sent.name)[:LONGEST_NAME]
    sent.text_as_sent = sent.text


def question_or_publish(comment: Comment) -> None:
    """Publish what nothing holds; where a spam service is in use, ask it first, but of staff."""
    if comment.user_id is None and is_in_use():
        comment.question, comment.ask_at = Question.CHECK, timezone.now()
        comment.reasons = [*comment.reasons, {"rule": "akismet_wait", "said": ""}]
    elif not comment.reasons:
        comment.state = State.PUBLISHED
        comment.published_at = comment.published_at or timezone.now()


def forget_digests() -> None:
    """Let the same words be said again, a day later."""
    old = Comment.objects.filter(created_at__lt=timezone.now() - SAME_FOR)
    old.exclude(digest="").update(digest="")


def origin_of(sent: SentIn, sender: Sender) -> Origin:
    """Return what is known of where something came from."""
    earlier = Comment.objects.published()
    if isinstance(sent, Comment):
        earlier = earlier.exclude(pk=sent.pk)
    return Origin(
        is_known=earlier.of_author(sent.email).exists(),
        borrows_name=_borrows_name(sent, earlier),
        is_flood=_is_flood(sent.email, sender),
        is_trapped=sender.is_trapped,
        age=sender.age,
    )


def _borrows_name(sent: SentIn, earlier: CommentQuerySet) -> bool:
    if sent.is_proven:
        return False
    namesakes = earlier.filter(is_proven=True, folded_name=sent.folded_name)
    if namesakes.exclude(email__iexact=sent.email).exists():
        return True
    of_the_site = Person.objects.values_list("name", flat=True)
    return sent.folded_name in map(folded, of_the_site)


def _is_flood(email: str, sender: Sender) -> bool:
    if sender.user is not None:
        return False
    # Both are counted, whichever is too many.
    by_client = allows("comment", sender.client, MANY_IN_A_MOMENT, MOMENT)
    by_address = not email or allows("comment by", key_of(email), MANY_IN_A_MOMENT, MOMENT)
    return not (by_client and by_address)


def _thread_of(parent: Comment | None) -> int | None:
    return (parent.thread_id or parent.pk) if parent else None


def _digest(page: DiscussedPage, written: Written) -> str:
    said = [
        str(page.pk),
        written.about,
        written.parent.key if written.parent else "",
        key_of(written.email),
        folded(written.name),
        folded(written.text),
    ]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()
