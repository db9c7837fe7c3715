"""What a search leads to, as a reader sees it in a list."""

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from chats.findable import CHAT, SAID, TOPIC, WRITTEN
from chats.models import ChatPage, Topic, TopicSource
from chats.passages import topic_at
from chats.who_held import tell_who_held
from core.html import from_text
from core.text import clean_line, clean_text
from people.findable import PERSON
from search.highlights import is_marked
from search.results import Hit
from search.showing import ShownHit

KINDS = (TOPIC, SAID, WRITTEN, CHAT, PERSON)
"""What the archive's search leads to."""
SHOWN = (
    *("title", "url_path", "last_published_at"),
    *("date", "start_time", "duration", "outcome", "topics_promised"),
    *("recording_url", "recording_expires_on", "recording_file", "audio_file"),
)
"""Of a chat, by lists of hits and by feeds of a tag."""


@dataclass(frozen=True)
class ChatHit(ShownHit):
    """A hit of a chat, with the topic behind it where there is one.

    The topic of what was said is the one it stands under.
    """

    topic: Topic | None = None
    chat: ChatPage | None = None

    @property
    def title(self) -> SafeString:
        """Its title; shorter where that only says the date once more, and was not asked for."""
        if self.is_passage:
            return conditional_escape(self.topic.title if self.topic else self.chat.heading)
        said = self.hit.title
        is_plain = self.chat and self.hit.entry.kind == CHAT and not is_marked(said)
        return conditional_escape(self.chat.heading) if is_plain else said

    @property
    def kind_label(self) -> str:
        """What sort of topic it is; else what it is."""
        is_topic = self.topic and not self.is_passage
        return str(self.topic.shown_kind.label) if is_topic else super().kind_label

    @property
    def is_passage(self) -> bool:
        return self.hit.entry.kind in (SAID, WRITTEN) and self.chat is not None

    @property
    def listen_href(self) -> str:
        """The second of the recording; blank where no link leads there."""
        recording, start = self.chat and self.chat.recording, self.hit.entry.start
        can_seek = recording and start is not None and recording.can_seek
        return recording.at(start) if can_seek else ""

    @property
    def lasting_href(self) -> str:
        is_topic = self.topic and not self.is_passage
        return self.topic.permalink if is_topic else self.hit.href

    @property
    def began_at(self) -> datetime.datetime:
        return held_at(self.chat) if self.chat else super().began_at

    @property
    def changed_at(self) -> datetime.datetime:
        return (self.chat and self.chat.last_published_at) or self.began_at

    @property
    def told(self) -> SafeString:
        """The answer to a topic, and which chat it came up in."""
        if self.topic is None or self.is_passage:
            return super().told
        answer = from_text(clean_text(self.topic.answer))
        return format_html("{}<p>{}</p>", answer, clean_line(self.chat.title))


def held_at(chat: ChatPage) -> datetime.datetime:
    """Return when it began; of a chat of which only the day is known, when that did."""
    day = datetime.datetime.combine(chat.date, datetime.time())
    return chat.starts_at or timezone.make_aware(day)


def show_chats(hits: list[Hit]) -> Iterator[ChatHit]:
    """Fetch what a list shows of chats, topics and what was said."""
    pks = {hit.entry.object_id for hit in hits}
    read = ChatPage.objects.only(*SHOWN).prefetch_related("recording_file", "audio_file")
    if any(hit.entry.kind == CHAT for hit in hits):
        read = read.with_has_topics()
    chats = read.in_bulk(pks)
    tell_who_held(chats)
    topics = _Topics(hits, chats)
    found = []
    for hit in hits:
        chat = chats.get(hit.entry.object_id)
        found.append(ChatHit(hit, topics.of(hit), chat))
    give_successors(one.topic for one in found if one.topic)
    return iter(found)


class _Topics:
    """The topics that hits are of, or stand under, and no others of their chats."""

    def __init__(self, hits: list[Hit], chats: Mapping[int, ChatPage]) -> None:
        keys = [hit.entry.key for hit in hits if hit.entry.kind == TOPIC]
        said_in = {hit.entry.object_id for hit in hits if hit.entry.kind in (SAID, WRITTEN)}
        self._by_key: dict[str, Topic] = {}
        self._timed: dict[int, list[Topic]] = {}
        if not keys and not said_in:
            return
        timed = Q(page__in=said_in, source=TopicSource.RECORDING, start__isnull=False)
        for topic in Topic.objects.filter(Q(key__in=keys) | timed).order_by("start", "sort_order"):
            if chat := chats.get(topic.page_id):
                topic.page = chat
                self._by_key[topic.key] = topic
                if topic.is_timed:
                    self._timed.setdefault(chat.pk, []).append(topic)

    def of(self, hit: Hit) -> Topic | None:
        if hit.entry.kind == TOPIC:
            topic = self._by_key.get(hit.entry.key)
            return topic if topic and topic.page_id == hit.entry.object_id else None
        if hit.entry.kind in (SAID, WRITTEN):
            return topic_at(self._timed.get(hit.entry.object_id, []), hit.entry.start)
        return None


def give_successors(topics: Iterable[Topic]) -> None:
    """Fetch the topics that answer some of these anew."""
    answered_anew = [topic for topic in topics if topic.superseded_by]
    if not answered_anew:
        return
    keys = [topic.superseded_by for topic in answered_anew]
    successors = {topic.key: topic for topic in Topic.objects.readable().filter(key__in=keys)}
    for topic in answered_anew:
        topic.successor = successors.get(topic.superseded_by)
