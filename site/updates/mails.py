"""The kinds of mail that subscribers get."""

from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from outbox.messages import Message
from outbox.models import Priority
from updates.models import Delivery, Pace, Subscriber, Subscription
from updates.wording import mail_html, mail_text

DAY = datetime(2026, 3, 4, 19, tzinfo=UTC).date()


def _own() -> dict:
    return {"own_url": f"{settings.SITE_URL}/updates/mine/example/"}


def _stoppable() -> dict:
    return {**_own(), "stop_url": f"{settings.SITE_URL}/updates/stop/example/"}


def _wanted() -> list[dict]:
    return [
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


def _followed() -> str:
    names = {"first": _("Posts about packaging"), "second": _("Announcements for the north")}
    return _("“%(first)s” and “%(second)s”") % names


def _recording() -> dict:
    page = f"{settings.SITE_URL}/chats/packing-audiobooks/"
    moments = [
        (688, "11:28", _("Boxes that come back")),
        (1442, "24:02", _("Who pays for the return, and what to write in the note to the lender")),
        (3732, "1:02:12", _("Labels")),
    ]
    return {
        "title": str(_("Packing audiobooks")),
        "href": page,
        "date": DAY,
        "meta": str(_("Hosted by Jo Okafor")),
        "summary": str(_("Three ways of packing, and what became of the boxes.")),
        "moments": [
            {"stamp": stamp, "title": str(title), "href": f"{page}?t={second}"}
            for second, stamp, title in moments
        ],
        "more_moments": 3,
        "action": str(_("Watch the recording")),
    }


def _post() -> dict:
    return {
        "title": str(_("A year of the new labels")),
        "href": f"{settings.SITE_URL}/blog/new-labels/",
        "date": DAY,
        "meta": str(_("By Ines Moreau")),
        "summary": str(_("What they cost, what they save, and which ones peel off.")),
    }


def _example_of_confirming() -> dict:
    return {
        "wanted": _wanted(),
        "days": 7,
        "confirm_url": f"{settings.SITE_URL}/updates/confirm/example/",
    }


def _example_of_added() -> dict:
    return {**_stoppable(), "is_new": True, "wanted": _wanted()}


def _example_of_news() -> dict:
    return {
        **_stoppable(),
        "subject": str(_("The recording is here: Packing audiobooks")),
        "news": _recording(),
        "followed": _followed(),
    }


def _example_of_digest() -> dict:
    return {
        **_stoppable(),
        "subject": str(_("A year of the new labels, and 12 more")),
        "day": DAY,
        "groups": [
            {"label": str(_("From the blog")), "news": [_post()]},
            {"label": str(_("Recordings")), "news": [_recording()]},
        ],
        "more": 11,
    }


def _example_of_announcement() -> dict:
    subject = str(_("Closed on Monday"))
    page = f"{settings.SITE_URL}/updates/announcements/example/"
    body = format_html(
        '<p>{}</p><h2>{}</h2><ul><li>{}</li><li>{}</li></ul><p><a href="/updates/">{}</a></p>',
        _("The sorting room is painted."),
        _("What that means"),
        _("Requests wait until Tuesday."),
        _("What is on its way arrives a day later."),
        _("What else is announced"),
    )
    return {
        **_stoppable(),
        "subject": subject,
        "news": {
            "title": subject,
            "href": page,
            "date": DAY,
            "meta": str(_("Announcements for the north")),
            "action": str(_("Read it on the site")),
            "html": mail_html(body),
            "text": mail_text(body),
        },
        "followed": _followed(),
    }


def _is_asked(about: str) -> bool:
    """`about` is the key of a subscriber who has something to confirm."""
    return Subscription.objects.pending().filter(subscriber__key=about).exists()


def _is_active(about: str) -> bool:
    """`about` is the key of a subscriber who still follows something."""
    return Subscriber.objects.active().filter(key=about).exists()


def _is_followed(about: str) -> bool:
    """`about` names a letter: somebody still follows something that it tells."""
    return Delivery.objects.filter(letter=about, subscription__ended_at=None).exists()


def _message(
    name: str,
    label: Promise,
    example: Callable[[], dict],
    still_wanted: Callable[[str], bool],
    priority: Priority = Priority.IN_BULK,
) -> Message:
    return Message(
        name=f"updates_{name}",
        label=label,
        example=example,
        priority=priority,
        # They hold links that change what somebody follows.
        is_secret=True,
        still_wanted=still_wanted,
    )


CONFIRM = _message(
    "confirm",
    gettext_lazy("Do you want these updates?"),
    _example_of_confirming,
    _is_asked,
    Priority.AT_ONCE,
)
ADDED = _message(
    "added",
    gettext_lazy("You follow something more"),
    _example_of_added,
    _is_active,
    Priority.SOON,
)
LINKS = _message(
    "links", gettext_lazy("The link to your updates"), _own, _is_active, Priority.AT_ONCE
)
NEWS = _message("news", gettext_lazy("Something new, at once"), _example_of_news, _is_followed)
DIGEST = _message(
    "digest", gettext_lazy("What is new, as a digest"), _example_of_digest, _is_followed
)
ANNOUNCEMENT = _message(
    "announcement", gettext_lazy("An announcement"), _example_of_announcement, _is_followed
)
TEST = Message(
    name="updates_test",
    label=gettext_lazy("A test of an announcement"),
    example=_example_of_announcement,
    priority=Priority.AT_ONCE,
)

MESSAGES = (CONFIRM, ADDED, LINKS, NEWS, DIGEST, ANNOUNCEMENT, TEST)
