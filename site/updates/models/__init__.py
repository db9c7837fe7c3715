from updates.models.announcements import Announcement, AnnouncementList
from updates.models.news import Delivery, Notice
from updates.models.subscribers import (
    EXPIRES_AFTER,
    EndedBy,
    Pace,
    Request,
    Subscriber,
    Subscription,
)

__all__ = [
    "EXPIRES_AFTER",
    "Announcement",
    "AnnouncementList",
    "Delivery",
    "EndedBy",
    "Notice",
    "Pace",
    "Request",
    "Subscriber",
    "Subscription",
]
