"""What can be found of the chats: each chat, each of its topics, and who hosted them."""

from collections.abc import Iterable, Iterator

from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from chats.models import ChatArchivePage, ChatPage, TopicSource, TopicTag
from chats.passages import passages_of, with_transcripts
from comments.findable import comments_of_pages
from core.findable import Addresses, Findable, FindableText
from core.html import plain_text
from people.models import Person, Team
from search.entries import refresh, taking_turns
from search.models import EntryLabel

TOPIC, CHAT, PERSON = "topic", "chat", "person"
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


def _addresses_of_chats(chats: QuerySet) -> Addresses:
    return {chat.pk: chat.url for chat in chats}


def _persons_to_be_seen() -> QuerySet:
    chats = ChatPage.objects.published().filter(chat_hosts__person=OuterRef("pk")).order_by()
    last = chats.order_by(F("expire_at").desc(nulls_first=True)).values("expire_at")
    return Person.objects.filter(Exists(chats)).annotate(expire_at=Subquery(last[:1]))


def _texts_of_persons(persons: QuerySet) -> Iterator[tuple[Person, list[FindableText]]]:
    for person in persons.select_related("team"):
        said = [person.role, person.team.name if person.team else "", person.blurb]
        text = FindableText(
            PERSON,
            key=str(person.pk),
            title=person.name,
            text=" · ".join(filter(None, said)),
            hosts=(person.slug,),
        )
        yield person, [text]


def _addresses_of_persons(persons: QuerySet) -> Addresses:
    archive = ChatArchivePage.objects.published().first()
    if archive is None:
        return {}
    return {person.pk: f"{archive.url}?host={person.slug}" for person in persons}


def _hanging_on_chats(pks: list[int]) -> list[tuple[Findable, list[int]]]:
    """Return comments on chats that have changed, and who hosts, or by the entries hosted, them."""
    known = EntryLabel.objects.filter(
        facet="host", entry__model=CHATS.label, entry__object_id__in=pks
    )
    hosts = Person.objects.filter(Q(hosted_chats__page__in=pks) | Q(slug__in=known.values("value")))
    persons = list(hosts.values_list("pk", flat=True).distinct())
    return [(PERSONS, persons), *comments_of_pages(pks)]


PERSONS = Findable(
    model=Person,
    kinds={PERSON: _("Person")},
    visible=_persons_to_be_seen,
    texts=_texts_of_persons,
    addresses=_addresses_of_persons,
)
CHATS = Findable(
    model=ChatPage,
    kinds={
        TOPIC: _("Topic"),
        CHAT: _("Chat"),
        SAID: _("Said on the call"),
        WRITTEN: _("From the text chat"),
    },
    visible=lambda: ChatPage.objects.published(),
    texts=_texts_of_chats,
    addresses=_addresses_of_chats,
    depending=_hanging_on_chats,
)


def refresh_naming(named: Person | Team | Tag) -> None:
    """Refresh the entries that say the name of a person, a team or a tag."""
    with taking_turns():
        refresh_both(*naming(named))


def refresh_both(chats: Iterable[int], persons: Iterable[int]) -> None:
    refresh(CHATS, chats)
    refresh(PERSONS, persons)


def naming(named: Person | Team | Tag) -> tuple[list[int], list[int]]:
    """Return the chats and the persons whose entries say that name."""
    match named:
        case Person():
            chats, persons = ChatPage.objects.filter(chat_hosts__person=named), [named.pk]
        case Team():
            chats = ChatPage.objects.filter(teams=named)
            persons = list(named.people.values_list("pk", flat=True))
        case Tag():
            chats, persons = ChatPage.objects.filter(topics__tagged_items__tag=named), []
    return list(chats.values_list("pk", flat=True).distinct()), persons
