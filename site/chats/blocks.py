"""Chats and their moments as blocks of a text."""

import re
from typing import NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from chats.forms import StampField
from chats.keys import LENGTH
from chats.models import ChatPage, Topic
from chats.recordings import RecordingLink, recording_link
from core.blocks import AddressBlock
from core.keys import ALPHABET
from core.timestamps import format_duration, format_stamp

KEY = re.compile(rf"(?:^|/topics/)([{ALPHABET}]{{{LENGTH}}})/?(?:[?#].*)?$")


class TopicKeyField(forms.CharField):
    """Takes the address of a topic, and keeps its key."""

    def clean(self, value: str) -> str:
        value = super().clean(value)
        if not value:
            return value
        match = KEY.search(value.strip())
        if match is None or not Topic.objects.filter(key=match[1]).exists():
            raise ValidationError(
                _(
                    "No topic has this address. Copy it from the sign behind a topic: "
                    "it ends in /topics/ and eight letters."
                )
            )
        return match[1]


class TopicKeyBlock(blocks.FieldBlock):
    def __init__(self, required: bool = True, help_text: str | None = None, **kwargs):
        self.field = TopicKeyField(required=required, help_text=help_text)
        super().__init__(**kwargs)


class TopicsValue(blocks.StructValue):
    @cached_property
    def found(self) -> list[Topic]:
        """The topics that readers may see, in the order given; in one query."""
        keys = list(self["topics"])
        readable = Topic.objects.readable().filter(key__in=keys).select_related("page")
        topics = {topic.key: topic for topic in readable}
        return [topics[key] for key in keys if key in topics]


class TopicsBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False)
    topics = blocks.ListBlock(
        TopicKeyBlock(
            label=_("Address of a topic"),
            help_text=_("Copy it from the sign behind the topic on its chat’s page."),
        ),
        label=_("Topics"),
    )

    class Meta:
        icon = "time"
        group = _("Recordings")
        label = _("Topics of chats")
        description = _("Moments of recordings, each with its stamp.")
        template = "blocks/topics.html"
        preview_template = "blocks/previews/topics.html"
        value_class = TopicsValue


class ChatValue(blocks.StructValue):
    @cached_property
    def found(self) -> ChatPage | None:
        """The chat, if readers may see it."""
        page = self["chat"]
        if page is None:
            return None
        return ChatPage.objects.published().for_listing().filter(pk=page.pk).first()


class ChatBlock(blocks.StructBlock):
    chat = blocks.PageChooserBlock(page_type="chats.ChatPage", label=_("Chat"))

    class Meta:
        icon = "comment"
        group = _("Recordings")
        label = _("A chat")
        description = _("A recorded chat with its topics.")
        template = "blocks/chat.html"
        preview_template = "blocks/previews/chat.html"
        value_class = ChatValue


class RecordingValue(blocks.StructValue):
    @cached_property
    def recording(self) -> RecordingLink:
        return recording_link(self["url"])


class RecordingBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"))
    url = AddressBlock(
        label=_("Address"),
        help_text=_("YouTube and Vimeo play on the page once a reader wants it; others are links."),
    )

    class Meta:
        icon = "media"
        group = _("Recordings")
        label = _("Video from elsewhere")
        description = _("Nothing is fetched from there before a reader asks for it.")
        template = "blocks/recording.html"
        value_class = RecordingValue
        preview_value = {"title": _("Packing audiobooks"), "url": "https://youtu.be/aqz-KE-bpKQ"}


CHAT_BLOCKS = (
    ("topics", TopicsBlock()),
    ("chat", ChatBlock()),
    ("recording", RecordingBlock()),
)


class NewestRecordingsValue(blocks.StructValue):
    @cached_property
    def found(self) -> list[ChatPage]:
        chats = ChatPage.objects.published().recorded().newest_first()
        return list(chats.for_listing()[: self["most"] or 1])


class NewestRecordingsBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False)
    most = blocks.IntegerBlock(label=_("How many at most"), default=3, min_value=1, max_value=10)

    class Meta:
        icon = "time"
        group = _("Recordings")
        label = _("Newest recordings")
        description = _("The newest chats with their topics, kept up by itself.")
        template = "blocks/newest_recordings.html"
        value_class = NewestRecordingsValue
        preview_value = {"title": _("Lately heard"), "most": 2}


class StampBlock(blocks.FieldBlock):
    """A time in a recording, typed as 11:28; its value is whole seconds."""

    def __init__(self, required: bool = True, help_text: str | None = None, **kwargs):
        self.field = StampField(required=required, help_text=help_text)
        super().__init__(**kwargs)


class VideoMomentBlock(blocks.StructBlock):
    start = StampBlock(label=_("Time"), help_text=_("As 11:28, from the start."))
    title = blocks.CharBlock(label=_("What it is about"), max_length=250)


class VideoMoment(NamedTuple):
    """A topic of a video, as components/topics.html shows it."""

    title: str
    stamp: str
    iso_duration: str
    href: str
    """To its second; blank where the host offers no such link."""


class VideoValue(RecordingValue):
    @cached_property
    def topics(self) -> list[VideoMoment]:
        """What it is about, in order of time; a draft may lack a time."""
        recording = self.recording
        timed = [moment for moment in self["moments"] if moment["start"] is not None]
        return [
            VideoMoment(
                moment["title"],
                format_stamp(moment["start"]),
                format_duration(moment["start"]),
                recording.at(moment["start"]) if recording.can_seek else "",
            )
            for moment in sorted(timed, key=lambda moment: moment["start"])
        ]


class VideoBlock(RecordingBlock):
    moments = blocks.ListBlock(VideoMomentBlock(), label=_("Topics"), default=[])

    class Meta:
        icon = "media"
        group = _("Recordings")
        label = _("Video with topics")
        description = _("Each topic leads to its second.")
        template = "blocks/video.html"
        value_class = VideoValue
        preview_value = {
            "title": _("Packing audiobooks"),
            "url": "https://youtu.be/aqz-KE-bpKQ",
            "moments": [{"start": 24, "title": _("Which box")}, {"start": 688, "title": _("Tape")}],
        }


CHAT_LIST_BLOCKS = (("newest_recordings", NewestRecordingsBlock()),)
VIDEO_BLOCKS = (("video", VideoBlock()),)
