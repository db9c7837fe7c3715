"""The calendar as it can be followed, and its events as news."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import CalendarPage, EventPage, Kind, Series
from events.wording import day_of, when_line, where_line
from updates.following import Followable, Followed, Ref, primary_keys
from updates.news import SETTLES_IN
from updates.sources import News, Source

EVENTS, OF_KIND, OF_SERIES = "events", "events-kind", "series"
FRESH_FOR = timedelta(days=2)
"""What was first published longer ago is not new, though nobody was told of it."""
SERIES_TOLD_BEFORE = timedelta(days=14)
"""A date of a series is made months ahead; it is told of when it comes near."""


def _calendar() -> CalendarPage | None:
    return CalendarPage.objects.published().only("url_path").sole()


def _all(keys: Iterable[str]) -> dict[str, Followed]:
    calendar = _calendar()
    if calendar is None or "" not in keys:
        return {}
    whole = Followed(
        Ref(EVENTS),
        _("All new events"),
        calendar.url,
        feed=f"{calendar.url}feed.xml",
        summary=_("Each as it is announced; dates of a series two weeks before."),
    )
    return {"": whole}


def _of_kinds(keys: Iterable[str]) -> dict[str, Followed]:
    calendar = _calendar()
    if calendar is None:
        return {}
    return {
        str(kind.pk): Followed(
            Ref(OF_KIND, str(kind.pk)),
            _("New events: %(kind)s") % {"kind": kind.name},
            f"{calendar.url}?kind={kind.slug}",
            feed=f"{calendar.url}kinds/{kind.slug}/feed.xml",
        )
        for kind in Kind.objects.filter(pk__in=primary_keys(keys))
    }


def _of_series(keys: Iterable[str]) -> dict[str, Followed]:
    calendar = _calendar()
    if calendar is None:
        return {}
    with_recordings = _("Dates and recordings of “%(series)s”")
    return {
        str(series.pk): Followed(
            Ref(OF_SERIES, str(series.pk)),
            (with_recordings if series.is_of_chats else _("Dates of “%(series)s”"))
            % {"series": series.name},
            f"{calendar.url}series/{series.slug}/",
            feed=f"{calendar.url}series/{series.slug}/feed.xml",
            summary=series.summary,
        )
        for series in Series.objects.filter(pk__in=primary_keys(keys))
    }


def _keys_in_use(model: type[Kind] | type[Series], name: str) -> list[str]:
    public = EventPage.objects.published().filter(**{name: OuterRef("pk")}).order_by()
    named = model.objects.filter(Exists(public)).order_by("name")
    return [str(pk) for pk in named.values_list("pk", flat=True)]


CALENDAR = (
    Followable(EVENTS, gettext_lazy("Events"), named=_all, offered=lambda: _all([""]).values()),
    Followable(
        OF_KIND,
        gettext_lazy("Events"),
        named=_of_kinds,
        offered=lambda: _of_kinds(_keys_in_use(Kind, "kind")).values(),
    ),
    Followable(
        OF_SERIES,
        gettext_lazy("Events"),
        named=_of_series,
        offered=lambda: _of_series(_keys_in_use(Series, "series")).values(),
    ),
)


def refs_of(event: EventPage) -> list[Ref]:
    """Return what an event is told to the followers of, the narrowest first."""
    refs = [Ref(OF_SERIES, str(event.series_id))] if event.series_id else []
    if event.kind_id:
        refs.append(Ref(OF_KIND, str(event.kind_id)))
    return [*refs, Ref(EVENTS)]


def follow_refs(event: EventPage) -> list[str]:
    """Return what a reader of an event may want to follow: its series or kind, and all events."""
    refs = refs_of(event)
    return [str(ref) for ref in dict.fromkeys([refs[0], refs[-1]])]


def _is_news(event: EventPage) -> bool:
    return event.live and not event.is_cancelled and not event.is_over


def _is_fresh(event: EventPage) -> bool:
    now = timezone.now()
    return (event.first_published_at or now) >= now - FRESH_FOR


def _due_at(event: EventPage, noticed_at: datetime) -> datetime:
    settled = noticed_at + SETTLES_IN
    return max(settled, event.starts_at - SERIES_TOLD_BEFORE) if event.series_id else settled


def _tell(event: EventPage) -> News:
    said = {"title": event.title, "day": day_of(event.starts_there)}
    return News(
        subject=_("New event: %(title)s, %(day)s") % said,
        title=event.title,
        href=event.full_url or settings.SITE_URL,
        dated=event.starts_there.date(),
        meta=" · ".join(filter(None, [when_line(event), where_line(event)])),
        summary=event.summary,
        action=_("See the event"),
    )


NEW_EVENTS = Source(
    model=EventPage,
    label=gettext_lazy("Events"),
    is_fresh=_is_fresh,
    due_at=_due_at,
    visible=lambda: EventPage.objects.published().taking_place().upcoming(),
    follows=refs_of,
    tell=_tell,
    is_news=_is_news,
)
