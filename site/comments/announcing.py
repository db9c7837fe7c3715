"""Mails about comments. The worker writes them, from what the rows say is due."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page

from accounts.models import User
from comments.models import Comment, CommentQuerySet, ModeratorMail, Pace, Question, Report
from comments.proving import proof_address, stop_address
from comments.rights import may_moderate, moderators
from comments.rules import explain
from core.due import on_each
from outbox.addresses import key_of
from outbox.headers import ListHeaders
from outbox.messages import Message, post_if_address
from outbox.models import Address

AT_ONCE = 50
MOST_IN_A_MAIL = 30
"""Comments named in one hourly mail; more are counted."""
HOUR = timedelta(hours=1)
WITHDRAWN_FOR = timedelta(seconds=20)
"""How long after an approval it can be taken back before its author hears of it."""


def _example() -> dict:
    return {
        "page": str(_("Packing audiobooks")),
        "page_url": f"{settings.SITE_URL}/blog/packing-audiobooks/",
        "name": "Ines Moreau",
        "library": str(_("Harbour Town Library")),
        "text": str(_("We send them in pairs, with a rubber band.")),
        "comment_url": f"{settings.SITE_URL}/comments/k3v9w7mx2p4t/",
        "proof_url": f"{settings.SITE_URL}/comments/proof/example/",
        "decide_url": f"{settings.SITE_URL}/admin/comments/1/",
        "queue_url": f"{settings.SITE_URL}/admin/comments/",
        "reasons": [str(_("first comment from this address"))],
        "said": str(_("This names a borrower.")),
        "wants_replies": True,
        "is_proven": False,
        "comments": [
            {
                "name": "Ines Moreau",
                "page": str(_("Packing audiobooks")),
                "text": str(_("We send them in pairs, with a rubber band.")),
                "decide_url": f"{settings.SITE_URL}/admin/comments/1/",
            }
        ],
        "more": 0,
        "count": 1,
    }


def _still_waits(about: str) -> bool:
    return Comment.objects.held().filter(key=about).exists()


def _still_published(about: str) -> bool:
    return Comment.objects.published().filter(key=about).exists()


def _still_follows(about: str) -> bool:
    """`about` is the key of the reply, a colon, and the key of what it replies to."""
    reply, _colon, followed = about.partition(":")
    follows = Comment.objects.filter(key=followed, wants_replies=True).exists()
    return follows and _still_published(reply)


WAITING = Message(
    name="comment_waiting",
    label=gettext_lazy("To moderators: a comment waits"),
    example=_example,
    still_wanted=_still_waits,
)
WAITING_HOURLY = Message(
    name="comments_waiting",
    label=gettext_lazy("To moderators, hourly: comments wait"),
    example=_example,
)
REPORTED = Message(
    name="comment_reported",
    label=gettext_lazy("To moderators: a reader reported a comment"),
    example=_example,
)
PUBLISHED = Message(
    name="comment_published",
    label=gettext_lazy("To its author: your comment is on the site"),
    example=_example,
    still_wanted=_still_published,
    is_secret=True,
)
REPLIED = Message(
    name="comment_reply",
    label=gettext_lazy("To an author: somebody replied"),
    example=_example,
    still_wanted=_still_follows,
)
MESSAGES = (WAITING, WAITING_HOURLY, REPORTED, PUBLISHED, REPLIED)


def announce() -> bool:
    """Tell authors that their comment is to be seen, and others that it replies to them."""
    return on_each(_to_announce().select_related("page"), _announce, AT_ONCE)


def tell_moderators() -> bool:
    """Tell those who want to know at once what waits, and what readers reported."""
    reports = Report.objects.filter(told_at=None, settled_at=None)
    more = [
        on_each(_to_queue().select_related("page"), _queue, AT_ONCE),
        on_each(reports.select_related("comment__page"), _tell_of_report, AT_ONCE),
    ]
    return any(more)


def tell_hourly() -> None:
    """Tell those who want one mail an hour, if anything has come since the last."""
    now = timezone.now()
    due = ModeratorMail.objects.filter(pace=Pace.HOURLY, told_at__lte=now - HOUR)
    for choice in due.select_related("user"):
        with transaction.atomic():
            mine = ModeratorMail.objects.filter(pk=choice.pk, told_at=choice.told_at)
            if mine.update(told_at=now):
                _tell_of_all_since(choice, now)


def _to_announce() -> CommentQuerySet:
    """Return what was published, but for what was approved a moment ago: it may be undone."""
    settled = timezone.now() - WITHDRAWN_FOR
    approved = Q(decisions__deed="approve", decisions__at__gt=settled)
    unannounced = Comment.objects.published().filter(announced_at=None)
    return unannounced.exclude(pk__in=Comment.objects.filter(approved).values("pk"))


def _to_queue() -> CommentQuerySet:
    """Return what is held and known as well as it will be for now: a service was asked once."""
    asked_first = Q(question=Question.CHECK, asked=0)
    return Comment.objects.held().filter(queued_at=None).exclude(asked_first)


def _announce(comment: Comment) -> None:
    Comment.objects.filter(pk=comment.pk).update(announced_at=timezone.now())
    if comment.page.live:
        if comment.user_id is None and comment.reasons:
            _tell_author(comment)
        for earlier in _followed(comment):
            _tell_of_reply(earlier, comment)


def _tell_author(comment: Comment) -> None:
    context = {
        **_context(comment),
        "proof_url": proof_address(comment),
        "wants_replies": comment.wants_replies,
        "is_proven": comment.is_proven,
    }
    once = f"comment published {comment.key}"
    post_if_address(PUBLISHED, comment.email, context, about=comment.key, once=once)


def _followed(reply: Comment) -> Iterator[Comment]:
    """Yield what a comment replies to, up to the beginning of the thread, one of each author."""
    known = {key_of(reply.email)}
    above = reply.parent
    while above is not None:
        is_new = key_of(above.email) not in known
        if is_new and above.wants_replies and above.is_published and _is_proven(above.email):
            known.add(key_of(above.email))
            yield above
        above = above.parent


def _tell_of_reply(earlier: Comment, reply: Comment) -> None:
    stopping = ListHeaders("replies", _("Replies to your comments"), stop_address(earlier))
    post_if_address(
        REPLIED,
        earlier.email,
        _context(reply),
        about=f"{reply.key}:{earlier.key}",
        once=f"reply {reply.key}",
        mailing_list=stopping,
    )


def _queue(comment: Comment) -> None:
    Comment.objects.filter(pk=comment.pk).update(queued_at=timezone.now())
    context = {**_context(comment), **_to_decide(comment)}
    for user in _at_once(comment.page):
        post_if_address(
            WAITING, user.email, context, about=comment.key, once=f"waiting {comment.key}"
        )


def _tell_of_report(report: Report) -> None:
    Report.objects.filter(pk=report.pk).update(told_at=timezone.now())
    comment = report.comment
    context = {**_context(comment), **_to_decide(comment), "said": report.said}
    for user in _at_once(comment.page):
        post_if_address(REPORTED, user.email, context)


def _tell_of_all_since(choice: ModeratorMail, now) -> None:
    new = Q(queued_at__gt=choice.told_at, queued_at__lte=now)
    held = Comment.objects.held().filter(new).select_related("page").order_by("queued_at", "pk")
    waiting = [comment for comment in held if may_moderate(choice.user, comment.page)]
    reports = Report.objects.filter(settled_at=None, at__gt=choice.told_at, at__lte=now)
    reported = [
        report.comment
        for report in reports.select_related("comment__page")
        if may_moderate(choice.user, report.comment.page)
    ]
    if waiting or reported:
        shown = [*waiting, *reported][:MOST_IN_A_MAIL]
        context = {
            "comments": [{**_context(comment), **_to_decide(comment)} for comment in shown],
            "more": len(waiting) + len(reported) - len(shown),
            "count": len(waiting) + len(reported),
            "queue_url": settings.SITE_URL + reverse("moderation:queue"),
        }
        post_if_address(WAITING_HOURLY, choice.user.email, context)


def _at_once(page: Page) -> Iterable[User]:
    others = [Pace.HOURLY, Pace.NEVER]
    everybody = moderators().exclude(moderator_mail__pace__in=others)
    return [user for user in everybody if may_moderate(user, page)]


def _context(comment: Comment) -> dict:
    return {
        "page": comment.page.title,
        "page_url": comment.page.full_url or settings.SITE_URL,
        "name": comment.name,
        "library": comment.library,
        "text": comment.text,
        "comment_url": settings.SITE_URL + reverse("comments:comment", args=[comment.key]),
    }


def _to_decide(comment: Comment) -> dict:
    decide = reverse("moderation:comment", args=[comment.pk])
    return {
        "decide_url": settings.SITE_URL + decide,
        "reasons": [explain(reason) for reason in comment.reasons],
    }


def _is_proven(email: str) -> bool:
    return Address.objects.filter(key=key_of(email)).exclude(proven_at=None).exists()
