"""Recorded community chats and what was talked about in them."""

import datetime
from collections.abc import Iterable
from functools import cached_property
from html import unescape
from http import HTTPMethod
from typing import TypeVar

from django.core.validators import URLValidator
from django.db import models
from django.db.models import (
    Case,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    Value,
    When,
    prefetch_related_objects,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import Truncator, get_text_list
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey, ParentalManyToManyField
from modelcluster.models import ClusterableModel
from taggit.models import ItemBase, Tag
from wagtail.admin.panels import FieldPanel
from wagtail.contrib.routable_page.models import path, re_path
from wagtail.fields import RichTextField
from wagtail.models import Orderable, Page, PageManager
from wagtail.search import index
from wagtailmedia.models import AbstractMedia

from chats.captions import Captions
from chats.forms import ChatPageForm
from chats.keys import new_key
from chats.kinds import ASIDE, TopicKind, guess_kind
from chats.leading import Link
from chats.panels import chat_edit_handler
from chats.recordings import RecordingLink, recording_file, recording_link
from chats.states import ChatState, Outcome, ahead, is_ahead
from chats.titles import default_title
from comments.models import DiscussedPage
from core.pages import BasePageQuerySet, IntroducedPage, RoutableBasePage
from core.timestamps import format_duration, format_stamp
from events.models import EventPage
from people.models import Person

SomeTopic = TypeVar("SomeTopic", bound="TopicFacts")

web_address = URLValidator(schemes=["http", "https"])

ABSTRACT_LENGTH = 160
ANSWER_STALE_AFTER = datetime.timedelta(days=730)


class ChatQuerySet(BasePageQuerySet):
    def newest_first(self) -> "ChatQuerySet":
        # Said outright: databases differ on where a time not known belongs.
        return self.order_by("-date", F("start_time").desc(nulls_last=True), "-pk")

    def upcoming(self) -> "ChatQuerySet":
        """Chats still ahead that were not cancelled, the next one first."""
        taking_place = self.filter(ahead()).exclude(outcome=Outcome.CANCELLED)
        return taking_place.order_by("date", F("start_time").asc(nulls_last=True), "pk")

    def past(self) -> "ChatQuerySet":
        return self.exclude(ahead())

    def recorded(self) -> "ChatQuerySet":
        """Chats that took place and can be heard."""
        return self.filter(_has_recording(), outcome="")

    def with_state(self) -> "ChatQuerySet":
        """Annotate `state_in_database`: the rule of chats.states, for filters."""
        return self.annotate(
            state_in_database=Case(
                When(outcome=Outcome.CANCELLED, then=Value(ChatState.CANCELLED)),
                When(outcome=Outcome.LOST, then=Value(ChatState.LOST)),
                When(_has_topics(), then=Value(ChatState.COMPLETE)),
                When(
                    Q(topics_promised=True) | _has_recording(),
                    then=Value(ChatState.TOPICS_EXPECTED),
                ),
                When(ahead(), then=Value(ChatState.UPCOMING)),
                default=Value(ChatState.RECORDING_EXPECTED),
                output_field=models.CharField(),
            )
        )

    def with_has_topics(self) -> "ChatQuerySet":
        """Tell along what a chat's state hangs on, for lists that do not read its topics."""
        return self.annotate(has_topics=_has_topics())

    def for_listing(self) -> "ChatQuerySet":
        """Fetch what a list shows of each chat in a number of queries that does not grow."""
        kept_here = self.select_related("recording_file", "audio_file")
        return kept_here.prefetch_related(*_shown_of_a_chat())


def _has_topics() -> Exists:
    return Exists(Topic.objects.filter(page=OuterRef("pk")))


def _has_recording() -> Q:
    kept_here = Q(recording_file__isnull=False) | Q(audio_file__isnull=False)
    return ~Q(recording_url="") | kept_here


def _shown_of_a_chat() -> tuple[Prefetch | str, ...]:
    return Prefetch("chat_hosts", ChatHost.objects.select_related("person")), "teams", "topics"


class ChatPage(DiscussedPage, RoutableBasePage):
    """One community chat: announced, held, recorded, and noted topic by topic."""

    parent_page_types = ["chats.ChatArchivePage"]
    subpage_types: list[str] = []
    exclude_fields_in_copy = ["topics", "import_record", "topic_addresses"]

    date = models.DateField(_("date"))
    start_time = models.TimeField(
        _("start time"), null=True, blank=True, help_text=_("If known, in the site's time zone.")
    )
    teams = ParentalManyToManyField(
        "people.Team", verbose_name=_("co-hosting teams"), blank=True, related_name="chats"
    )
    summary = RichTextField(
        _("summary"),
        blank=True,
        features=["bold", "italic", "link", "document-link"],
        help_text=_("Two or three sentences: what a colleague would hear."),
    )
    note = models.TextField(
        _("note"), blank=True, help_text=_("Shown to readers below the topics.")
    )
    register_url = models.URLField(
        _("where to register"),
        blank=True,
        validators=[web_address],
        help_text=_("Offered until the chat begins."),
    )

    outcome = models.CharField(
        _("went otherwise"),
        max_length=10,
        choices=Outcome.choices,
        blank=True,
        help_text=_("Leave empty for a chat that took place and was recorded."),
    )
    outcome_reason = models.CharField(
        _("reason"), max_length=250, blank=True, help_text=_("Shown to readers: “snow day”.")
    )
    topics_promised = models.BooleanField(
        _("topics will follow"), default=False, help_text=_("Readers see that someone is at it.")
    )
    topics_due = models.DateField(_("topics expected by"), null=True, blank=True)

    recording_url = models.URLField(
        _("link to the recording"),
        max_length=500,
        blank=True,
        validators=[web_address],
        help_text=_("YouTube, Vimeo, Zoom or any other address."),
    )
    recording_passcode = models.CharField(
        _("passcode"),
        max_length=50,
        blank=True,
        help_text=_("Shown to readers beside the link."),
    )
    recording_expires_on = models.DateField(
        _("link works until"),
        null=True,
        blank=True,
        help_text=_("Zoom removes cloud recordings after some time."),
    )
    recording_file = models.ForeignKey(
        "wagtailmedia.Media",
        verbose_name=_("recording kept here"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    audio_file = models.ForeignKey(
        "wagtailmedia.Media",
        verbose_name=_("sound alone"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("A smaller file for listening, beside the recording or in place of it."),
    )
    duration = models.PositiveIntegerField(
        _("length"), null=True, blank=True, help_text=_("As 52:10 or 1:02:03.")
    )
    captions = models.CharField(
        _("captions"),
        max_length=10,
        choices=Captions.choices,
        default=Captions.NOT_KNOWN,
        blank=True,
        help_text=_("A transcript brought in here gives captions, and goes before this."),
    )
    captions_due = models.DateField(_("captions expected by"), null=True, blank=True)
    captions_reason = models.CharField(
        _("why there are none yet"),
        max_length=250,
        blank=True,
        help_text=_("Shown to readers: “we are correcting them”."),
    )
    shown_was_said = models.BooleanField(
        _("what was shown was also said"),
        default=False,
        help_text=_(
            "Somebody who cannot see the screen misses nothing: it was said, or the transcript "
            "has lines such as “[on screen: the order form]”."
        ),
    )

    search_fields = [
        *Page.search_fields,
        index.SearchField("summary"),
        index.RelatedFields(
            "topics", [index.SearchField("title"), index.AutocompleteField("title")]
        ),
        index.FilterField("date"),
        index.FilterField("outcome"),
    ]
    base_form_class = ChatPageForm
    edit_handler = chat_edit_handler

    objects = PageManager.from_queryset(ChatQuerySet)()
    template = "pages/chat.html"

    has_topics: bool | None = None
    """Whether it has any, if that was read along (`ChatQuerySet.with_has_topics`)."""

    class Meta:
        verbose_name = _("chat")
        verbose_name_plural = _("chats")
        indexes = [models.Index(fields=["date", "start_time"])]

    @property
    def state(self) -> ChatState:
        """What has become of it: the first state of `ChatState` that holds."""
        if self.outcome:
            return ChatState(self.outcome)
        if self.topics.all() if self.has_topics is None else self.has_topics:
            return ChatState.COMPLETE
        if self.topics_promised or self.has_recording:
            return ChatState.TOPICS_EXPECTED
        if is_ahead(self.date, self.start_time):
            return ChatState.UPCOMING
        return ChatState.RECORDING_EXPECTED

    @property
    def is_ahead(self) -> bool:
        return is_ahead(self.date, self.start_time)

    @property
    def has_recording(self) -> bool:
        return bool(self.recording_url or self.recording_file_id or self.audio_file_id)

    @property
    def event(self) -> EventPage | None:
        """The event that goes on here, where readers may see it."""
        sequel = getattr(self, "event_sequel", None)
        return sequel.event if sequel and sequel.event.live else None

    @property
    def register_href(self) -> str:
        """Where to register: with the event, else where its editor says; blank if nobody can."""
        if not self.is_ahead or self.outcome == Outcome.CANCELLED:
            return ""
        if self.event is None:
            return self.register_url
        return f"{self.event.url}#register" if self.event.is_open else ""

    @cached_property
    def recording(self) -> RecordingLink | None:
        """Where to hear it: what is kept here, else the link."""
        if self.kept_recording:
            return recording_file(self.kept_recording.url)
        return recording_link(self.recording_url) if self.recording_url else None

    @property
    def kept_recording(self) -> AbstractMedia | None:
        """The file to be played: the sound alone only where no link works."""
        if self.recording_file or (self.recording_url and not self.recording_expired):
            return self.recording_file
        return self.audio_file

    @property
    def recording_is_gone(self) -> bool:
        """Whether all there is of it is a link that has ceased to work."""
        return self.recording_expired and self.kept_recording is None

    @property
    def recording_expired(self) -> bool:
        expires = self.recording_expires_on
        return bool(expires and not self.recording_file_id and expires < timezone.localdate())

    @property
    def starts_at(self) -> datetime.datetime | None:
        """The start as an aware time, None while only the day is known."""
        if self.start_time is None:
            return None
        naive = datetime.datetime.combine(self.date, self.start_time)
        return timezone.make_aware(naive)

    @property
    def duration_stamp(self) -> str:
        return format_stamp(self.duration) if self.duration else ""

    @property
    def duration_iso(self) -> str:
        return format_duration(self.duration) if self.duration else ""

    @property
    def has_own_title(self) -> bool:
        return self.title != default_title(self.date)

    @property
    def heading(self) -> str:
        """The title beside a stamp of the date: one made from the date would say it twice."""
        return self.title if self.has_own_title else str(_("Community chat"))

    @property
    def hosts(self) -> list["Person"]:
        return [chat_host.person for chat_host in self.chat_hosts.all()]

    @hosts.setter
    def hosts(self, persons: Iterable["Person"]) -> None:
        self.__dict__.pop("hosts_line", None)
        self.chat_hosts = [
            ChatHost(person=person, sort_order=place) for place, person in enumerate(persons)
        ]

    @cached_property
    def hosts_line(self) -> str:
        """Who held it, in a line: “Hosted by A and B, with Delivery”."""
        hosts = [person.name for person in self.hosts]
        return hosts_line(hosts, [team.name for team in self.teams.all()])

    @property
    def abstract(self) -> str:
        words = unescape(strip_tags(self.summary)) or "; ".join(
            topic.title for topic in self.main_topics
        )
        return Truncator(words).chars(ABSTRACT_LENGTH)

    @property
    def ordered_topics(self) -> list["Topic"]:
        """Topics as a listener meets them: by time, then those without one as they were noted."""
        return sorted(self.topics.all(), key=lambda topic: (topic.start is None, topic.start or 0))

    @property
    def timed_topics(self) -> list["Topic"]:
        """Topics that begin at a second of the recording, in order of time."""
        return [topic for topic in self.ordered_topics if topic.is_timed]

    @property
    def main_topics(self) -> list["Topic"]:
        """What a list shows of it: icebreakers and housekeeping only where there is no more."""
        return of_substance(self.ordered_topics)

    def fetch_shown(self) -> None:
        """Fetch at once what its page shows of it: else each use asks anew."""
        prefetch_related_objects([self], *_shown_of_a_chat())

    def full_clean(self, *args, **kwargs):
        self._name_by_date()
        super().full_clean(*args, **kwargs)

    def save(self, *args, **kwargs):
        self._name_by_date()
        self._give_topics_keys()
        return super().save(*args, **kwargs)

    def get_context(self, request, *args, **kwargs):
        from chats.watching import watch_context

        context = super().get_context(request, *args, **kwargs)
        return {**context, **watch_context(self, request, context["crumbs"])}

    @re_path(r"^([\w-]+\.(?:csv|json|txt|vtt))/$")
    def download(self, request, name):
        from chats.giving_back import respond

        return respond(request, self, name)

    @path("remove/")
    def remove(self, request):
        from chats.removal import ask

        return ask(request, self)

    def _name_by_date(self) -> None:
        if self.date:
            self.title = self.title or default_title(self.date)
            # Which slugs are free is known only once the page has its place in the tree.
            if not self.slug and self.path:
                self.slug = self._get_autogenerated_slug(self.date.isoformat())

    def _give_topics_keys(self) -> None:
        """Give every topic a key of its own: none yet, or one brought along from another chat."""
        topics = list(self.topics.all())
        known = TopicAddress.objects.filter(key__in=[topic.key for topic in topics])
        taken = set(known.exclude(chat_id=self.pk).values_list("key", flat=True))
        changed = False
        for topic in topics:
            if not topic.key or topic.key in taken:
                topic.key = new_key()
                changed = True
            taken.add(topic.key)
        if changed:
            self.topics = topics


def hosts_line(hosts: list[str], teams: list[str]) -> str:
    """Return who held a chat in a line, by their names; blank for nobody."""
    if hosts and teams:
        line = _("Hosted by %(hosts)s, with %(teams)s")
    elif hosts:
        line = _("Hosted by %(hosts)s")
    else:
        line = _("With %(teams)s") if teams else ""
    said = {"hosts": get_text_list(hosts, _("and")), "teams": get_text_list(teams, _("and"))}
    return line % said if line else ""


class ChatHost(Orderable):
    """A person who hosted a chat, in the order to be named."""

    page = ParentalKey(ChatPage, on_delete=models.CASCADE, related_name="chat_hosts")
    person = models.ForeignKey(
        "people.Person",
        verbose_name=_("host"),
        on_delete=models.CASCADE,
        related_name="hosted_chats",
    )

    panels = [FieldPanel("person")]

    class Meta(Orderable.Meta):
        verbose_name = _("host")
        verbose_name_plural = _("hosts")

    def __str__(self) -> str:
        return str(self.person)


class ChatResource(Orderable):
    """Something shown or named on the call, to be had by link."""

    page = ParentalKey(ChatPage, on_delete=models.CASCADE, related_name="resources")
    label = models.CharField(_("what it is"), max_length=200)
    url = models.URLField(_("address"), max_length=500, validators=[web_address])

    panels = [FieldPanel("label"), FieldPanel("url")]

    class Meta(Orderable.Meta):
        verbose_name = _("resource")
        verbose_name_plural = _("resources")

    def __str__(self) -> str:
        return self.label


class TopicTag(ItemBase):
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="tagged_topics")
    content_object = ParentalKey("Topic", on_delete=models.CASCADE, related_name="tagged_items")


class TopicQuerySet(models.QuerySet):
    def readable(self) -> "TopicQuerySet":
        """Topics of chats that the public may see, with what their address needs."""
        readable = self.filter(page__in=ChatPage.objects.published())
        return readable.select_related("page__recording_file", "page__audio_file")

    def for_lines(self) -> "TopicQuerySet":
        """Fetch what components/topic-lines.html shows, and under what they stand in a guide."""
        of_chat = ("page__title", "page__url_path", "page__date")
        of_topic = ("key", "start", "title", "source", "kind", "related_section")
        return self.select_related("page").only(*of_topic, *of_chat)

    def newest_first(self) -> "TopicQuerySet":
        return self.order_by(
            "-page__date",
            F("page__start_time").desc(nulls_last=True),
            "-page_id",
            F("start").asc(nulls_last=True),
            "sort_order",
        )


class TopicSource(models.TextChoices):
    RECORDING = "recording", _("Said on the recording")
    TEXT_CHAT = "text chat", _("Written in the text chat")


class TopicFacts:
    """What a topic is called in lists, told by its start, title, source and kind alone."""

    start: int | None
    title: str
    source: str
    kind: str

    @property
    def is_timed(self) -> bool:
        """Whether a second of the recording is its own."""
        return self.start is not None and self.source == TopicSource.RECORDING

    @property
    def stamp(self) -> str:
        return "" if self.start is None else format_stamp(self.start)

    @property
    def iso_duration(self) -> str:
        return "" if self.start is None else format_duration(self.start)

    @property
    def shown_kind(self) -> TopicKind:
        """The editor's word, else the guess."""
        return TopicKind(self.kind) if self.kind else guess_kind(self.title)

    @property
    def kind_label(self) -> str:
        """A word for all but questions, which most topics are."""
        kind = self.shown_kind
        return "" if kind == TopicKind.QUESTION else str(kind.label)

    @property
    def source_label(self) -> str:
        """A word for what cannot be heard on the recording."""
        return str(_("From the text chat")) if self.source == TopicSource.TEXT_CHAT else ""

    @property
    def is_aside(self) -> bool:
        return self.shown_kind in ASIDE


class Topic(TopicFacts, ClusterableModel, Orderable):
    """One thing talked about in a chat.

    Rows are made anew when an older revision of the chat is published: `key` is the topic's
    lasting name, and what other tables point to.
    """

    page = ParentalKey(ChatPage, on_delete=models.CASCADE, related_name="topics")
    key = models.CharField(_("key"), max_length=12, unique=True, blank=True)
    start = models.PositiveIntegerField(
        _("time"), null=True, blank=True, help_text=_("As 11:28 or 1:02:03, from the start.")
    )
    title = models.CharField(_("topic"), max_length=500)
    source = models.CharField(
        _("source"), max_length=10, choices=TopicSource.choices, default=TopicSource.RECORDING
    )
    kind = models.CharField(_("kind"), max_length=12, choices=TopicKind.choices, blank=True)
    answer = models.TextField(
        _("short answer"), blank=True, help_text=_("For those who have no time to listen.")
    )
    answer_checked_on = models.DateField(_("checked on"), null=True, blank=True)
    superseded_by = models.CharField(
        _("superseded by"),
        max_length=12,
        blank=True,
        help_text=_("Paste the address of the newer topic."),
    )
    related_page = models.ForeignKey(
        Page,
        verbose_name=_("related page"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    related_section = models.CharField(_("section of a guide"), max_length=100, blank=True)
    tags = ClusterTaggableManager(through=TopicTag, verbose_name=_("tags"), blank=True)

    objects = TopicQuerySet.as_manager()

    more: Link | None = None
    """Where more is said about it, if whoever shows this topic has fetched it and it is public."""
    successor: "Topic | None" = None
    """The topic that answers it anew, where the page that shows this one has fetched it."""

    class Meta(Orderable.Meta):
        verbose_name = _("topic")
        verbose_name_plural = _("topics")

    def __str__(self) -> str:
        return self.title

    @property
    def permalink(self) -> str:
        """The address to pass on: it leads to the topic wherever that is read."""
        return reverse("topic", args=[self.key])

    @property
    def anchor(self) -> str:
        return f"topic-{self.key}"

    @cached_property
    def href(self) -> str:
        """Where it is read: its line on its chat's page."""
        return f"{self.page.url}#{self.anchor}"

    @property
    def listen_href(self) -> str:
        """The second of the recording it was said at; blank where no link leads there."""
        recording = self.page.recording
        if recording is None or self.start is None or not recording.can_seek:
            return ""
        return recording.at(self.start)

    @property
    def answer_is_old(self) -> bool:
        checked = self.answer_checked_on
        return bool(checked and timezone.localdate() - checked > ANSWER_STALE_AFTER)


def of_substance(topics: list[SomeTopic]) -> list[SomeTopic]:
    """Return the topics that colleagues look for; all of them if none is such a one."""
    return [topic for topic in topics if not topic.is_aside] or topics


class TopicAddress(models.Model):
    """Which chat a topic's key belongs to, kept when the topic itself is gone."""

    key = models.CharField(max_length=12, primary_key=True)
    chat = models.ForeignKey(ChatPage, on_delete=models.CASCADE, related_name="topic_addresses")

    def __str__(self) -> str:
        return self.key


class ImportRecord(models.Model):
    """What an import last wrote to a chat: what differs from it since was edited here."""

    chat = models.OneToOneField(ChatPage, on_delete=models.CASCADE, related_name="import_record")
    values = models.JSONField()
    imported_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.chat}, {self.imported_at:%Y-%m-%d %H:%M}"


class ChatArchivePage(RoutableBasePage, IntroducedPage):
    """All chats, to be narrowed down and searched."""

    allowed_http_methods = [HTTPMethod.GET, HTTPMethod.HEAD, HTTPMethod.OPTIONS]
    parent_page_types = ["home.HomePage"]
    subpage_types = ["chats.ChatPage"]
    max_count = 1

    intro = RichTextField(
        _("introduction"),
        blank=True,
        features=["bold", "italic", "link"],
        help_text=_("When the calls are, and who may join."),
    )

    template = "pages/chat_archive.html"

    class Meta:
        verbose_name = _("chat archive")

    @path("")
    def index_route(self, request, *args, **kwargs):
        from search.answers import note_search

        response = super().index_route(request, *args, **kwargs)
        if results := response.context_data.get("results"):
            note_search(request, results)
        return response

    @path("search.json/")
    def search_json(self, request):
        from chats.views import search_json

        return search_json(request, self)

    @path("suggestions.json/")
    def suggestions_json(self, request):
        from chats.views import suggestions_json

        return suggestions_json(request, self)

    @path("suggestions/")
    def suggestions(self, request):
        from chats.views import suggestions

        return suggestions(request, self)

    @path("feed.xml/")
    def feed(self, request):
        from chats.feeds import atom

        return atom(request, self)

    @path("podcast.xml/")
    def podcast(self, request):
        from chats.feeds import podcast

        return podcast(request, self)

    @path("chats.json/")
    def everything(self, request):
        from chats.feeds import everything

        return everything(request, self)

    def get_context(self, request, *args, **kwargs):
        from chats.archive import archive_context

        return {
            **super().get_context(request, *args, **kwargs),
            **archive_context(request, chats=ChatPage.objects.child_of(self)),
        }
