"""The worker asks the spam service, so that no reader waits for it.

What goes wrong leaves what was sent where it is, with the reason, and is tried again later.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from comments.akismet_client import AkismetTrouble, Opinion, Submission, Verdict
from comments.findable import COMMENTS
from comments.models import (
    Comment,
    CommentSettings,
    Deed,
    DroppedOnDay,
    Question,
    SentIn,
    State,
)
from comments.moving import record
from comments.service import is_in_use, open_client
from core.health import HealthPart
from core.offers import Offers
from core.outside import forbid_in_transaction
from search.entries import refresh

AT_ONCE = 10
LEASE = timedelta(minutes=2)
"""After which a question whose asker was killed is asked again."""
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
"""Between attempts; the last one goes on."""
MOST_ATTEMPTS = 80
MOST_RECHECKS = 3
SOONEST, LATEST = timedelta(minutes=1), timedelta(days=1)
AKISMET = "Akismet"

checked_models: Offers[type[SentIn]] = Offers()
"""What is asked about."""


def ask_due() -> bool:
    """Ask what is due. Returns whether there is more."""
    if not is_in_use():
        for model in checked_models:
            _ask_nothing(model)
        return False
    more = [_ask_due_of(model) for model in checked_models]
    return any(more)


def _ask_due_of(model: type[SentIn]) -> bool:
    due = list(_due(model).order_by("ask_at")[:AT_ONCE])
    for sent in due:
        # Taken by whoever changes the row first, for as long as an answer may take.
        mine = _due(model).filter(pk=sent.pk, ask_at=sent.ask_at, question=sent.question)
        if not mine.update(ask_at=timezone.now() + LEASE):
            continue
        try:
            _ask(sent)
        except AkismetTrouble as trouble:
            _note_trouble(model, trouble)
            return False
    return len(due) == AT_ONCE


def _due(model: type[SentIn]):
    return model.objects.filter(ask_at__lte=timezone.now()).exclude(question=Question.NOTHING)


def _ask(sent: SentIn) -> None:
    forbid_in_transaction()
    client = open_client()
    submission = _submission(sent, CommentSettings.load())
    match sent.question:
        case Question.CHECK:
            _note(sent, client.check(submission))
        case Question.SPAM:
            client.tell_spam(submission)
            _note_told(sent, Verdict.SPAM)
        case Question.HAM:
            client.tell_ham(submission)
            _note_told(sent, Verdict.HAM)


def _submission(sent: SentIn, settings: CommentSettings) -> Submission:
    return Submission(
        ip=sent.ip or "",
        agent=sent.agent,
        referrer=sent.referrer,
        name=sent.name,
        email=sent.email if settings.sends_address else "",
        text=sent.text_as_sent,
        written_at=sent.created_at,
        recheck_reason="recheck" if sent.asked else "",
        **sent.told_of,
    )


@transaction.atomic
def _note(asked: SentIn, opinion: Opinion) -> None:
    """Take a verdict, unless somebody has decided or changed the words while it was asked for."""
    sent = type(asked).objects.select_for_update(of=("self",)).filter(pk=asked.pk).first()
    if sent is None or sent.question != Question.CHECK or sent.text_as_sent != asked.text_as_sent:
        return
    sent.verdict = opinion.verdict
    sent.drop_reasons("akismet_")
    recheck = opinion.recheck_after
    if opinion.verdict == Verdict.HAM and recheck is not None and sent.asked < MOST_RECHECKS:
        sent.reasons = [*sent.reasons, {"rule": "akismet_provisional", "said": ""}]
        sent.asked += 1
        sent.ask_at = timezone.now() + min(max(recheck, SOONEST), LATEST)
        sent.save()
        return
    sent.question, sent.ask_at, sent.asked = Question.NOTHING, None, 0
    sent.noted(opinion.verdict)


def _note_told(asked: SentIn, verdict: Verdict) -> None:
    """Remember what the service now knows; what somebody decided in the meantime stays asked."""
    still = type(asked).objects.filter(pk=asked.pk)
    still.update(verdict=verdict)
    still.filter(question=asked.question).update(question=Question.NOTHING, ask_at=None, asked=0)


def _note_trouble(model: type[SentIn], trouble: AkismetTrouble) -> None:
    """Put off everything that is due: it would fare alike."""
    now = timezone.now()
    reason = {"rule": f"akismet_{trouble.problem}", "said": trouble.said}
    leased = model.objects.filter(ask_at__lte=now + LEASE).exclude(question=Question.NOTHING)
    with transaction.atomic():
        for sent in leased.select_for_update(of=("self",)).order_by("pk"):
            sent.asked = min(sent.asked + 1, MOST_ATTEMPTS)
            pause = PAUSES[min(sent.asked, len(PAUSES)) - 1]
            sent.ask_at = now + max(pause, trouble.retry_after or pause)
            if sent.question == Question.CHECK:
                sent.drop_reasons("akismet_")
                sent.reasons = [*sent.reasons, reason]
            if sent.asked == MOST_ATTEMPTS:
                sent.question, sent.ask_at = Question.NOTHING, None
            sent.save(update_fields=["asked", "ask_at", "question", "reasons"])


def _ask_nothing(model: type[SentIn]) -> None:
    """Leave to the rules what was to be asked while there was a key."""
    for sent in model.objects.filter(question=Question.CHECK).order_by("pk")[:AT_ONCE]:
        with transaction.atomic():
            locked = model.objects.select_for_update(of=("self",)).filter(pk=sent.pk)
            if (again := locked.filter(question=Question.CHECK).first()) is not None:
                again.drop_reasons("akismet_")
                again.question, again.ask_at, again.asked = Question.NOTHING, None, 0
                again.noted("")
    model.objects.exclude(question=Question.NOTHING).exclude(question=Question.CHECK).update(
        question=Question.NOTHING, ask_at=None
    )


def note_verdict_on_comment(comment: Comment, verdict: str) -> None:
    """Do with a comment what a verdict says; with none, what the rules say."""
    before = comment.state
    if comment.state != State.HELD:
        comment.save()
        return
    if verdict == Verdict.DISCARD and CommentSettings.load().drops_blatant:
        _drop(comment)
        return
    if verdict in (Verdict.SPAM, Verdict.DISCARD):
        rule = "akismet_discard" if verdict == Verdict.DISCARD else "akismet_spam"
        comment.reasons = [*comment.reasons, {"rule": rule, "said": ""}]
        # A person looks at what the service says of somebody who is known here.
        comment.state = State.HELD if comment.is_proven else State.SPAM
    elif not comment.reasons:
        comment.state = State.PUBLISHED
        comment.published_at = comment.published_at or timezone.now()
    comment.save()
    if comment.state != before:
        deed = Deed.SPAM if comment.state == State.SPAM else Deed.APPROVE
        record(comment, deed, AKISMET if verdict else "rules")
    refresh(COMMENTS, [comment.pk])


def _drop(comment: Comment) -> None:
    day, _made = DroppedOnDay.objects.get_or_create(day=timezone.localdate())
    DroppedOnDay.objects.filter(pk=day.pk).update(count=F("count") + 1)
    comment.delete()


def spam_service() -> HealthPart:
    """Tell whether the spam service answers, as far as it was asked lately."""
    if not is_in_use():
        return HealthPart("spam service", "none", well=True)
    unanswered = sum(
        model.objects.exclude(question=Question.NOTHING)
        .filter(asked__gt=0)
        .exclude(verdict="ham")
        .count()
        for model in checked_models
    )
    if unanswered:
        return HealthPart("spam service", f"{unanswered} without an answer", well=False)
    return HealthPart("spam service", "up", well=True)
