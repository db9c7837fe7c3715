"""Who may decide on comments: whoever may publish the page, and moderators on every page."""

from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from wagtail.models import GroupPagePermission, Page, get_page_models
from wagtail.permissions import page_permission_policy

from accounts.models import User
from comments.models import Comment, CommentQuerySet, DiscussedPage
from comments.pages import discussed_pages

EVERYWHERE = "comments.moderate_comment"


def may_moderate(user: User, page: Page) -> bool:
    if not user.is_active:
        return False
    return user.has_perm(EVERYWHERE) or page_permission_policy.user_has_permission_for_instance(
        user, "publish", page
    )


def may_moderate_any(user: User) -> bool:
    """Whether there is a page whose comments they decide on."""
    if not user.is_active:
        return False
    if user.has_perm(EVERYWHERE):
        return True
    pages = page_permission_policy.instances_user_has_permission_for(user, "publish")
    return pages.filter(content_type__in=_discussed_types()).exists()


def moderated_by(user: User) -> CommentQuerySet:
    """Return the comments on which somebody may decide."""
    if not user.is_active:
        return Comment.objects.none()
    if user.has_perm(EVERYWHERE):
        return Comment.objects.all()
    pages = page_permission_policy.instances_user_has_permission_for(user, "publish")
    return Comment.objects.filter(page__in=pages.values("pk"))


def moderators() -> QuerySet[User]:
    """Return everybody who decides on some comments."""
    below = Page.objects.filter(
        content_type__in=_discussed_types(), path__startswith=OuterRef("page__path")
    )
    publish = GroupPagePermission.objects.filter(Exists(below), permission__codename="publish_page")
    everywhere = User.objects.filter(
        Q(is_superuser=True)
        | Q(user_permissions__codename="moderate_comment")
        | Q(groups__permissions__codename="moderate_comment")
    )
    either = Q(groups__in=publish.values("group")) | Q(pk__in=everywhere.values("pk"))
    return User.objects.filter(either, is_active=True).distinct().order_by("pk")


def _discussed_types() -> list[ContentType]:
    """Return the types of pages with comments, and of those below which such pages are made."""
    holders = {
        model
        for model in get_page_models()
        if any(issubclass(below, DiscussedPage) for below in model.allowed_subpage_models())
    }
    types = ContentType.objects.get_for_models(*discussed_pages, *holders)
    return list(types.values())


def check_may_moderate(user: User, comments: CommentQuerySet) -> None:
    """Raise PermissionDenied where one of the comments is not theirs to decide on."""
    if comments.exclude(pk__in=moderated_by(user).values("pk")).exists():
        raise PermissionDenied
