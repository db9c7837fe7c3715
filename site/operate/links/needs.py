"""What links need today: somebody who sets right those that lead nowhere."""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext
from wagtail.permissions import page_permission_policy

from accounts.models import User
from core.today import Need
from operate.models import PageLink


def needs_of_links(user: User) -> Iterator[Need]:
    if not page_permission_policy.user_has_any_permission(user, ["change"]):
        return
    broken = PageLink.objects.broken().editable_by(user)
    found = broken.aggregate(count=Count("pk"), since=Min("failing_since"))
    if count := found["count"]:
        said = ngettext("%(n)d link leads nowhere.", "%(n)d links lead nowhere.", count)
        since = timezone.localdate(found["since"])
        yield Need(said % {"n": count}, reverse("links_report"), since)
