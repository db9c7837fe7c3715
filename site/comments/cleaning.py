"""What is forgotten of comments, night by night."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from comments.findable import COMMENTS
from comments.models import Comment, CommentSettings, Decision, Deed, Report, SentIn, State
from comments.moving import record
from search.entries import refresh

SPAM_FOR = timedelta(days=15)
DELETED_FOR = timedelta(days=30)
AT_ONCE = 200


def clean() -> bool:
    """Forget what is due. Returns whether there is more."""
    forget_senders(Comment)
    spam = Comment.objects.filter(state=State.SPAM)
    deleted = Comment.objects.filter(state=State.DELETED)
    return any([_purge(spam, SPAM_FOR), _purge(deleted, DELETED_FOR)])


def forget_senders(model: type[SentIn]) -> None:
    """Forget from which computers things came, and what only the spam service was told."""
    age = timedelta(days=CommentSettings.load().forget_after)
    old = model.objects.filter(created_at__lt=timezone.now() - age)
    known = Q(ip__isnull=False) | ~Q(agent="") | ~Q(referrer="") | ~Q(text_as_sent="")
    old.filter(known).update(
        ip=None, agent="", referrer="", text_as_sent="", question="", ask_at=None
    )


@transaction.atomic
def erase_author(email: str) -> int:
    """Erase all that an address has sent; return how many comments that were.

    What was replied to leaves an empty place in its thread.
    """
    comments = Comment.objects.of_author(email)
    pks = list(comments.values_list("pk", flat=True))
    _erase(comments)
    refresh(COMMENTS, pks)
    return len(pks)


def export_author(email: str) -> list[dict]:
    """Return all that is kept under an address, as plain values."""
    fields = ("name", "email", "library", "text", "state", "ip", "agent", "referrer")
    comments = Comment.objects.of_author(email).select_related("page").in_order()
    return [
        {
            "page": comment.page.title,
            "sent": comment.created_at.isoformat(),
            **{field: getattr(comment, field) for field in fields},
            "text_as_sent": comment.text_as_sent,
            "wants_replies": comment.wants_replies,
            "reasons": comment.reasons,
        }
        for comment in comments
    ]


def _purge(comments: QuerySet, kept_for: timedelta) -> bool:
    """Erase what has been so for long enough, as far as its history tells."""
    since = timezone.now() - kept_for
    lately = Decision.objects.filter(comment=OuterRef("pk"), at__gt=since).exclude(deed=Deed.SETTLE)
    old = comments.filter(~Exists(lately), created_at__lte=since).exclude(name="", text="")
    pks = list(old.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    with transaction.atomic():
        _erase(Comment.objects.filter(pk__in=pks))
        refresh(COMMENTS, pks)
    return len(pks) == AT_ONCE


def _erase(comments: QuerySet) -> None:
    """Delete comments; of those that others replied to, all but their place."""
    pks = set(comments.values_list("pk", flat=True))
    while leaves := pks - set(
        Comment.objects.filter(parent__in=pks).values_list("parent", flat=True)
    ):
        Comment.objects.filter(pk__in=leaves).delete()
        pks -= leaves
    Report.objects.filter(comment__in=pks).delete()
    for comment in Comment.objects.filter(pk__in=pks):
        for field in ("name", "folded_name", "email", "library", "text", "text_as_sent"):
            setattr(comment, field, "")
        comment.ip, comment.agent, comment.referrer, comment.user = None, "", "", None
        comment.reasons, comment.question, comment.ask_at = [], "", None
        comment.digest, comment.wants_replies, comment.state = "", False, State.DELETED
        comment.save()
        record(comment, Deed.FORGET, "")
