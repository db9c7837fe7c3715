"""Chats made up: topics with tags, hosts, and what was said."""

import datetime
import random
from collections.abc import Iterator

from django.db.models import Min
from django.utils.text import capfirst

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
from operate.benchmarks.language import QUESTIONS, THINGS, some_words
from operate.benchmarks.load.planting import (
    WORDS_SEED,
    batches,
    days_back,
    plant,
    some_people,
    some_tags,
    spread,
)
from people.models import Person

SECONDS_APART = 150
LINES_PER_HOUR = 1050
LINE_WORDS = 4, 13
CALLERS = 4
"""Who speak on a call beside its hosts."""
LINES_OF_TURN = 4
"""How many somebody says in a row, on average."""


def make_chats(archive: ChatArchivePage, chats: int, topics: int, hours: int = 0) -> None:
    """Make live chats, one for each day back from the oldest; an hour said in each in turn."""
    chance = random.Random(WORDS_SEED)  # noqa: S311 - words, not secrets
    hosts, tags = some_people(), some_tags()
    spoken = spread(hours, range(chats))
    days = enumerate(days_back(chats, ChatPage.objects.aggregate(oldest=Min("date"))["oldest"]))
    made = plant(archive, [_chat(date, topics, spoken[number]) for number, date in days])
    hosted = [chance.sample(hosts, chance.randint(1, 3)) for _chat in made]
    ChatHost.objects.bulk_create(
        ChatHost(page=chat, person=person, sort_order=order)
        for chat, persons in zip(made, hosted, strict=True)
        for order, person in enumerate(persons)
    )
    for batch in batches(_topic(chat, order, chance) for chat in made for order in range(topics)):
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
    for batch in batches(line for one in heard for line in _transcribe(*one, chance)):
        Line.objects.bulk_create(batch)


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
