"""`manage.py generate_load`: a big archive to measure with."""

import datetime
import random
from collections.abc import Iterator
from itertools import islice

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import F, Min
from django.utils import timezone
from django.utils.text import capfirst
from taggit.models import Tag
from wagtail.models import Page

from chats.keys import new_key
from chats.models import ChatArchivePage, ChatHost, ChatPage, Topic, TopicAddress, TopicTag
from chats.titles import default_title
from people.models import Person
from search.entries import sweep

THINGS = [
    "lost book", "damaged disc", "microfilm reel", "book club set", "scanned chapter", "recall",
    "large-print book", "renewal", "tracking label", "courier bag", "route code", "due date",
    "hold shelf", "request form", "lender string", "conditional reply", "bill", "patron notice",
    "school holiday", "statistics report", "catalog record", "local history file", "map", "score",
    "thesis", "sound recording", "packing slip", "rubber band", "reference loan", "holiday list",
]  # fmt: skip
QUESTIONS = [
    "who pays for the {a}?", "can we renew a {a} after the {b}?", "how long do you keep a {a}?",
    "what does the {a} say when the {b} is missing?", "where does the {a} go with a {b}?",
    "news about the {a}", "does anybody lend a {a} with a {b}?", "the {a} that came back as a {b}",
    "how do you count a {a} on the {b}?", "first steps with the {a}",
]  # fmt: skip
TAGS = [
    "renewals", "delivery", "copyright", "scanning", "labels", "fees", "lost items", "holds",
    "statistics", "training", "schools", "international", "microfilm", "book clubs", "ebooks",
    "packaging", "closings", "unfilled", "mail", "damage",
]  # fmt: skip
HOSTS = [f"Host {number}" for number in range(1, 41)]
SECONDS_APART = 150
TOPICS_AT_ONCE = 2000
WORDS_SEED = 1


class Command(BaseCommand):
    help = (
        "Fill the archive with made-up chats, one for each day back from the oldest, to "
        "measure with. They cannot be told from real ones later: use a database to throw away."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--chats", type=int, required=True, help="how many chats")
        parser.add_argument("--topics", type=int, default=20, help="topics in each (20)")
        parser.add_argument("--yes", action="store_true", help="even if the archive has chats")

    def handle(self, *args, chats: int, topics: int, yes: bool, **options) -> None:
        if chats < 1 or topics < 0:
            raise CommandError("Ask for one chat or more, and no fewer than 0 topics.")
        archive = ChatArchivePage.objects.first()
        if archive is None:
            raise CommandError("There is no chat archive to fill.")
        if not yes and ChatPage.objects.exists():
            raise CommandError("The archive has chats. To mix made-up ones with them, say --yes.")
        with transaction.atomic():
            fill(archive, chats, topics)
        self.stdout.write("Writing down what can be found ...")
        sweep()
        self.stdout.write(
            f"Made {chats} chats with {topics} topics each. The worker puts them into the search "
            "index, or rebuild_search at once. The admin finds them by their topics after "
            "update_index and rebuild_references_index."
        )


def fill(archive: ChatArchivePage, chats: int, topics: int) -> None:
    """Make live chats without a history; the same words every time, but for keys and dates."""
    chance = random.Random(WORDS_SEED)  # noqa: S311 - words, not secrets
    hosts = [Person.objects.get_or_create_named(name)[0] for name in HOSTS]
    tags = [Tag.objects.get_or_create(name=name)[0] for name in TAGS]
    made = _plant(archive, [_chat(date, topics) for date in _days_back(chats)])
    ChatHost.objects.bulk_create(
        ChatHost(page=chat, person=person, sort_order=order)
        for chat in made
        for order, person in enumerate(chance.sample(hosts, chance.randint(1, 3)))
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


def _chat(date: datetime.date, topics: int) -> ChatPage:
    chat = ChatPage(
        title=default_title(date),
        draft_title=default_title(date),
        slug=date.isoformat(),
        date=date,
        start_time=datetime.time(14),
        recording_url=f"https://example.org/recordings/{date}",
        duration=(topics + 1) * SECONDS_APART,
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


def _batches(topics: Iterator[Topic]) -> Iterator[list[Topic]]:
    while batch := list(islice(topics, TOPICS_AT_ONCE)):
        yield batch
