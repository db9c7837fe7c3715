"""The blog's lists: newest, by tag, by author, by category, by year and month."""

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from django.core.paginator import Paginator
from django.db.models import CharField, Count
from django.db.models.functions import Cast, Substr
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.encoding import iri_to_uri
from django.utils.formats import date_format
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from taggit.models import Tag

from blog.models import BlogPage, Category, PostAuthor, PostPage, PostQuerySet, line_of_authors
from blog.news import OF_AUTHOR, OF_CATEGORY, OF_TAG, POSTS
from comments.models import Comment, Discussion
from core.page_cache.parts import kept
from people.models import Person
from updates.following import Ref

POSTS_PER_PAGE = 15
OLDEST_YEAR = 1970


@dataclass(frozen=True)
class Narrowed:
    """A part of the blog: which posts, and what it is called."""

    posts: PostQuerySet
    title: str
    """Blank for the whole."""
    address: str
    """Below the blog's own, as `tags/packaging/`; feeds lie in it, but for years."""
    has_feed: bool = True
    person: Person | None = None
    ref: Ref | None = None
    """How it is followed, where that is narrower than the whole."""

    @property
    def follow_refs(self) -> list[str]:
        return [str(ref) for ref in (self.ref, Ref(POSTS)) if ref]


def narrow(
    *,
    year: int | None = None,
    month: int | None = None,
    tag: str = "",
    author: str = "",
    category: str = "",
) -> Narrowed:
    """Return the part of the blog that an address names. Raises Http404 where it names nothing."""
    # There is one blog, and no post but in it.
    posts = PostPage.objects.published()
    if year is not None:
        return _of_time(posts, year, month)
    if tag:
        found = get_object_or_404(Tag, slug=tag)
        title = _("Posts about %(tag)s") % {"tag": found.name}
        ref = Ref(OF_TAG, str(found.pk))
        return Narrowed(posts.tagged(found), title, f"tags/{tag}/", ref=ref)
    if author:
        person = get_object_or_404(Person, slug=author)
        title = _("Posts by %(name)s") % {"name": person.name}
        ref = Ref(OF_AUTHOR, str(person.pk))
        return Narrowed(posts.by(person), title, f"by/{author}/", person=person, ref=ref)
    if category:
        named = get_object_or_404(Category, slug=category)
        part, ref = posts.filter(category=named), Ref(OF_CATEGORY, str(named.pk))
        return Narrowed(part, named.name, f"category/{category}/", ref=ref)
    return Narrowed(posts, "", "")


class Line(NamedTuple):
    """A post as a list shows it (components/post.html)."""

    title: str
    url: str
    date: datetime.date
    summary: str
    authors_line: str
    comment_count: int


def show(blog: BlogPage, request: HttpRequest, **narrowed) -> HttpResponse:
    """Answer with a page of a list; nothing is looked up for parts of it that are kept."""
    part = narrow(**narrowed)
    address = blog.get_url(request)
    counts = kept(request, f"posts_counted:{blog.pk}", lambda: Counts.of(address))
    paginator = Paginator(part.posts.newest_first(), POSTS_PER_PAGE)
    if not part.title:
        paginator.count = counts.total
    elif not paginator.count:
        raise Http404
    listing = paginator.get_page(request.GET.get("page"))
    context = {
        "part": part,
        "listing": listing,
        "blog_url": address,
        "feed_url": f"{address}{part.address if part.has_feed else ''}",
        "posts": SimpleLazyObject(lambda: _lines(listing.object_list, address)),
        "years": SimpleLazyObject(lambda: counts.years),
        "categories": SimpleLazyObject(lambda: counts.categories),
    }
    if part.title:
        context["crumbs"] = blog.crumbs_to(request)
        context["description"] = part.title
    return blog.render(request, context_overrides=context)


def _of_time(posts: PostQuerySet, year: int, month: int | None) -> Narrowed:
    try:
        first = datetime.date(year, 1 if month is None else month, 1)
    except ValueError:
        raise Http404 from None
    if first.year < OLDEST_YEAR:
        raise Http404
    if month is None:
        title = _("Posts of %(year)d") % {"year": year}
        return Narrowed(posts.filter(date__year=year), title, f"{year}/", has_feed=False)
    title = _("Posts of %(month)s") % {"month": date_format(first, "YEAR_MONTH_FORMAT")}
    return Narrowed(posts.of_month(year, month), title, f"{year}/{month}/", has_feed=False)


def _lines(posts: PostQuerySet, blog_url: str) -> list[Line]:
    """Fetch what a list shows of posts, in three queries."""
    read = list(posts.values_list("pk", "title", "slug", "date", "summary", "discussion_state"))
    pks = [pk for pk, *_rest in read]
    authors: dict[int, list[str]] = {}
    for pk, name in PostAuthor.objects.filter(page__in=pks).values_list("page", "person__name"):
        authors.setdefault(pk, []).append(name)
    shown = Comment.objects.published().filter(page__in=pks)
    counts = dict(shown.values_list("page").annotate(Count("pk")))
    return [
        Line(
            title,
            iri_to_uri(f"{blog_url}{slug}/"),
            date,
            summary,
            line_of_authors(authors.get(pk, ())),
            0 if state == Discussion.OFF else counts.get(pk, 0),
        )
        for pk, title, slug, date, summary, state in read
    ]


@dataclass(frozen=True)
class Counts:
    """How many posts the blog has, in one query: of each month in each category."""

    rows: list[tuple[str, str | None, str | None, int]]
    """Month as 2026-01, the category's slug and name, and the number."""
    address: str
    """Of the blog."""

    @classmethod
    def of(cls, address: str) -> "Counts":
        posts = PostPage.objects.published().order_by()
        # As text, in which both databases begin with year and month: SQLite has no dates, and
        # calls Python for each row that asks for a part of one.
        month = Substr(Cast("date", CharField()), 1, 7)
        counted = posts.annotate(in_month=month).values_list(
            "in_month", "category__slug", "category__name"
        )
        return cls(list(counted.annotate(Count("pk"))), address)

    @property
    def total(self) -> int:
        return sum(count for *_part, count in self.rows)

    @property
    def years(self) -> list[dict]:
        """The years with their months, newest first, each with its number of posts."""
        in_month: Counter[str] = Counter()
        for month, *_category, count in self.rows:
            in_month[month] += count
        years: dict[str, dict] = {}
        for month in sorted(in_month, reverse=True):
            first = datetime.date.fromisoformat(f"{month}-01")
            href = f"{self.address}{first.year}/"
            told = years.setdefault(
                month[:4], {"label": str(first.year), "href": href, "count": 0, "months": []}
            )
            count = in_month[month]
            told["count"] += count
            name = date_format(first, "F")
            told["months"].append({"label": name, "href": f"{href}{first.month}/", "count": count})
        return list(years.values())

    @property
    def categories(self) -> list[dict]:
        """The categories that posts are in, by name."""
        in_category: Counter[tuple[str, str]] = Counter()
        for _month, slug, name, count in self.rows:
            if slug and name:
                in_category[name, slug] += count
        return [
            {"label": name, "href": f"{self.address}category/{slug}/", "count": count}
            for (name, slug), count in sorted(in_category.items())
        ]
