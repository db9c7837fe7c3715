"""Rows in few queries, where saving one by one would take hours."""

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from typing import TypeVar

from django.db.models import F
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import Page

from operate.benchmarks.language import TAGS
from people.models import Person

HOSTS = [f"Host {number}" for number in range(1, 41)]
ROWS_AT_ONCE = 2000
WORDS_SEED = 1

Anything = TypeVar("Anything")
AnyPage = TypeVar("AnyPage", bound=Page)


def plant(parent: Page, pages: list[AnyPage]) -> list[AnyPage]:
    """Save pages without children as the last ones below a page.

    Signals are sent as for a fixture (`raw`), so nothing that listens reads each page again.
    """
    last = parent.get_last_child()
    first_number = Page._str2int(last.path[-Page.steplen :]) + 1 if last else 1
    for number, page in enumerate(pages, first_number):
        page.depth = parent.depth + 1
        page.path = Page._get_path(parent.path, page.depth, number)
        page.url_path = f"{parent.url_path}{page.slug}/"
        page.locale_id = parent.locale_id
    columns = [field.attname for field in Page._meta.concrete_fields if not field.primary_key]
    bare = [Page(**{name: getattr(page, name) for name in columns}) for page in pages]
    for page, row in zip(pages, Page.objects.bulk_create(bare), strict=True):
        page.page_ptr_id = page.pk = row.pk
        page.save_base(raw=True, force_insert=True)
    Page.objects.filter(pk=parent.pk).update(numchild=F("numchild") + len(pages))
    return pages


def some_people() -> list[Person]:
    return [Person.objects.get_or_create_named(name)[0] for name in HOSTS]


def some_tags() -> list[Tag]:
    return [Tag.objects.get_or_create(name=name)[0] for name in TAGS]


def days_back(count: int, oldest: datetime.date | None) -> Iterator[datetime.date]:
    """Days on which there is nothing: back from the oldest on which there is, or from today."""
    day = min(filter(None, [oldest, timezone.localdate()]))
    return (day - datetime.timedelta(days=days) for days in range(1, count + 1))


def spread(count: int, over: Iterable[Anything]) -> Counter[Anything]:
    """Give one to each in turn until all are given."""
    return Counter(islice(cycle(over), count))


def batches(rows: Iterable[Anything]) -> Iterator[list[Anything]]:
    rows = iter(rows)
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        yield batch
