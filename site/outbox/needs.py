"""What mail needs today: somebody who looks at why some of it did not leave."""

import datetime
from collections.abc import Iterator

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from core.today import Need
from outbox.admin.rights import mail_policy
from outbox.models import Mail, MailState

LOOKED_AT_FOR = datetime.timedelta(days=7)
"""Mail that failed longer ago says nothing any more to who was to get it."""


def needs_of_mail(user: AbstractBaseUser) -> Iterator[Need]:
    if not mail_policy.user_has_permission(user, "change"):
        return
    since = timezone.now() - LOOKED_AT_FOR
    failed = Mail.objects.filter(state=MailState.FAILED, ended_at__gte=since)
    found = failed.aggregate(count=Count("pk"), since=Min("ended_at"))
    if count := found["count"]:
        said = ngettext(
            "%(n)d mail could not be sent in the last seven days.",
            "%(n)d mails could not be sent in the last seven days.",
            count,
        ) % {"n": count}
        where = f"{reverse('outbox:index')}?state={MailState.FAILED}"
        yield Need(said, where, timezone.localdate(found["since"]))
