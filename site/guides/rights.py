"""Who keeps guides right, and who reads what readers say of them."""

from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import page_permission_policy

from accounts.models import User
from guides.models import Feedback, GuidePage, GuideQuerySet

feedback_policy = ModelPermissionPolicy(Feedback)


def may_review(user: User, guide: GuidePage) -> bool:
    """Whether somebody says that a guide is right: whoever may edit it."""
    return page_permission_policy.user_has_permission_for_instance(user, "change", guide)


def reviewed_by(user: User) -> GuideQuerySet:
    """Return the guides that somebody may read through."""
    pages = page_permission_policy.instances_user_has_permission_for(user, "change")
    return GuidePage.objects.filter(pk__in=pages.values("pk"))
