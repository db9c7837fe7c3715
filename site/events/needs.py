"""What events need today: dates that nobody makes any more, attendance that nobody noted."""

import datetime
from collections.abc import Iterator

from django.db.models import Exists, Max, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from core.today import Need
from events.models import EventPage, Format, Registration, Series
from events.repeating import half_ahead, left_out
from events.rights import organised_by

FORGOTTEN_AFTER = datetime.timedelta(days=60)
"""A series that ended so long ago has ended, and nobody remembers who was at an event."""
MOST = 20


def needs_of_series(user: User) -> Iterator[Need]:
    if not user.has_perm("events.change_series"):
        return
    last_date = Max("events__date", filter=Q(events__live=True))
    running = Q(until=None) | Q(until__gt=timezone.localdate())
    series = (
        Series.objects.filter(running)
        .select_related("pattern__occurrence")
        .annotate(last=last_date)
    )
    for one in series.order_by("pk"):
        if one.pattern is None or not one.pattern.live:
            yield from _run_out(one)
        else:
            yield from _missing(one)


def _run_out(series: Series) -> Iterator[Need]:
    last = series.last
    if last is None or not timezone.localdate() - FORGOTTEN_AFTER <= last < half_ahead(series):
        return
    if series.until is None or last < series.until:
        said = _("“%(series)s” has no dates after %(day)s: choose the event they are made like.")
        yield Need(said % {"series": series, "day": date_format(last)}, _edit(series), last)


def _missing(series: Series) -> Iterator[Need]:
    """What was left out: a date by hand, at another time, is as good."""
    for found in left_out(series, series.pattern):
        if not EventPage.objects.filter(series=series, date=found.slot).exists():
            said = _("“%(series)s” has no date on %(day)s. %(reason)s") % {
                "series": series,
                "day": date_format(found.slot),
                "reason": found.reason,
            }
            yield Need(said, _edit(series), found.slot)


def _edit(series: Series) -> str:
    return reverse(series.snippet_viewset.get_url_name("edit"), args=[series.pk])


def needs_of_attendance(user: User) -> Iterator[Need]:
    """Events in person, and those that certify hours, of which nobody noted who was there."""
    now = timezone.now()
    seated = Registration.objects.confirmed().filter(event=OuterRef("pk"))
    events = organised_by(user).filter(
        ~Q(format=Format.ONLINE) | Q(contact_hours__gt=0),
        Exists(seated),
        ~Exists(seated.exclude(attended=None)),
        ends_at__gt=now - FORGOTTEN_AFTER,
        ends_at__lte=now,
        live=True,
        is_cancelled=False,
    )
    for event in events.order_by("ends_at", "pk")[:MOST]:
        said = _("Note who was at “%(event)s”.") % {"event": event.title}
        due_on = event.ends_there.date() + datetime.timedelta(days=1)
        yield Need(said, reverse("event_desk:desk", args=[event.pk]), due_on)
