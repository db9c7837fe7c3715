"""Chats, their topics, and what was said in them."""

from chats.models.calls import Call, CallNote
from chats.models.pages import (
    ANSWER_STALE_AFTER,
    ChatArchivePage,
    ChatHost,
    ChatPage,
    ChatQuerySet,
    ChatResource,
    ImportRecord,
    Topic,
    TopicAddress,
    TopicFacts,
    TopicQuerySet,
    TopicSource,
    TopicTag,
    hosts_line,
    of_substance,
)
from chats.models.transcripts import Line, LineQuerySet, Speaker, Transcript

__all__ = [
    "ANSWER_STALE_AFTER",
    "Call",
    "CallNote",
    "ChatArchivePage",
    "ChatHost",
    "ChatPage",
    "ChatQuerySet",
    "ChatResource",
    "ImportRecord",
    "Line",
    "LineQuerySet",
    "Speaker",
    "Topic",
    "TopicAddress",
    "TopicFacts",
    "TopicQuerySet",
    "TopicSource",
    "TopicTag",
    "Transcript",
    "hosts_line",
    "of_substance",
]
