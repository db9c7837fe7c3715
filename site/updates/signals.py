"""What follows where an announcement or the name of a list changes."""

from typing import Any

from django.db.models.signals import m2m_changed, post_save

from search.entries import refresh_object
from search.naming import follow_names
from updates.findable import ANNOUNCEMENTS_FOUND, announcements_to
from updates.models import Announcement, AnnouncementList


def connect() -> None:
    follow_names(ANNOUNCEMENTS_FOUND, (AnnouncementList,), announcements_to)
    post_save.connect(_saved, sender=Announcement)
    m2m_changed.connect(_saved, sender=Announcement.lists.through)


def _saved(instance: Any, raw: bool = False, **kwargs: object) -> None:
    if not raw and isinstance(instance, Announcement) and instance.is_sent:
        refresh_object(instance)
