"""How a comment gets from one state to another, whoever decides it."""

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import User
from comments.models import LONGEST_NAME, Comment, Decision, Deed, Question, State
from comments.service import is_in_use


def record(comment: Comment, deed: Deed, by: User | str, note: str = "") -> None:
    """Write a step that moved nothing into a comment's history."""
    is_user = isinstance(by, User)
    Decision.objects.create(
        comment=comment,
        deed=deed,
        user=by if is_user else None,
        by=name_of(by) if is_user else by,
        after=comment.state,
        note=note,
    )


def move(comments: QuerySet[Comment], after: str) -> None:
    """Put comments into a state, with what follows for the questions about them."""
    now = timezone.now()
    fields: dict = {"state": after, **_tell_service(after)}
    if after == State.PUBLISHED:
        fields["published_at"] = Coalesce("published_at", Value(now))
    else:
        # One that nobody was told of has not been seen yet, as far as its date goes.
        never_told = When(announced_at=None, then=Value(None))
        fields["published_at"] = Case(never_told, default=F("published_at"))
    comments.update(**fields)


def _tell_service(after: str) -> dict:
    """Return what the spam service is told: where a person knows better than it did."""
    if not is_in_use():
        return {"question": Question.NOTHING, "ask_at": None}
    is_known = ~Q(text_as_sent="") & Q(ip__isnull=False)
    match after:
        case State.SPAM:
            wrong, question = is_known & ~Q(verdict__in=["spam", "discard"]), Question.SPAM
        case State.PUBLISHED:
            wrong, question = is_known & Q(verdict__in=["spam", "discard"]), Question.HAM
        case _:
            return {"question": Question.NOTHING, "ask_at": None}
    return {
        "question": Case(When(wrong, then=Value(question)), default=Value(Question.NOTHING)),
        "ask_at": Case(When(wrong, then=Value(timezone.now())), default=Value(None)),
        "asked": 0,
    }


def name_of(user: User) -> str:
    return (user.get_full_name() or user.email.partition("@")[0])[:LONGEST_NAME]
