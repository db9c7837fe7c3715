"""Saving a change that was made to a page's newest draft."""

from django.contrib.auth.models import AbstractBaseUser
from wagtail.models import Page


def save_draft(draft: Page, user: AbstractBaseUser | None) -> None:
    """Save the draft; publish it where the page is public and the user may. None means no limits.

    Where a draft was there before, publishing would publish somebody's work along with the change.
    """
    publish = draft.live and not draft.has_unpublished_changes
    if user is not None:
        publish = publish and draft.permissions_for_user(user).can_publish()
    revision = draft.save_revision(user=user)
    if publish:
        revision.publish(user=user)
