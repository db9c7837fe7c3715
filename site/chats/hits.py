"""What a search leads to, as a reader sees it in a list."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

from chats.findable import CHAT, CHATS, PERSON, TOPIC
from chats.models import ChatPage, Topic
from core.findable import findable_of
from search.highlights import is_marked
from search.results import Hit

KINDS = (TOPIC, CHAT, PERSON)
"""What the archive's search leads to."""
BETWEEN = " · "
"""What parts the context of an entry."""


@dataclass(frozen=True)
class ShownHit:
    """A hit, and the chat and the topic behind it where there are such."""

    hit: Hit
    chat: ChatPage | None
    topic: Topic | None

    @property
    def title(self) -> SafeString:
        """Its title; shorter where that only says the date once more, and was not asked for."""
        said = self.hit.title
        is_plain = self.chat and self.hit.entry.kind == CHAT and not is_marked(said)
        return conditional_escape(self.chat.heading) if is_plain else said

    @property
    def found_by(self) -> SafeString:
        """What says the words, if neither title nor text does: a tag, a host, the chat's title."""
        parts = map(mark_safe, self.hit.context.split(BETWEEN))
        return mark_safe(BETWEEN.join(filter(is_marked, parts)))

    @property
    def kind_label(self) -> str:
        findable = findable_of(self.hit.entry.model)
        return str(findable.kinds[self.hit.entry.kind]) if findable else ""


def shown(hits: Iterable[Hit]) -> list[ShownHit]:
    """Fetch what a list shows of hits, in a number of queries that does not grow with them."""
    hits = list(hits)
    pks = {hit.entry.object_id for hit in hits if hit.entry.model == CHATS.label}
    chats = ChatPage.objects.filter(pk__in=pks).for_listing().in_bulk()
    keys = {hit.entry.key for hit in hits if hit.entry.kind == TOPIC}
    topics = {
        topic.key: topic
        for chat in chats.values()
        for topic in chat.topics.all()
        if topic.key in keys
    }
    give_successors(topics.values())
    return [
        ShownHit(
            hit,
            chats.get(hit.entry.object_id) if hit.entry.model == CHATS.label else None,
            topics.get(hit.entry.key) if hit.entry.kind == TOPIC else None,
        )
        for hit in hits
    ]


def give_successors(topics: Iterable[Topic]) -> None:
    """Fetch the topics that answer some of these anew."""
    answered_anew = [topic for topic in topics if topic.superseded_by]
    if not answered_anew:
        return
    keys = [topic.superseded_by for topic in answered_anew]
    successors = {topic.key: topic for topic in Topic.objects.readable().filter(key__in=keys)}
    for topic in answered_anew:
        topic.successor = successors.get(topic.superseded_by)
