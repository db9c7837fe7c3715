"""Something is sent in: kept once, whatever happens next, and read by the rules of comments."""

import copy
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone

from blog.models import Kind, Source, State, Submission, SubmissionFile
from blog.submissions.sent_files import clean_name
from comments.akismet_client import Verdict
from comments.models import CommentSettings, Question
from comments.rules import reasons_to_hold
from comments.service import is_in_use
from comments.submitting import Sender, TooMany, note_sender, origin_of
from core.text import folded
from core.throttling import allows
from outbox.addresses import key_of

HOUR = timedelta(hours=1)
MOST_AN_HOUR = 20
SAME_FOR = timedelta(days=1)
"""How long the same words and files of the same sender are one submission."""


@dataclass(frozen=True)
class Sent:
    """What was sent, cleaned; the files were looked at."""

    kind: Kind
    title: str
    text: str
    name: str
    email: str
    library: str = ""
    files: Iterable[File] = ()
    left_out: tuple[str, ...] = ()
    """Why other files were not taken, in sentences."""


def send_in(sent: Sent, sender: Sender) -> Submission:
    """Keep what came by the form, once. Raises TooMany."""
    digest = _digest(sent)
    if same := Submission.objects.filter(digest=digest).first():
        return same
    if not allows("submission an hour", sender.client, MOST_AN_HOUR, HOUR):
        raise TooMany
    return _keep(_submission(sent, sender, Source.FORM, digest), sent.files)


def take_mail(sent: Sent, digest: str, is_spam: bool) -> Submission:
    """Keep what came by mail, once; `is_spam` is what the mail server says of it."""
    if same := Submission.objects.filter(digest=digest).first():
        return same
    submission = _submission(sent, Sender(client=f"mail {key_of(sent.email)}"), Source.MAIL, digest)
    submission.reasons = [{"rule": "mailed", "said": ""}, *submission.reasons]
    if is_spam:
        submission.reasons.append({"rule": "mail_spam", "said": ""})
        submission.state = State.SPAM
    return _keep(submission, sent.files)


def note_verdict(submission: Submission, verdict: str) -> None:
    """Do with what was sent what the spam service says of it; people decide on the rest."""
    if submission.state == State.NEW and verdict in (Verdict.SPAM, Verdict.DISCARD):
        rule = "akismet_discard" if verdict == Verdict.DISCARD else "akismet_spam"
        submission.reasons = [*submission.reasons, {"rule": rule, "said": ""}]
        # A person looks at what the service says of somebody who is known here.
        if not submission.is_proven:
            submission.state, submission.moved_at = State.SPAM, timezone.now()
    submission.save()


def forget_digests() -> None:
    """Let the same words be sent again, a day later; a mail stays one for ever."""
    old = Submission.objects.filter(created_at__lt=timezone.now() - SAME_FOR, source=Source.FORM)
    old.exclude(digest=None).update(digest=None)


def _submission(sent: Sent, sender: Sender, source: Source, digest: str) -> Submission:
    submission = Submission(
        kind=sent.kind,
        title=sent.title,
        text=sent.text,
        name=sent.name,
        email=sent.email,
        library=sent.library,
        left_out=list(sent.left_out),
        source=source,
        digest=digest,
    )
    note_sender(submission, sender)
    submission.text_as_sent = f"{sent.title}\n\n{sent.text}".strip()
    # The rules read a title as they read the text.
    whole = copy.copy(submission)
    whole.text = submission.text_as_sent
    origin = origin_of(submission, sender)
    submission.reasons = reasons_to_hold(whole, origin, CommentSettings.load())
    if "honeypot" in submission.rules:
        submission.state = State.SPAM
    # Of a mail it is not known from which computer it was sent, and Akismet asks for that first.
    elif is_in_use() and submission.ip:
        submission.question, submission.ask_at = Question.CHECK, timezone.now()
        submission.reasons.append({"rule": "akismet_wait", "said": ""})
    return submission


def _keep(submission: Submission, files: Iterable[File]) -> Submission:
    try:
        with transaction.atomic():
            submission.save(force_insert=True)
            for file in files:
                name = clean_name(file.name)
                SubmissionFile.objects.create(
                    submission=submission, name=name, size=file.size, file=file
                )
    except IntegrityError:
        if same := Submission.objects.filter(digest=submission.digest).first():
            return same
        raise
    return submission


def _digest(sent: Sent) -> str:
    said = [sent.kind, folded(sent.title), folded(sent.text), folded(sent.name), key_of(sent.email)]
    said += [f"{file.name} {file.size}" for file in sent.files]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()
