"""Chats as the archive lists them: read as far as a list shows them, and not topic by topic."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from django.db.models import F

from chats.models import ChatPage, Topic, TopicFacts, TopicTag, of_substance
from chats.who_held import tell_who_held

SHOWN = (
    "title",
    "url_path",
    "date",
    "start_time",
    "duration",
    "outcome",
    "topics_promised",
    "recording_url",
    "recording_file",
    "audio_file",
)
"""Of a chat; what components/chat.html asks it for."""


@dataclass(frozen=True)
class ListedTopic(TopicFacts):
    """A topic as components/listed-topics.html shows one."""

    href: str
    start: int | None
    title: str
    source: str
    kind: str


@dataclass(frozen=True)
class Card:
    """A chat as components/chat.html shows it, with the topics to be shown of it."""

    chat: ChatPage
    topics: list[ListedTopic]
    left_out: int
    """How many of its topics are not shown."""
    is_open: bool
    """Whether these topics are what was asked for."""


class Cards:
    """Of some chats, with the topics that bear a tag where one is asked for.

    All are read once the first is looked at: a page whose cards are kept looks at none.
    """

    def __init__(self, pks: Iterable[int], tag: str = "") -> None:
        self._pks = list(pks)
        self._tag = tag

    def get(self, pk: int) -> Card | None:
        """Return the card of one; None where it went while the page was made."""
        return self._read.get(pk)

    @cached_property
    def _read(self) -> dict[int, Card]:
        chats = ChatPage.objects.only(*SHOWN).in_bulk(self._pks)
        tell_who_held(chats)
        tagged = self._tagged()
        topics: dict[int, list[tuple]] = {pk: [] for pk in self._pks}
        for page, *row in self._topics():
            topics[page].append(row)
        return {pk: _card(chat, topics[pk], tagged) for pk, chat in chats.items()}

    def _topics(self) -> Iterable[tuple]:
        """Return page, primary key, key, start, title, source and kind, as listeners meet them."""
        in_order = Topic.objects.filter(page__in=self._pks).order_by(
            F("start").asc(nulls_last=True), "sort_order"
        )
        return in_order.values_list("page", "pk", "key", "start", "title", "source", "kind")

    def _tagged(self) -> set[int]:
        if not self._tag:
            return set()
        tagged = TopicTag.objects.filter(tag__slug=self._tag, content_object__page__in=self._pks)
        return set(tagged.values_list("content_object", flat=True))


def _card(chat: ChatPage, rows: list[tuple], tagged: set[int]) -> Card:
    chat.has_topics = bool(rows)
    lines, address = {}, chat.url
    for pk, key, *facts in rows:
        lines[pk] = ListedTopic(f"{address}#topic-{key}", *facts)
    asked_for = [lines[pk] for pk in lines if pk in tagged]
    topics = asked_for or of_substance(list(lines.values()))
    return Card(chat, topics, len(lines) - len(topics), is_open=bool(asked_for))
