"""What moderators are needed for today: what waits, what readers reported, a service in trouble."""

import datetime
from collections.abc import Iterator

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from comments.admin.condition import trouble_among
from comments.models import Report
from comments.rights import may_moderate_any, moderated_by
from core.today import Need


def needs_of_comments(user: User) -> Iterator[Need]:
    if not may_moderate_any(user):
        return
    queue = reverse("moderation:queue")
    comments = moderated_by(user)
    held = comments.held().aggregate(count=Count("pk"), since=Min("created_at"))
    if count := held["count"]:
        said = ngettext(
            "%(n)d comment waits to be read.", "%(n)d comments wait to be read.", count
        ) % {"n": count}
        yield Need(said, queue, _day(held["since"]))
    reports = Report.objects.filter(settled_at=None, comment__in=comments.values("pk"))
    reported = reports.aggregate(count=Count("comment", distinct=True), since=Min("at"))
    if count := reported["count"]:
        said = ngettext(
            "%(n)d comment was reported by readers.",
            "%(n)d comments were reported by readers.",
            count,
        ) % {"n": count}
        yield Need(said, f"{queue}?state=reported", _day(reported["since"]))
    if held["count"] and (trouble := trouble_among(comments)):
        said = _("%(why)s: comments wait for it.") % {"why": trouble.label}
        yield Need(said, f"{queue}?reason={trouble.rule}", _day(trouble.since))


def _day(moment: datetime.datetime) -> datetime.date:
    return timezone.localdate(moment)
