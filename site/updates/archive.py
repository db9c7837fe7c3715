"""What was announced, for all to read: by list and month, and as feeds."""

import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.core.paginator import Paginator
from django.db.models import Count
from django.db.models.functions import ExtractMonth, ExtractYear
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.models import Site

from core.feeds import SteadyAtom, answer_feed, for_xml
from core.page_cache import same_for_all
from core.pages import Crumb
from core.text import clean_line
from updates.announcements import ref_of, sent_on
from updates.models import Announcement, AnnouncementList
from updates.models.announcements import AnnouncementQuerySet
from updates.wording import mail_html

ON_A_PAGE = 20
IN_FEED = 20


@same_for_all
@require_safe
def show_list(request: HttpRequest, slug: str, year: int = 0, month: int = 0) -> HttpResponse:
    """List what was sent to a list, or in one month of it, the newest first."""
    one = get_object_or_404(AnnouncementList, slug=slug)
    announced, label = one.announcements.sent(), ""
    if month or year:
        first = _first_day(year, month)
        announced = _of_month(announced, first)
        label = date_format(first, "YEAR_MONTH_FORMAT")
    in_order = announced.newest_first().prefetch_related("lists")
    listing = Paginator(in_order, ON_A_PAGE).get_page(request.GET.get("page"))
    if label and not listing.object_list:
        raise Http404
    address = one.get_absolute_url()
    here = reverse("updates:month", args=[slug, year, month]) if label else address
    context = {
        "list": one,
        "month": label,
        "announcements": [
            {
                "subject": announcement.subject,
                "href": announcement.get_absolute_url(),
                "date": sent_on(announcement),
                "summary": announcement.summary,
                "also": [other for other in announcement.lists.all() if other != one],
            }
            for announcement in listing.object_list
        ],
        "listing": listing,
        "years": _years(one),
        "feed_url": f"{address}feed.xml",
        "follow_refs": _follow_refs([one]),
        "canonical": settings.SITE_URL + here,
        "description": one.summary,
        "crumbs": [*_crumbs(), *([Crumb(one.name, address)] if label else [])],
    }
    return render(request, "pages/updates/list.html", context)


@same_for_all
@require_safe
def show_announcement(request: HttpRequest, key: str) -> HttpResponse:
    """Show what was sent. What was not is found by nobody."""
    announcement = get_object_or_404(Announcement.objects.sent(), key=key)
    lists = list(announcement.lists.all())
    context = {
        "announcement": announcement,
        "date": sent_on(announcement),
        "lists": lists,
        "follow_refs": _follow_refs(lists),
        "canonical": settings.SITE_URL + announcement.get_absolute_url(),
        "description": announcement.summary,
        "crumbs": [*_crumbs(), *(Crumb(one.name, one.get_absolute_url()) for one in lists[:1])],
    }
    return render(request, "pages/updates/announcement.html", context)


class WholeTexts(SteadyAtom):
    """Atom (RFC 4287) with the whole text of each entry."""

    def add_item_elements(self, handler, item) -> None:
        super().add_item_elements(handler, item)
        handler.addQuickElement("content", item["content"], {"type": "html"})


@same_for_all
@require_safe
def feed(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer with the newest announcements of a list."""
    one = get_object_or_404(AnnouncementList, slug=slug)
    site = Site.find_for_request(request)
    address, name = settings.SITE_URL + one.get_absolute_url(), clean_line(one.name)
    written = WholeTexts(
        title=" · ".join(filter(None, [name, site and (site.site_name or site.hostname)])),
        link=address,
        feed_url=f"{address}feed.xml",
        description=clean_line(one.summary),
        language=get_language(),
    )
    for announcement in one.announcements.sent().newest_first()[:IN_FEED]:
        written.add_item(
            title=clean_line(announcement.subject),
            link=settings.SITE_URL + announcement.get_absolute_url(),
            description=clean_line(announcement.summary),
            content=for_xml(mail_html(announcement.body)),
            pubdate=announcement.sent_at,
            updateddate=announcement.sent_at,
        )
    return answer_feed(request, written.writeString("utf-8"), written.content_type)


class AnnouncementSitemap(Sitemap):
    """What was sent, for the site's map."""

    def items(self) -> AnnouncementQuerySet:
        return Announcement.objects.sent().newest_first().only("key", "sent_at")

    def lastmod(self, announcement: Announcement) -> datetime.datetime:
        return announcement.sent_at

    def get_domain(self, site=None) -> str:
        return settings.SITE_URL.partition("://")[2]

    def get_protocol(self, protocol: str | None = None) -> str:
        return settings.SITE_URL.partition("://")[0]


def _crumbs() -> list[Crumb]:
    return [Crumb(_("Email updates"), reverse("updates:index"))]


def _follow_refs(lists: list[AnnouncementList]) -> list[str]:
    return [str(ref_of(one)) for one in lists if one.is_open]


def _first_day(year: int, month: int) -> datetime.date:
    try:
        return datetime.date(year, month, 1)
    except ValueError:
        raise Http404 from None


def _of_month(announced: AnnouncementQuerySet, first: datetime.date) -> AnnouncementQuerySet:
    """Return what was sent in a month as it was where the site is. Raises Http404 beyond time."""
    zone = ZoneInfo(settings.TIME_ZONE)
    try:
        following = (first + datetime.timedelta(days=31)).replace(day=1)
        begins, ends = (
            datetime.datetime.combine(day, datetime.time(), zone).astimezone(datetime.UTC)
            for day in (first, following)
        )
    except OverflowError:
        raise Http404 from None
    return announced.filter(sent_at__gte=begins, sent_at__lt=ends)


def _years(one: AnnouncementList) -> list[dict]:
    """Return the years with their months, newest first, each with its number of announcements."""
    zone = ZoneInfo(settings.TIME_ZONE)
    counted = (
        one.announcements.sent()
        .annotate(
            of_year=ExtractYear("sent_at", tzinfo=zone),
            of_month=ExtractMonth("sent_at", tzinfo=zone),
        )
        .values_list("of_year", "of_month")
        .annotate(Count("pk"))
        .order_by("-of_year", "-of_month")
    )
    years: dict[int, dict] = {}
    for year, month, count in counted:
        told = years.setdefault(year, {"label": str(year), "count": 0, "months": []})
        told["count"] += count
        told["months"].append(
            {
                "label": date_format(datetime.date(year, month, 1), "F"),
                "href": reverse("updates:month", args=[one.slug, year, month]),
                "count": count,
            }
        )
    return list(years.values())
