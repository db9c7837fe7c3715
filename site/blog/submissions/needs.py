"""What the blog's editors are needed for today."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.models import User
from blog.models import Submission
from blog.submissions.inbox import may_read
from core.today import Need


def needs_of_the_blog(user: User) -> Iterator[Need]:
    if not may_read(user):
        return
    new = Submission.objects.new().aggregate(count=Count("pk"), since=Min("created_at"))
    if count := new["count"]:
        said = ngettext(
            "%(n)d entry, comment or idea was sent in.",
            "%(n)d entries, comments and ideas were sent in.",
            count,
        ) % {"n": count}
        yield Need(said, reverse("submissions:inbox"), timezone.localdate(new["since"]))
