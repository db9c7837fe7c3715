"""A month of the calendar, day by day, by clocks where the site is."""

import datetime
from calendar import Calendar
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.formats import date_format, get_format
from django.utils.functional import SimpleLazyObject

from events.filters import narrowed
from events.lists import Addresses
from events.models import CalendarPage, EventPage
from events.showing import ListedEvent, below

FIRST_YEAR, LAST_YEAR = 1970, 2100
DAY = datetime.timedelta(days=1)
INSTANT = datetime.timedelta(microseconds=1)


@dataclass(frozen=True)
class OnDay:
    """An event on one of its days."""

    item: ListedEvent
    begins: datetime.datetime | None
    """None where it began on a day before."""
    ends: datetime.datetime | None
    """When it ends on this day, having begun before; None where it does not."""


@dataclass
class Day:
    date: datetime.date
    is_today: bool
    events: list[OnDay] = field(default_factory=list)

    @property
    def name(self) -> str:
        """As “Wednesday, March 4”."""
        return f"{WEEKDAYS[self.date.weekday()]}, {date_format(self.date, 'MONTH_DAY_FORMAT')}"


@dataclass(frozen=True)
class Weekday:
    name: str
    short: str


def show_month(calendar: CalendarPage, request: HttpRequest, year: int, month: int) -> HttpResponse:
    """Show a month. Raises Http404 for what is none, or too far away to mean anything."""
    first = _first_of(year, month)
    if first is None:
        raise Http404
    address = f"{calendar.get_url(request)}{first:%Y}/{first.month}/"
    begin, end = _midnight(first), _midnight(_next(first))
    part = narrowed(request, "month", address, EventPage.objects.published())
    events = part.events.between(begin, end).in_order().for_listing()
    # Neither hosts nor recordings are shown.
    items = SimpleLazyObject(lambda: [ListedEvent(event) for event in events])
    context = {
        "part": part,
        "items": items,
        "first": first,
        "previous": _month_of(first - DAY),
        "next": _month_of(_next(first)),
        "weekdays": _weekdays(),
        "weeks": SimpleLazyObject(lambda: _weeks(first, items)),
        "zone": settings.TIME_ZONE.replace("_", " "),
        "month_url": address,
        "addresses": Addresses(calendar, request, part.narrowing),
        **below(calendar, request),
    }
    return calendar.render(request, template="pages/events/month.html", context_overrides=context)


def _first_of(year: int, month: int) -> datetime.date | None:
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        return None
    return datetime.date(year, month, 1)


def _month_of(day: datetime.date) -> datetime.date | None:
    return _first_of(day.year, day.month)


def _next(first: datetime.date) -> datetime.date:
    return (first + 31 * DAY).replace(day=1)


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _weekdays() -> list[Weekday]:
    """Return the days of the week in the order that the language has them."""
    order = Calendar(_first_weekday()).iterweekdays()
    return [Weekday(str(WEEKDAYS[number]), str(WEEKDAYS_ABBR[number])) for number in order]


def _first_weekday() -> int:
    """Return the day a week begins with, 0 for Monday; Django counts from Sunday."""
    return (get_format("FIRST_DAY_OF_WEEK") - 1) % 7


def _weeks(first: datetime.date, items: Iterable[ListedEvent]) -> list[list[Day | None]]:
    """Return the weeks of a month; None stands for days of another."""
    on_days: dict[datetime.date, list[OnDay]] = defaultdict(list)
    for item in items:
        for day, on_day in _days_of(item, first, _next(first) - DAY):
            on_days[day].append(on_day)
    today = timezone.localdate()
    return [
        [Day(day, day == today, on_days[day]) if day.month == first.month else None for day in week]
        for week in Calendar(_first_weekday()).monthdatescalendar(first.year, first.month)
    ]


def _days_of(
    item: ListedEvent, earliest: datetime.date, latest: datetime.date
) -> Iterable[tuple[datetime.date, OnDay]]:
    begins = timezone.localtime(item.event.starts_at)
    ends = timezone.localtime(item.event.ends_at)
    # What ends at midnight is not on the day that begins then.
    last = max(begins.date(), (ends - INSTANT).date())
    day = max(begins.date(), earliest)
    while day <= min(last, latest):
        is_first, is_last = day == begins.date(), day == last
        yield (
            day,
            OnDay(
                item,
                begins if is_first else None,
                ends if is_last and not is_first else None,
            ),
        )
        day += DAY
