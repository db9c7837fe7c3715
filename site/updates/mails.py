"""The kinds of mail that subscribers get."""

from datetime import UTC, datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.html import from_text
from outbox.messages import Message
from outbox.models import Priority
from updates.models import Delivery, Pace, Subscriber

DAY = datetime(2026, 3, 4, 19, tzinfo=UTC).date()


def _example() -> dict:
    """Return what all of these mails may say; each says a part of it."""
    chat = {
        "title": str(_("Packing audiobooks")),
        "href": f"{settings.SITE_URL}/chats/packing-audiobooks/",
        "date": DAY,
        "meta": str(_("Hosted by Jo Okafor")),
        "summary": str(_("Three ways of packing, and what became of the boxes.")),
        "moments": [
            {
                "stamp": "11:28",
                "title": str(_("Boxes that come back")),
                "href": f"{settings.SITE_URL}/chats/packing-audiobooks/?t=688",
            },
            {
                "stamp": "24:02",
                "title": str(_("Who pays for the return")),
                "href": f"{settings.SITE_URL}/chats/packing-audiobooks/?t=1442",
            },
        ],
        "more_moments": 3,
        "action": str(_("Watch the recording")),
        "text": str(_("We are closed on Monday.\n\nRequests wait until Tuesday.")),
        "html": from_text(_("We are closed on Monday.\n\nRequests wait until Tuesday.")),
    }
    post = {
        **chat,
        "title": str(_("A year of the new labels")),
        "href": f"{settings.SITE_URL}/blog/new-labels/",
        "meta": str(_("By Ines Moreau")),
        "moments": [],
        "more_moments": 0,
    }
    wanted = [
        {
            "title": str(_("Posts about packaging")),
            "href": f"{settings.SITE_URL}/blog/tags/packaging/",
            "pace": str(Pace.AT_ONCE.label),
        },
        {
            "title": str(_("Announcements for the north")),
            "href": f"{settings.SITE_URL}/updates/lists/north/",
            "pace": str(Pace.WEEKLY.label),
        },
    ]
    return {
        "own_url": f"{settings.SITE_URL}/updates/mine/example/",
        "confirm_url": f"{settings.SITE_URL}/updates/confirm/example/",
        "stop_url": f"{settings.SITE_URL}/updates/stop/example/",
        "wanted": wanted,
        "is_new": True,
        "news": chat,
        "followed": [str(_("Posts about packaging"))],
        "subject": str(_("The recording is here: Packing audiobooks")),
        "day": DAY,
        "groups": [
            {"label": str(_("From the blog")), "news": [post]},
            {"label": str(_("Recordings")), "news": [chat]},
        ],
    }


def _is_asked(about: str) -> bool:
    """`about` is the key of a subscriber who has something to confirm."""
    return Subscriber.objects.filter(key=about, subscriptions__confirmed_at=None).exists()


def _is_followed(about: str) -> bool:
    """`about` names a letter: somebody still follows something that it tells."""
    return Delivery.objects.filter(letter=about, subscription__ended_at=None).exists()


def _message(name: str, label, still_wanted=None, priority=Priority.IN_BULK) -> Message:
    return Message(
        name=f"updates_{name}",
        label=label,
        example=_example,
        priority=priority,
        # They hold links that change what somebody follows.
        is_secret=True,
        still_wanted=still_wanted,
    )


CONFIRM = _message(
    "confirm", gettext_lazy("Do you want these updates?"), _is_asked, Priority.AT_ONCE
)
ADDED = _message("added", gettext_lazy("You follow something more"), priority=Priority.SOON)
LINKS = _message("links", gettext_lazy("The link to your updates"), priority=Priority.AT_ONCE)
NEWS = _message("news", gettext_lazy("Something new, at once"), _is_followed)
DIGEST = _message("digest", gettext_lazy("What is new, as a digest"), _is_followed)
ANNOUNCEMENT = _message("announcement", gettext_lazy("An announcement"), _is_followed)

MESSAGES = (CONFIRM, ADDED, LINKS, NEWS, DIGEST, ANNOUNCEMENT)
