"""What guides need today: to be read through, and that somebody hears readers' words."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from core.today import Need
from guides.models import Feedback
from guides.reviewing import overdue
from guides.rights import feedback_policy, reviewed_by

MOST = 20


def needs_of_guides(user: User) -> Iterator[Need]:
    yield from _feedback(user)
    for reading in overdue(reviewed_by(user))[: MOST - 1]:
        said = _("Read “%(guide)s” through: is it still right?") % {"guide": reading.title}
        where = reverse("wagtailadmin_pages:edit", args=[reading.pk])
        yield Need(said, where, reading.due_on)


def _feedback(user: User) -> Iterator[Need]:
    if not feedback_policy.user_has_permission(user, "change"):
        return
    open_words = Feedback.objects.open().aggregate(count=Count("pk"), since=Min("given_at"))
    if count := open_words["count"]:
        said = ngettext(
            "%(n)d reader wrote a word on a guide.",
            "%(n)d readers wrote a word on a guide.",
            count,
        ) % {"n": count}
        yield Need(said, reverse("guide_desk:feedback"), timezone.localdate(open_words["since"]))
