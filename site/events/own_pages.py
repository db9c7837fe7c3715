"""Whose event it is: Wagtail lets everybody who may publish their own publish those of others."""

from wagtail.models import PagePermissionTester


class OwnEvents(PagePermissionTester):
    """Who may publish events publishes those they may edit, and no others.

    It holds for what Wagtail asks the same of: drafts, schedules, privacy.
    """

    def can_publish(self) -> bool:
        return super().can_publish() and self.can_edit()

    def can_unpublish(self) -> bool:
        return super().can_unpublish() and self.can_edit()
