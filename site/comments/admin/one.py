"""A comment's own page: all that helps to decide on it. Mails to moderators lead here."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.admin.utils import get_valid_next_url_from_request

from accounts.models import User
from comments.admin.entries import Entry, entries_of
from comments.admin.forms import AnswerForm, StrikeForm
from comments.models import Comment, CommentSettings, Decision, Deed, State
from comments.rights import check_may_moderate, moderated_by
from core.offers import put_to_next_meeting

MOST_REPLIES = 100
MOST_STEPS = 200
BESIDE = 200
"""Signs that are shown of the others in a thread."""
DEEPEST = 6
"""How far replies are moved in at most."""


@dataclass(frozen=True)
class Spoken:
    """A comment in its thread, as moderators see it: whatever its state."""

    entry: Entry
    depth: int
    is_current: bool


@dataclass(frozen=True)
class Step:
    """Something that was done to a comment."""

    decision: Decision
    with_others: int = 0
    can_undo: bool = False

    @property
    def who(self) -> str:
        names = {"rules": _("the rules"), "author": _("its author")}
        if self.decision.deed == Deed.SENT:
            names[""] = _("a reader")
        by = self.decision.by
        return by if self.decision.user_id else names.get(by, by)


def comment_to_decide(user: User, pk: int) -> Comment:
    """Return a comment on which this user decides. Raises Http404, PermissionDenied."""
    comment = get_object_or_404(Comment.objects.select_related("page", "user", "parent"), pk=pk)
    check_may_moderate(user, Comment.objects.filter(pk=pk))
    return comment


def is_erased(comment: Comment) -> bool:
    """Whether there is only its place in the thread."""
    return not (comment.name or comment.text)


@require_safe
def comment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a comment; it decides nothing."""
    return show_comment(request, comment_to_decide(request.user, pk))


def show_comment(
    request: HttpRequest,
    comment: Comment,
    answer_form: AnswerForm | None = None,
    strike_form: StrikeForm | None = None,
) -> HttpResponse:
    """Show a comment, with what was wrong in a form that was sent."""
    [entry] = entries_of([comment], request)
    title = _("Comment by %(name)s") % {"name": comment.name or _("somebody who is forgotten")}
    shown_at = timezone.now().isoformat()
    reports = comment.reports.order_by("settled_at", "-at")
    context = {
        "header_title": title,
        "header_icon": "openquote",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("moderation:queue"), "label": _("Comments")},
            {"url": "", "label": title},
        ],
        "comment": comment,
        "entry": entry,
        "is_erased": is_erased(comment),
        "thread": list(_thread(comment, request)),
        "forgotten_on": _forgotten_on(comment),
        "others": _others(comment, request.user),
        "reports": reports,
        "has_open_report": any(report.settled_at is None for report in reports),
        "history": _history(comment),
        "answer_form": answer_form or AnswerForm(prefix="answer", initial={"shown_at": shown_at}),
        "strike_form": strike_form
        or StrikeForm(prefix="strike", initial={"shown_at": shown_at, "text": comment.text}),
        "can_meet": any(True for _put in put_to_next_meeting),
        "shown_at": shown_at,
        "next_url": get_valid_next_url_from_request(request),
        "queue_url": reverse("moderation:queue"),
    }
    status = 422 if answer_form or strike_form else 200
    return TemplateResponse(request, "admin/comments/comment.html", context, status=status)


def _thread(comment: Comment, request: HttpRequest) -> Iterator[Spoken]:
    """Yield those that it replies to, the comment, and what replies to it, in reading order."""
    root = comment.thread_id or comment.pk
    thread = Comment.objects.filter(thread=root).in_order().values_list("pk", "parent")
    above, children = dict(thread), {}
    for pk, parent in above.items():
        children.setdefault(parent, []).append(pk)
    line = [comment.pk]
    while (parent := above.get(line[0])) is not None:
        line.insert(0, parent)
    placed = [(pk, depth) for depth, pk in enumerate(line)]
    stack = [(pk, len(line)) for pk in reversed(children.get(comment.pk, []))]
    while stack and len(placed) < len(line) + MOST_REPLIES:
        pk, depth = stack.pop()
        placed.append((pk, depth))
        stack += [(child, depth + 1) for child in reversed(children.get(pk, []))]
    shown = Comment.objects.filter(pk__in=[pk for pk, _depth in placed]).select_related("page")
    entries = {entry.comment.pk: entry for entry in entries_of(shown, request)}
    for pk, depth in placed:
        if pk not in entries:
            continue
        is_current = pk == comment.pk
        entry = entries[pk] if is_current else replace(entries[pk], longest=BESIDE)
        yield Spoken(entry, min(depth, DEEPEST), is_current)


def _forgotten_on(comment: Comment) -> datetime.date | None:
    """Return when it is forgotten where a comment came from; None when it is."""
    if comment.ip is None and not comment.agent:
        return None
    kept_for = datetime.timedelta(days=CommentSettings.load().forget_after)
    return timezone.localdate(comment.created_at + kept_for)


def _others(comment: Comment, user: User) -> list[tuple[int, str, str]]:
    """Return how many comments of the same address are in each state, and where they are."""
    same = moderated_by(user).of_author(comment.email).exclude(pk=comment.pk)
    counts = dict(same.order_by().values_list("state").annotate(Count("pk")))
    queue = reverse("moderation:queue")
    return [
        (counts[state], label, f"{queue}?{urlencode({'email': comment.email, 'state': state})}")
        for state, label in State.choices
        if state in counts
    ]


def _history(comment: Comment) -> list[Step]:
    steps = list(comment.decisions.order_by("-at", "-pk")[:MOST_STEPS])
    moves = (step for step in steps if step.before)
    last = next(moves, None)
    can_undo = last is not None and bool(last.batch) and last.after == comment.state
    batches = Decision.objects.filter(batch__in={step.batch for step in steps if step.batch})
    sizes = dict(batches.order_by().values_list("batch").annotate(Count("pk")))
    return [Step(step, sizes.get(step.batch, 1) - 1, can_undo and step == last) for step in steps]
