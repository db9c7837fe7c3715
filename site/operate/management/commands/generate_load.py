"""`manage.py generate_load`: a big archive to measure with."""

import datetime
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import cycle, islice
from typing import TypeVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone
from django.utils.text import capfirst
from taggit.models import Tag
from wagtail.models import Page

from chats.keys import new_key
from chats.models import (
    ChatArchivePage,
    ChatHost,
    ChatPage,
    Line,
    Speaker,
    Topic,
    TopicAddress,
    TopicSource,
    TopicTag,
    Transcript,
)
from chats.titles import default_title
from chats.transcribing import digest_of
from operate.benchmarks.language import QUESTIONS, TAGS, THINGS, some_words
from people.models import Person
from search.entries import sweep

HOSTS = [f"Host {number}" for number in range(1, 41)]
SECONDS_APART = 150
LINES_PER_HOUR = 1050
LINE_WORDS = 4, 13
CALLERS = 4
"""Who speak on a call beside its hosts."""
LINES_OF_TURN = 4
"""How many somebody says in a row, on average."""
ROWS_AT_ONCE = 2000
WORDS_SEED = 1

Anything = TypeVar("Anything")


class Command(BaseCommand):
    help = (
        "Fill the archive with made-up chats, one for each day back from the oldest, to "
        "measure with. They cannot be told from real ones later: use a database to throw away."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chats", type=int, required=True, help="how many chats")
        parser.add_argument("--topics", type=int, default=20, help="topics in each (20)")
        parser.add_argument(
            "--hours", type=int, default=0, help="of transcripts, an hour for each chat in turn (0)"
        )
        parser.add_argument("--yes", action="store_true", help="even if the archive has chats")

    def handle(self, *args, chats: int, topics: int, hours: int, yes: bool, **options) -> None:
        if chats < 1 or topics < 0 or hours < 0:
            raise CommandError("Ask for one chat or more, and no fewer than 0 topics or hours.")
        archive = ChatArchivePage.objects.first()
        if archive is None:
            raise CommandError("There is no chat archive to fill.")
        if not yes and ChatPage.objects.exists():
            raise CommandError("The archive has chats. To mix made-up ones with them, say --yes.")
        with transaction.atomic():
            fill(archive, chats, topics, hours)
        self.stdout.write("Writing down what can be found ...")
        sweep()
        self.stdout.write(
            f"Made {chats} chats with {topics} topics each, and {hours} hours of transcripts. The "
            "worker puts them into the search index, or rebuild_search at once. The admin finds "
            "them by their topics after update_index and rebuild_references_index."
        )


def fill(archive: ChatArchivePage, chats: int, topics: int, hours: int = 0) -> None:
    """Make live chats without a history; the same words every time, but for keys and dates."""
    chance = random.Random(WORDS_SEED)  # noqa: S311 - words, not secrets
    hosts = [Person.objects.get_or_create_named(name)[0] for name in HOSTS]
    tags = [Tag.objects.get_or_create(name=name)[0] for name in TAGS]
    spoken = spread(hours, range(chats))
    days = enumerate(_days_back(chats))
    made = _plant(archive, [_chat(date, topics, spoken[number]) for number, date in days])
    hosted = [chance.sample(hosts, chance.randint(1, 3)) for _chat in made]
    ChatHost.objects.bulk_create(
        ChatHost(page=chat, person=person, sort_order=order)
        for chat, persons in zip(made, hosted, strict=True)
        for order, person in enumerate(persons)
    )
    for batch in _batches(_topic(chat, order, chance) for chat in made for order in range(topics)):
        Topic.objects.bulk_create(batch)
        TopicAddress.objects.bulk_create(
            TopicAddress(key=topic.key, chat_id=topic.page_id) for topic in batch
        )
        TopicTag.objects.bulk_create(
            TopicTag(content_object=topic, tag=tag)
            for topic in batch
            for tag in chance.sample(tags, chance.randint(0, 3))
        )
    heard = ((made[number], hosted[number], spoken[number]) for number in sorted(spoken))
    for batch in _batches(line for one in heard for line in _transcribe(*one, chance)):
        Line.objects.bulk_create(batch)


def spread(hours: int, over: Iterable[Anything]) -> Counter[Anything]:
    """Give an hour to each in turn until all are given."""
    return Counter(islice(cycle(over), hours))


def _plant(archive: ChatArchivePage, chats: list[ChatPage]) -> list[ChatPage]:
    """Save chats without children as the last pages of the archive, in few queries.

    Signals are sent as for a fixture (`raw`), so nothing that listens reads each page again.
    """
    last = archive.get_last_child()
    first_number = Page._str2int(last.path[-Page.steplen :]) + 1 if last else 1
    for number, chat in enumerate(chats, first_number):
        chat.depth = archive.depth + 1
        chat.path = Page._get_path(archive.path, chat.depth, number)
        chat.url_path = f"{archive.url_path}{chat.slug}/"
        chat.locale_id = archive.locale_id
    columns = [field.attname for field in Page._meta.concrete_fields if not field.primary_key]
    pages = [Page(**{name: getattr(chat, name) for name in columns}) for chat in chats]
    for chat, page in zip(chats, Page.objects.bulk_create(pages), strict=True):
        chat.page_ptr_id = chat.pk = page.pk
        chat.save_base(raw=True, force_insert=True)
    Page.objects.filter(pk=archive.pk).update(numchild=F("numchild") + len(chats))
    return chats


def _days_back(count: int) -> Iterator[datetime.date]:
    """Days on which there is no chat: back from the oldest, from today if there is none."""
    oldest = ChatPage.objects.aggregate(oldest=Min("date"))["oldest"]
    day = min(filter(None, [oldest, timezone.localdate()]))
    return (day - datetime.timedelta(days=days) for days in range(1, count + 1))


def _chat(date: datetime.date, topics: int, hours: int) -> ChatPage:
    chat = ChatPage(
        title=default_title(date),
        draft_title=default_title(date),
        slug=date.isoformat(),
        date=date,
        start_time=datetime.time(14),
        recording_url=f"https://example.org/recordings/{date}",
        duration=max((topics + 1) * SECONDS_APART, hours * 3600),
    )
    chat.first_published_at = chat.last_published_at = chat.starts_at
    return chat


def _topic(chat: ChatPage, order: int, chance: random.Random) -> Topic:
    one, other = chance.sample(THINGS, 2)
    return Topic(
        page=chat,
        sort_order=order,
        key=new_key(),
        start=order * SECONDS_APART + chance.randrange(SECONDS_APART),
        title=capfirst(chance.choice(QUESTIONS).format(a=one, b=other)),
        answer=f"Look at the {other} first, then ask the lender." if order % 4 == 0 else "",
    )


def _transcribe(
    chat: ChatPage, hosts: list[Person], hours: int, chance: random.Random
) -> Iterator[Line]:
    """Save a transcript and who speaks in it; yield its lines."""
    transcript = Transcript.objects.create(chat=chat)
    names = [*(host.name for host in hosts), *(f"Caller {n}" for n in range(1, CALLERS + 1))]
    speakers = Speaker.objects.bulk_create(
        Speaker(transcript=transcript, source=TopicSource.RECORDING, name=name) for name in names
    )
    speaker = speakers[0]
    lines = hours * LINES_PER_HOUR
    for place in range(lines):
        if chance.randrange(LINES_OF_TURN) == 0:
            speaker = chance.choice(speakers)
        start, end = (hours * 3_600_000 * moment // lines for moment in (place, place + 1))
        text = capfirst(some_words(chance.randint(*LINE_WORDS), chance)) + "."
        yield Line(
            transcript=transcript,
            place=place,
            start=start,
            end=end,
            speaker=speaker,
            text=text,
            digest=digest_of(text),
        )


def _batches(rows: Iterator[Anything]) -> Iterator[list[Anything]]:
    while batch := list(islice(rows, ROWS_AT_ONCE)):
        yield batch
