"""What can be found of the chats: each chat, each of its topics, and what was said."""

from collections.abc import Iterator

from django.db.models import Prefetch, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from chats.models import ChatPage, TopicSource, TopicTag
from chats.passages import passages_of, with_transcripts
from comments.findable import comments_of_pages
from core.findable import Findable, FindableText, findable_page
from core.html import plain_text
from people.findable import PERSONS, persons_of
from people.models import Person, Team

TOPIC, CHAT = "topic", "chat"
SAID, WRITTEN = "said", "written"
WEIGHT_OF_CHAT = 0.8
WEIGHT_OF_PASSAGE = 0.5
WEIGHT_OF_ASIDE = 0.4
CHATS_AT_ONCE = 10
"""Of which all that was said is held in memory."""


def _texts_of_chats(chats: QuerySet) -> Iterator[tuple[ChatPage, list[FindableText]]]:
    tagged = Prefetch("topics__tagged_items", TopicTag.objects.select_related("tag"))
    fetched = with_transcripts(chats.for_listing().prefetch_related(tagged))
    for chat in fetched.iterator(chunk_size=CHATS_AT_ONCE):
        yield chat, [_text_of_chat(chat), *_texts_of_topics(chat), *_texts_of_passages(chat)]


def _text_of_chat(chat: ChatPage) -> FindableText:
    said = [plain_text(chat.summary), chat.note, chat.outcome_reason]
    return FindableText(
        CHAT,
        key=str(chat.pk),
        title=chat.title,
        text=" ".join(filter(None, said)),
        context=_who(chat),
        date=chat.date,
        hosts=_slugs(chat.hosts),
        weight=WEIGHT_OF_CHAT,
    )


def _texts_of_topics(chat: ChatPage) -> Iterator[FindableText]:
    about = chat.title if chat.has_own_title else ""
    for place, topic in enumerate(chat.ordered_topics, 1):
        tags = [item.tag for item in topic.tagged_items.all()]
        yield FindableText(
            TOPIC,
            key=topic.key,
            title=topic.title,
            text=topic.answer,
            context=" · ".join(filter(None, [*(tag.name for tag in tags), about, _who(chat)])),
            fragment=topic.anchor,
            start=topic.start,
            place=place,
            date=chat.date,
            hosts=_slugs(chat.hosts),
            tags=_slugs(tags),
            weight=WEIGHT_OF_ASIDE if topic.is_aside else 1.0,
        )


def _texts_of_passages(chat: ChatPage) -> Iterator[FindableText]:
    for kind, source in ((SAID, TopicSource.RECORDING), (WRITTEN, TopicSource.TEXT_CHAT)):
        for passage in passages_of(chat, source):
            topic = passage.topic
            tags = [item.tag for item in topic.tagged_items.all()] if topic else []
            yield FindableText(
                kind,
                key=f"{chat.pk}-{passage.start}",
                title="",
                text=passage.text,
                fragment=passage.anchor,
                start=passage.start,
                place=passage.start,
                date=chat.date,
                hosts=_slugs(chat.hosts),
                tags=_slugs(tags),
                weight=WEIGHT_OF_PASSAGE,
            )


def _who(chat: ChatPage) -> str:
    return " · ".join(named.name for named in [*chat.hosts, *chat.teams.all()])


def _slugs(named) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.slug for one in named))


def _hanging_on_chats(pks: list[int]) -> list[tuple[Findable, list[int]]]:
    """Return comments on chats that have changed, and who hosts, or by the entries hosted, them."""
    persons = persons_of(CHATS, pks, Q(hosted_chats__page__in=pks))
    return [(PERSONS, persons), *comments_of_pages(pks)]


CHATS = findable_page(
    ChatPage,
    kinds={
        TOPIC: _("Topic"),
        CHAT: _("Chat"),
        SAID: _("Said on the call"),
        WRITTEN: _("From the text chat"),
    },
    texts=_texts_of_chats,
    plurals={
        TOPIC: _("Topics"),
        CHAT: _("Chats"),
        SAID: _("Said on calls"),
        WRITTEN: _("From text chats"),
    },
    parts=frozenset({SAID, WRITTEN}),
    depending=_hanging_on_chats,
)


def chats_naming(named: Person | Team | Tag) -> list[int]:
    """Return the chats whose entries say the name of a person, a team or a tag."""
    match named:
        case Person():
            chats = ChatPage.objects.filter(chat_hosts__person=named)
        case Team():
            chats = ChatPage.objects.filter(teams=named)
        case Tag():
            chats = ChatPage.objects.filter(topics__tagged_items__tag=named)
    return list(chats.values_list("pk", flat=True).distinct())
