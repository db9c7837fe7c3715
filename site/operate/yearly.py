"""What happened in a year, in numbers: for those who pay for it and decide on the next.

Nobody is named in it. Libraries are, and words that were searched for often enough to name nobody.
"""

import csv
import datetime
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO

from django.db.models import Count, Max, Min, Q, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from blog.models import PostPage
from chats.models import ChatPage, Topic
from chats.states import Outcome
from comments.models import Comment
from core.tables import guarded
from core.text import folded
from events.certificates import hours_of
from events.models import EventPage, Registration
from guides.models import GuideChange, GuidePage, GuideReview
from people.models import Library, LibraryType
from search.models import SearchedWords
from updates.models import Subscription

JANUARY, JULY = 1, 7
SEARCHES_SHOWN = 40
SECONDS_IN_AN_HOUR = 3600

Cell = str | int | Decimal


@dataclass(frozen=True)
class Year:
    """Twelve months from the first of January or of July, by the site's clock."""

    number: int
    first_month: int = JANUARY

    @property
    def begins_on(self) -> datetime.date:
        return datetime.date(self.number, self.first_month, 1)

    @property
    def next_begins_on(self) -> datetime.date:
        return datetime.date(self.number + 1, self.first_month, 1)

    @property
    def ends_on(self) -> datetime.date:
        return self.next_begins_on - datetime.timedelta(days=1)

    @property
    def begin(self) -> datetime.datetime:
        return _midnight(self.begins_on)

    @property
    def end(self) -> datetime.datetime:
        """The first moment after it."""
        return _midnight(self.next_begins_on)

    @property
    def is_over(self) -> bool:
        return self.end <= timezone.now()

    @property
    def label(self) -> str:
        if self.first_month == JANUARY:
            return str(self.number)
        return f"{self.number}–{(self.number + 1) % 100:02}"

    @classmethod
    def of(cls, day: datetime.date, first_month: int = JANUARY) -> "Year":
        """Return the one that a day lies in."""
        return cls(day.year - (day.month < first_month), first_month)


@dataclass(frozen=True)
class Part:
    """A table of the report."""

    title: str
    columns: tuple[str, ...]
    """What stands above its cells; none above rows of a name and a number."""
    rows: list[tuple[Cell, ...]]
    note: str = ""
    """How it was counted, in a sentence."""


@dataclass(frozen=True)
class _Seen:
    """How often a library was at events."""

    registered: int = 0
    attended: int = 0
    missed: int = 0

    def __add__(self, other: "_Seen") -> "_Seen":
        return _Seen(
            self.registered + other.registered,
            self.attended + other.attended,
            self.missed + other.missed,
        )

    @property
    def is_seen(self) -> bool:
        """Whether somebody had a seat and was not noted to have stayed away."""
        return self.registered > self.missed


def report(year: Year) -> list[Part]:
    """Return all tables of a year, of as much of it as has passed."""
    events = _held(year)
    libraries = list(Library.objects.order_by("name", "town", "pk"))
    called = Library.objects.called()
    seen, unknown = _seen(events, called)
    return [
        _chats(year),
        _events(year, events),
        _by(_("Libraries by region"), libraries, seen, lambda one: one.region, unknown),
        _by(_("Libraries by type"), libraries, seen, _type_of, unknown),
        _not_seen(year, libraries, called),
        _words(year),
        _subscribers(year),
        _searches(year),
    ]


def table(year: Year, parts: Iterable[Part]) -> str:
    """Return the report as CSV: each table below its title, with an empty line between them."""
    written = StringIO()
    rows = csv.writer(written)
    rows.writerow([_("The year in numbers"), year.label])
    rows.writerow([year.begins_on.isoformat(), year.ends_on.isoformat()])
    for part in parts:
        rows.writerow([])
        rows.writerow([part.title])
        if part.columns:
            rows.writerow(part.columns)
        rows.writerows([guarded(str(cell)) for cell in row] for row in part.rows)
    return written.getvalue()


def _midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _in(year: Year, field: str) -> Q:
    return Q(**{f"{field}__gte": year.begin, f"{field}__lt": year.end})


def _hours(seconds: int) -> Decimal:
    return (Decimal(seconds) / SECONDS_IN_AN_HOUR).quantize(Decimal("0.1"))


def _chats(year: Year) -> Part:
    of_year = ChatPage.objects.live().filter(date__range=(year.begins_on, year.ends_on)).past()
    held = of_year.exclude(outcome=Outcome.CANCELLED)
    recorded = held.recorded()
    return Part(
        _("Chats"),
        (),
        [
            (_("Chats held"), held.count()),
            (_("Chats cancelled"), of_year.filter(outcome=Outcome.CANCELLED).count()),
            (_("Recordings"), recorded.count()),
            (_("Hours of recordings"), _hours(recorded.aggregate(all=Sum("duration"))["all"] or 0)),
            (_("Topics"), Topic.objects.filter(page__in=held.values("pk")).count()),
        ],
    )


def _held(year: Year) -> QuerySet:
    past = EventPage.objects.live().filter(_in(year, "starts_at"), ends_at__lte=timezone.now())
    return past.filter(is_cancelled=False)


def _events(year: Year, held: QuerySet) -> Part:
    cancelled = EventPage.objects.live().filter(_in(year, "starts_at"), is_cancelled=True)
    seats = Registration.objects.filter(event__in=held.values("pk")).confirmed()
    counted = seats.aggregate(
        all=Count("pk"),
        there=Count("pk", filter=Q(attended=True)),
        noted=Count("event", filter=~Q(attended=None), distinct=True),
    )
    return Part(
        _("Events"),
        (),
        [
            (_("Events held"), held.count()),
            (_("Events cancelled"), cancelled.count()),
            (_("Hours of events"), sum(map(hours_of, held), Decimal()).quantize(Decimal("0.1"))),
            (_("Registrations"), counted["all"]),
            (_("Attended"), counted["there"]),
            (_("Events whose attendance was noted"), counted["noted"]),
        ],
        _("Registrations are those who had a seat. A chat with an event stands in both tables."),
    )


def _known(called: dict[Library, str]) -> dict[str, Library]:
    """Return libraries by every spelling that tells one."""
    by_name = {name: library for library, name in called.items()}
    return {it: by_name[name] for it, name in Library.objects.by_spelling().items()}


def _seen(held: QuerySet, called: dict[Library, str]) -> tuple[dict[Library, _Seen], _Seen]:
    """Return how often each library was there, and how often one that is not in the list."""
    known = _known(called)
    seats = Registration.objects.filter(event__in=held.values("pk")).confirmed().order_by()
    counted = seats.values("library").annotate(
        all=Count("pk"),
        there=Count("pk", filter=Q(attended=True)),
        missed=Count("pk", filter=Q(attended=False)),
    )
    seen: dict[Library, _Seen] = defaultdict(_Seen)
    unknown = _Seen()
    for text, *numbers in counted.values_list("library", "all", "there", "missed"):
        times = _Seen(*numbers)
        if library := known.get(folded(text)):
            seen[library] += times
        else:
            unknown += times
    return seen, unknown


def _type_of(library: Library) -> str:
    return str(LibraryType(library.type).label) if library.type else ""


def _by(
    title: str,
    libraries: list[Library],
    seen: dict[Library, _Seen],
    told: Callable[[Library], str],
    unknown: _Seen,
) -> Part:
    groups = defaultdict(list)
    for library in libraries:
        groups[told(library)].append(library)
    rows = []
    # Those of which it is not known come last.
    for name in sorted(groups, key=lambda name: (not name, name)):
        times = sum((seen[it] for it in groups[name] if it in seen), _Seen())
        there = sum(it in seen and seen[it].is_seen for it in groups[name])
        row = (name or _("Not said"), len(groups[name]), there, times.registered, times.attended)
        rows.append(row)
    if unknown.registered:
        rows.append((_("Not in the list"), "", "", unknown.registered, unknown.attended))
    columns = ("", _("Libraries"), _("Seen"), _("Registrations"), _("Attended"))
    return Part(
        title,
        columns,
        rows,
        _("A library is seen where somebody of it had a seat and did not stay away."),
    )


def _not_seen(year: Year, libraries: list[Library], called: dict[Library, str]) -> Part:
    until = min(year.end, timezone.now())
    since = until - datetime.timedelta(days=365)
    known = _known(called)
    seats = Registration.objects.confirmed().exclude(attended=False).order_by()
    past = seats.filter(event__is_cancelled=False, event__ends_at__lte=until)
    last: dict[Library, datetime.datetime] = {}
    for text, moment in past.values_list("library").annotate(Max("event__starts_at")):
        if library := known.get(folded(text)):
            last[library] = max(moment, last.get(library, moment))
    return Part(
        _("Libraries not seen for a year"),
        (_("Library"), _("Region"), _("Type"), _("Last seen")),
        [
            (
                called[it],
                it.region,
                _type_of(it),
                timezone.localdate(last[it]).isoformat() if it in last else _("never"),
            )
            for it in libraries
            if it not in last or last[it] < since
        ],
        _("In the twelve months before the end of the report, or before today."),
    )


def _words(year: Year) -> Part:
    changes = GuideChange.objects.filter(_in(year, "made_at"))
    reviews = GuideReview.objects.filter(reviewed_on__range=(year.begins_on, year.ends_on))
    posts = PostPage.objects.live().filter(date__range=(year.begins_on, year.ends_on))
    return Part(
        _("Posts, guides and comments"),
        (),
        [
            (_("Posts published"), posts.count()),
            (
                _("Guides published"),
                GuidePage.objects.live().filter(_in(year, "first_published_at")).count(),
            ),
            (_("Changes of guides that readers were told of"), changes.exclude(note="").count()),
            (_("Guides read through"), reviews.aggregate(n=Count("guide", distinct=True))["n"]),
            (
                _("Comments published"),
                Comment.objects.published().filter(_in(year, "published_at")).count(),
            ),
        ],
    )


def _subscribers(year: Year) -> Part:
    """Count addresses, from the first they confirmed to the last they ended."""
    spans = Subscription.objects.exclude(confirmed_at=None).order_by().values("subscriber")
    spans = spans.annotate(
        began=Min("confirmed_at"),
        ended=Max("ended_at"),
        still=Count("pk", filter=Q(ended_at=None)),
    )
    until = min(year.end, timezone.now())
    came = left = there = 0
    for began, ended, still in spans.values_list("began", "ended", "still").iterator():
        end = None if still else ended
        came += year.begin <= began < year.end
        left += end is not None and year.begin <= end < year.end
        there += began < until and (end is None or end >= until)
    return Part(
        _("Subscribers"),
        (),
        [
            (_("Addresses that began to follow something"), came),
            (_("Addresses that follow nothing any more"), left),
            (_("Addresses that follow something at its end"), there),
        ],
        _("Who had all they follow erased stands in none of these."),
    )


def _searches(year: Year) -> Part:
    searched = SearchedWords.objects.filter(month__range=(year.begins_on, year.ends_on))
    told = searched.tellable().summed().filter(not_found__gt=0).order_by("-not_found", "words")
    totals = searched.aggregate(all=Sum("times"), nothing=Sum("times_not_found"))
    rows = [(row["words"], row["not_found"], row["total"]) for row in told[:SEARCHES_SHOWN]]
    return Part(
        _("Searches that found nothing"),
        (_("Words"), _("Found nothing"), _("Times")),
        [*rows, (_("All searches"), totals["nothing"] or 0, totals["all"] or 0)],
        _("Words are kept for two years, and shown once they were searched for three times."),
    )
