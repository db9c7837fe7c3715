"""The archive as a reader narrows it down: by words, year, host, tag and state together."""

from collections.abc import Iterable
from dataclasses import dataclass

from django import forms
from django.core.paginator import Page as PageOfList
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from chats.models import ChatPage, ChatQuerySet, Topic, TopicTag
from chats.states import ChatState
from people.models import Person

CHATS_PER_PAGE = 26
MAX_QUERY_LENGTH = 200
MAX_WORDS = 12


class WordsField(forms.CharField):
    """A reader's words: capped, on one line, without the characters that databases refuse."""

    def to_python(self, value) -> str:
        text = super().to_python(value)[:MAX_QUERY_LENGTH]
        return " ".join(text.replace("\0", " ").split())


class ArchiveFilterForm(forms.Form):
    """The reader's choices. An unknown value is said to be so, and narrows nothing."""

    q = WordsField(label=_("Words"), required=False, widget=forms.HiddenInput)
    year = forms.ChoiceField(label=_("Year"), required=False)
    host = forms.ChoiceField(label=_("Host"), required=False)
    tag = forms.ChoiceField(label=_("Tag"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, data: QueryDict, chats: ChatQuerySet):
        super().__init__(data)
        shown = chats.values("pk")
        years = chats.order_by("-date__year").values_list("date__year", flat=True).distinct()
        hosts = Person.objects.filter(hosted_chats__page__in=shown).distinct()
        tags = Tag.objects.filter(tagged_topics__content_object__page__in=shown).distinct()
        self._offer("year", _("Any year"), ((str(year), str(year)) for year in years))
        self._offer("host", _("Any host"), ((host.slug, host.name) for host in hosts))
        self._offer("tag", _("Any tag"), ((tag.slug, tag.name) for tag in tags.order_by("name")))
        self._offer("state", _("Any state"), ChatState.choices)

    def _offer(self, name: str, nothing: str, choices: Iterable[tuple[str, str]]) -> None:
        self.fields[name].choices = [("", nothing), *choices]
        self.fields[name].error_messages["invalid_choice"] = _(
            "“%(value)s” is not in this list and was passed over. Choose another."
        )

    def label_of(self, name: str, value: str) -> str:
        return str(dict(self.fields[name].choices)[value])


@dataclass(frozen=True)
class ArchiveFilter:
    """What the archive is narrowed to; blank narrows nothing."""

    q: str = ""
    year: str = ""
    host: str = ""
    tag: str = ""
    state: str = ""

    @property
    def words(self) -> list[str]:
        return self.q.split()[:MAX_WORDS]

    @property
    def is_active(self) -> bool:
        return any((self.q, self.year, self.host, self.tag, self.state))

    def narrow(self, chats: ChatQuerySet) -> ChatQuerySet:
        """Return the chats that every choice leaves."""
        if self.year:
            chats = chats.filter(date__year=int(self.year))
        if self.host:
            chats = chats.filter(chat_hosts__person__slug=self.host)
        if self.tag:
            tagged = TopicTag.objects.filter(tag__slug=self.tag)
            chats = chats.filter(Exists(tagged.filter(content_object__page=OuterRef("pk"))))
        if self.state:
            chats = chats.with_state().filter(state_in_database=self.state)
        for word in self.words:
            topics = Topic.objects.filter(
                Q(title__icontains=word) | Q(answer__icontains=word), page=OuterRef("pk")
            )
            chats = chats.filter(
                Q(title__icontains=word)
                | Q(summary__icontains=word)
                | Q(note__icontains=word)
                | Exists(topics)
            )
        return chats.distinct()

    def matching_topics(self, chat: ChatPage) -> list[Topic]:
        """Return the topics of a found chat that hold a word, or the tag, that was asked for."""
        if not (self.words or self.tag):
            return []
        return [topic for topic in chat.ordered_topics if self._matches(topic)]

    def _matches(self, topic: Topic) -> bool:
        text = f"{topic.title} {topic.answer}".casefold()
        found = any(word.casefold() in text for word in self.words) if self.words else True
        tagged = not self.tag or self.tag in {item.tag.slug for item in topic.tagged_items.all()}
        return found and tagged


@dataclass(frozen=True)
class Chip:
    """A choice in force, and the address without it."""

    label: str
    href: str


@dataclass(frozen=True)
class ListedChat:
    """A chat in the archive, with the topics to be shown of it."""

    chat: ChatPage
    topics: list[Topic]
    left_out: int
    """How many of its topics are not shown."""
    is_open: bool
    """Whether these topics are what was asked for."""
    year_begins: bool


def archive_context(data: QueryDict, chats: ChatQuerySet) -> dict:
    """Return what the archive page shows for a query string, in a bounded number of queries."""
    published = chats.published()
    form = ArchiveFilterForm(data, published)
    form.is_valid()
    narrowing = ArchiveFilter(**{name: form.cleaned_data.get(name, "") for name in form.fields})
    found = narrowing.narrow(published).newest_first().for_listing()
    if narrowing.tag:
        found = found.prefetch_related("topics__tagged_items__tag")
    page = Paginator(found, CHATS_PER_PAGE).get_page(data.get("page"))
    return {
        "form": form,
        "narrowing": narrowing,
        "listing": page,
        "listed": list(_listed(page, narrowing)),
        "hidden": [field for field in form if field.name != "q" and field.value()],
        "chips": _chips(data, form, narrowing),
        "has_any": page.paginator.count > 0 or published.exists(),
    }


def _listed(page: PageOfList, narrowing: ArchiveFilter) -> Iterable[ListedChat]:
    year = None
    for chat in page:
        matching = narrowing.matching_topics(chat)
        topics = matching or chat.main_topics
        yield ListedChat(
            chat,
            topics,
            left_out=len(chat.topics.all()) - len(topics),
            is_open=bool(matching),
            year_begins=chat.date.year != year,
        )
        year = chat.date.year


def _chips(data: QueryDict, form: ArchiveFilterForm, narrowing: ArchiveFilter) -> list[Chip]:
    chips = []
    for name, field in form.fields.items():
        if value := getattr(narrowing, name):
            shown = value if name == "q" else form.label_of(name, value)
            chips.append(Chip(f"{field.label}: {shown}", f"?{_without(data, name, 'page')}"))
    return chips


def _without(data: QueryDict, *names: str) -> str:
    rest = data.copy()
    for name in list(rest):
        if name in names or not rest[name]:
            del rest[name]
    return rest.urlencode()
