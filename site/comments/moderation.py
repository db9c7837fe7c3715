"""What moderators decide on comments: whole or not at all, remembered, and taken back if need be.

All raise PermissionDenied for who may not. Mails about it are the worker's (comments.announcing).
"""

from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from comments.findable import COMMENTS
from comments.models import (
    LONGEST_ADDRESS,
    LONGEST_NAME,
    Comment,
    CommentQuerySet,
    Decision,
    Deed,
    Question,
    Report,
    State,
    new_key,
)
from comments.moving import move, name_of, record
from comments.rights import check_may_moderate
from core.text import clean_text, folded
from search.entries import refresh

AFTER = {
    Deed.APPROVE: State.PUBLISHED,
    Deed.HOLD: State.HELD,
    Deed.SPAM: State.SPAM,
    Deed.DELETE: State.DELETED,
}
"""What each deed that moves a comment makes of it."""


@dataclass(frozen=True)
class Decided:
    """What was done in one go."""

    batch: str
    """By which it can be undone; blank where nothing was to be done."""
    count: int


@transaction.atomic
def decide(comments: CommentQuerySet, deed: Deed, by: User, note: str = "") -> Decided:
    """Approve, hold, delete or mark as spam. Those that are so already are left alone."""
    check_may_moderate(by, comments)
    after = AFTER[deed]
    decided = Comment.objects.filter(pk__in=comments.values("pk")).exclude(state=after)
    # Of an erased one there is only the place.
    moved = list(_locked(decided.exclude(name="", text="")).values_list("pk", "state"))
    if not moved:
        return Decided("", 0)
    batch, now = new_key(), timezone.now()
    pks = [pk for pk, _state in moved]
    move(Comment.objects.filter(pk__in=pks), after)
    Decision.objects.bulk_create(
        Decision(
            comment_id=pk,
            at=now,
            deed=deed,
            user=by,
            by=name_of(by),
            before=before,
            after=after,
            batch=batch,
            note=note,
        )
        for pk, before in moved
    )
    Report.objects.filter(comment__in=pks, settled_at=None).update(settled_at=now)
    refresh(COMMENTS, pks)
    return Decided(batch, len(pks))


@transaction.atomic
def undo(batch: str, by: User) -> int:
    """Take back what was decided in one go; return of how many.

    A comment of which something else has become since stays as it is. Reports that were settled
    with the decision are open again.
    """
    if not batch:
        return 0
    decisions = Decision.objects.filter(batch=batch).exclude(before="")
    check_may_moderate(by, Comment.objects.filter(decisions__in=decisions))
    decided = Comment.objects.filter(pk__in=decisions.values("comment"))
    states = dict(_locked(decided).values_list("pk", "state"))
    later = _latest_moves(states)
    undone = [
        decision
        for decision in decisions
        if states.get(decision.comment_id) == decision.after
        and later.get(decision.comment_id) == batch
    ]
    for before in {decision.before for decision in undone}:
        back = [decision.comment_id for decision in undone if decision.before == before]
        move(Comment.objects.filter(pk__in=back), before)
    pks = [decision.comment_id for decision in undone]
    settled = Report.objects.filter(settled_at__in={decision.at for decision in undone})
    settled.filter(comment__in=pks).update(settled_at=None)
    now = timezone.now()
    Decision.objects.bulk_create(
        Decision(
            comment_id=decision.comment_id,
            at=now,
            deed=Deed.UNDO,
            user=by,
            by=name_of(by),
            before=decision.after,
            after=decision.before,
            note=decision.get_deed_display(),
        )
        for decision in undone
    )
    refresh(COMMENTS, pks)
    return len(undone)


@transaction.atomic
def strike(comment: Comment, text: str, by: User) -> None:
    """Put a text without somebody's data in the place of what was said; the old one is gone.

    Readers are told that it was edited. Raises ValueError for a text with nothing in it.
    """
    check_may_moderate(by, Comment.objects.filter(pk=comment.pk))
    text = clean_text(text)
    if not text:
        raise ValueError("Nothing would be left of the comment.")
    comment = _locked(Comment.objects.filter(pk=comment.pk)).get()
    comment.text, comment.text_as_sent, comment.digest = text, "", ""
    # What a rule quotes is what is struck out.
    comment.reasons = [{**reason, "said": ""} for reason in comment.reasons]
    # Nothing is told of it any more to the spam service: it would be told what was struck out.
    comment.question, comment.ask_at = Question.NOTHING, None
    comment.struck_at = timezone.now()
    comment.save()
    record(comment, Deed.STRIKE, by)
    refresh(COMMENTS, [comment.pk])


@transaction.atomic
def answer(comment: Comment, text: str, by: User) -> Comment:
    """Approve a comment, if need be, and reply to it as one of the team, in one step."""
    check_may_moderate(by, Comment.objects.filter(pk=comment.pk))
    decide(Comment.objects.filter(pk=comment.pk), Deed.APPROVE, by)
    text = clean_text(text)
    if not text:
        raise ValueError("The reply says nothing.")
    now = timezone.now()
    reply = Comment.objects.create(
        page_id=comment.page_id,
        about=comment.about,
        parent=comment,
        thread_id=comment.thread_id or comment.pk,
        name=name_of(by),
        folded_name=folded(name_of(by))[:LONGEST_NAME],
        email=by.email[:LONGEST_ADDRESS],
        user=by,
        is_proven=True,
        text=text,
        state=State.PUBLISHED,
        published_at=now,
        queued_at=now,
    )
    record(reply, Deed.SENT, by)
    refresh(COMMENTS, [reply.pk])
    return reply


@transaction.atomic
def settle(comment: Comment, by: User) -> None:
    """Find nothing wrong with what readers reported."""
    check_may_moderate(by, Comment.objects.filter(pk=comment.pk))
    open_reports = comment.reports.filter(settled_at=None)
    if open_reports.update(settled_at=timezone.now()):
        record(comment, Deed.SETTLE, by)


def _locked(comments: CommentQuerySet) -> CommentQuerySet:
    """Return comments that nobody else changes until this is done."""
    return comments.select_for_update().order_by("pk")


def _latest_moves(comments: dict[int, str]) -> dict[int, str]:
    """Return the batch of the last decision that moved each comment."""
    moves = Decision.objects.filter(comment__in=list(comments)).exclude(before="")
    return dict(moves.order_by("comment", "pk").values_list("comment", "batch"))
