"""The kinds of mail about events. `events.telling` writes them."""

from datetime import UTC, datetime

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page

from core.html import from_text
from events.models import Follower, Registration, State
from outbox.messages import Message
from outbox.models import Priority

DAY = datetime(2026, 3, 4, 19, tzinfo=UTC)


def _example() -> dict:
    """Return what all of these mails may say; each says a part of it."""
    own = f"{settings.SITE_URL}/registrations/mine/example/"
    when = str(_("Wednesday, March 4, 2026, 2 p.m. to 3 p.m., America/New York (EST)"))
    joining = f"{settings.SITE_URL}/registrations/join/example/"
    return {
        "name": "Ines Moreau",
        "title": str(_("Packing audiobooks")),
        "event_url": f"{settings.SITE_URL}/events/packing-audiobooks/",
        "calendar_url": f"{settings.SITE_URL}/events/",
        "facts": [
            {"label": str(_("When")), "text": when},
            {"label": str(_("Where")), "text": str(_("12 Mill Lane, Owlfield, and online"))},
            {"label": str(_("Hosts")), "text": "Jo Okafor"},
        ],
        "before": [
            {"label": str(_("When")), "text": str(_("Tuesday, March 3, 2026, 2 p.m. to 3 p.m."))}
        ],
        "when": when,
        "begins": str(_("2 p.m. EST")),
        "day": str(_("Wednesday, March 4, 2026")),
        "is_online": True,
        "is_recorded": True,
        "arrival_notes": str(_("The side door. Parking is behind the building.")),
        "day_contact": "Jo Okafor, 555 0100",
        "own_url": own,
        "join_url": joining,
        "confirm_url": f"{settings.SITE_URL}/registrations/confirm/example/",
        "confirm_by": str(_("Thursday, February 26, 2026, 2 p.m., America/New York (EST)")),
        "yes_url": f"{own}?coming=yes",
        "no_url": f"{own}?coming=no",
        "gives_up_silent": True,
        "answer_by": str(_("Friday, February 27, 2026, 2 p.m., America/New York (EST)")),
        "place": 3,
        "ended_by": "unproven",
        "had_seat": True,
        "may_register": True,
        "has_file": True,
        "reason": str(_("Snow day")),
        "series": str(_("Community chat")),
        "series_url": f"{settings.SITE_URL}/registrations/series/example/",
        "registrations": [
            {
                "title": str(_("Packing audiobooks")),
                "date": DAY.date(),
                "when": when,
                "said": f"Ines Moreau {State.CONFIRMED.label}",
                "own_url": own,
            }
        ],
        "followings": [
            {
                "name": "Ines Moreau",
                "series": str(_("Community chat")),
                "href": f"{settings.SITE_URL}/registrations/series/example/",
            }
        ],
        "page": str(_("Packing audiobooks")),
        "page_url": f"{settings.SITE_URL}/chats/packing-audiobooks/",
        "moments": [
            {
                "stamp": "11:28",
                "title": str(_("Boxes that come back")),
                "href": f"{settings.SITE_URL}/chats/packing-audiobooks/?t=688",
            }
        ],
        "headline": str(_("Please bring a box")),
        "text": str(_("We try three ways of packing.\n\nBring whatever you send discs in.")),
        "html": from_text(_("We try three ways of packing.\n\nBring whatever you send discs in.")),
        "by": "Jo Okafor",
    }


def _first_of(about: str) -> Q:
    """`about` begins with the key of a registration; what follows a blank is of one kind."""
    return Q(key=about.partition(" ")[0])


def _is_live(about: str) -> bool:
    return Registration.objects.live().filter(_first_of(about)).exists()


def _has_seat(about: str) -> bool:
    return Registration.objects.confirmed().filter(_first_of(about)).exists()


def _waits(about: str) -> bool:
    return Registration.objects.waiting().filter(_first_of(about)).exists()


def _is_news(about: str) -> bool:
    """`about` ends with the sequence of the entry told of: of a later one, another mail tells."""
    sequence = about.partition(" ")[2]
    live = Registration.objects.live().filter(_first_of(about))
    return live.filter(event__entry__sequence=sequence).exists()


def _is_coming_up(about: str) -> bool:
    """`about` ends with the start that a reminder speaks of."""
    starts_at = about.partition(" ")[2]
    confirmed = Registration.objects.confirmed().filter(_first_of(about))
    planned = confirmed.filter(event__is_cancelled=False, event__live=True)
    return planned.filter(event__starts_at=starts_at).exists()


def _is_unanswered(about: str) -> bool:
    confirmed = Registration.objects.confirmed().filter(_first_of(about), coming_at=None)
    return confirmed.filter(event__is_cancelled=False, event__live=True).exists()


def _follows(about: str) -> bool:
    return Follower.objects.active().filter(key=about).exists()


def _is_published(about: str) -> bool:
    return Page.objects.live().filter(pk=about).exists()


def _message(name: str, label, still_wanted=None, priority=Priority.SOON, is_secret=True):
    return Message(
        name=f"event_{name}",
        label=label,
        example=_example,
        priority=priority,
        # All but one hold links that cancel and show private answers.
        is_secret=is_secret,
        still_wanted=still_wanted,
    )


REGISTERED = _message(
    "registered", gettext_lazy("To who registered: you have a seat"), _has_seat, Priority.AT_ONCE
)
WAITING = _message(
    "waiting",
    gettext_lazy("To who registered: you are on the waiting list"),
    _waits,
    Priority.AT_ONCE,
)
FOLLOWING = _message(
    "following",
    gettext_lazy("To who follows a series: your dates"),
    _follows,
    Priority.AT_ONCE,
)
LINKS = _message("links", gettext_lazy("Your links again"), priority=Priority.AT_ONCE)
SOON = _message(
    "soon",
    gettext_lazy("Reminder an hour before"),
    _is_coming_up,
    Priority.AT_ONCE,
)
MOVED_UP = _message("moved_up", gettext_lazy("To one who waited: you have a seat now"), _has_seat)
ENDED = _message("ended", gettext_lazy("You are not registered any more"))
STOPPED = _message("stopped", gettext_lazy("You do not follow a series any more"))
CHANGED = _message("changed", gettext_lazy("An event has moved"), _is_news)
CANCELLED = _message("cancelled", gettext_lazy("An event is cancelled"), _is_news)
RESUMED = _message("resumed", gettext_lazy("An event takes place after all"), _is_news)
TOMORROW = _message(
    "tomorrow",
    gettext_lazy("Reminder a day before"),
    _is_coming_up,
)
STILL_COMING = _message("still_coming", gettext_lazy("Still coming?"), _is_unanswered)
NEW_DATES = _message(
    "new_dates",
    gettext_lazy("To who follows a series: new dates"),
    _follows,
    Priority.IN_BULK,
)
MESSAGE = _message(
    "message", gettext_lazy("A message from the organisers"), _is_live, Priority.IN_BULK
)
RECORDING = _message(
    "recording",
    gettext_lazy("The recording is here"),
    _is_published,
    Priority.IN_BULK,
    is_secret=False,
)

MESSAGES = (
    REGISTERED,
    WAITING,
    MOVED_UP,
    ENDED,
    LINKS,
    FOLLOWING,
    NEW_DATES,
    STOPPED,
    CHANGED,
    CANCELLED,
    RESUMED,
    TOMORROW,
    SOON,
    STILL_COMING,
    RECORDING,
    MESSAGE,
)
