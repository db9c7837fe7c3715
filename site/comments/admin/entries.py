"""A comment as moderators see it: who, where, what, and why it is held."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from comments.models import Comment, Deed, Question, Report
from comments.moderation import AFTER
from comments.rules import explain
from core import patron_data

LONG = 600
"""Signs beyond which a text is folded."""
MANY_LINES = 10
BUTTONS: dict[Deed, str | Promise] = {
    Deed.APPROVE: _("Approve"),
    Deed.HOLD: _("Hold"),
    Deed.SPAM: _("Spam"),
    Deed.DELETE: _("Delete"),
}
ICONS = {
    "first": "user",
    "unproven": "user",
    "name": "group",
    "links": "link",
    "words": "openquote",
    "flood": "time",
    "too_fast": "time",
    "too_old": "time",
    "honeypot": "crosshairs",
    "edited": "edit",
    "mailed": "mail",
    **{rule.name: "key" for rule in patron_data.RULES},
}


@dataclass(frozen=True)
class Why:
    icon: str
    said: str


@dataclass(frozen=True)
class Button:
    deed: Deed

    @property
    def label(self) -> str | Promise:
        return BUTTONS[self.deed]

    @property
    def key(self) -> str:
        """By which script finds it."""
        return {Deed.APPROVE: "a", Deed.SPAM: "s", Deed.DELETE: "d"}.get(self.deed, "")


@dataclass(frozen=True)
class Entry:
    comment: Comment
    where_url: str | None
    """Where readers see the page; None where they do not."""
    reports: int = 0
    """How many readers have reported it and wait for somebody to look."""
    longest: int = LONG
    """How many signs are shown unfolded."""

    @property
    def why(self) -> list[Why]:
        """Every reason, but for a question that nobody asks any more."""
        is_asked = self.comment.question == Question.CHECK
        return [
            Why(ICONS.get(reason["rule"], "warning"), explain(reason))
            for reason in self.comment.reasons
            if is_asked or reason["rule"] != "akismet_wait"
        ]

    @property
    def buttons(self) -> list[Button]:
        """What else could become of it."""
        return [Button(deed) for deed in BUTTONS if AFTER[deed] != self.comment.state]

    @property
    def beginning(self) -> str:
        """Of a text that is shown folded; "" of one that is short."""
        text = self.comment.text
        if len(text) <= self.longest and text.count("\n") < MANY_LINES:
            return ""
        return Truncator(" ".join(text.split())).chars(self.longest // 2)


def entries_of(comments: Iterable[Comment], request: HttpRequest) -> list[Entry]:
    """Return comments with all that is shown of them, in one query more."""
    comments = list(comments)
    open_reports = Report.objects.filter(comment__in=comments, settled_at=None)
    reports = dict(open_reports.order_by().values_list("comment").annotate(Count("pk")))
    return [
        Entry(
            comment=comment,
            where_url=comment.page.get_url(request) if comment.page.live else None,
            reports=reports.get(comment.pk, 0),
        )
        for comment in comments
    ]
