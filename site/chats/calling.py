"""Noting a call while it goes on, from several browsers and through lost connections."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from chats.importers import ImportedTopic
from chats.models import Call, CallNote, ChatPage
from chats.noting import TopicPlan, bring_in_topics

MOST_NOTES = 500
LONGEST_TITLE = 500
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


class Malformed(ValueError):
    """What a browser sent is not as call.js writes it."""


@dataclass(frozen=True)
class Noted:
    """A note as it will be a topic; `start` in seconds of the recording, below 0 before it."""

    title: str
    start: int


def call_of(chat: ChatPage) -> Call:
    return Call.objects.get_or_create(chat_id=chat.pk)[0]


@transaction.atomic
def sync(chat: ChatPage, sent: Any) -> dict[str, Any]:
    """Take in what a browser knows, and return all that is known; safe to be sent twice.

    Raises Malformed, and writes nothing then.
    """
    call = Call.objects.select_for_update().get(pk=call_of(chat).pk)
    began_at, notes = _read(sent)
    if began_at != call.began_at and "began_at" in sent:
        call.began_at = began_at
        call.save(update_fields=["began_at"])
    stored = CallNote.objects.filter(call=call).in_bulk()
    foreign = CallNote.objects.filter(pk__in=[note.pk for note in notes]).exclude(call=call)
    if foreign.exists() or len(stored.keys() | {note.pk for note in notes}) > MOST_NOTES:
        raise Malformed("notes of another call, or too many")
    for note in notes:
        known = stored.get(note.pk)
        if known is None or known.changed_at < note.changed_at:
            note.call = call
            note.save(force_insert=known is None)
            stored[note.pk] = note
    return {
        "now": _milliseconds(timezone.now()),
        "began_at": _milliseconds(call.began_at),
        "notes": [_as_data(note) for note in stored.values()],
    }


def noted(chat: ChatPage, offset: int = 0) -> list[Noted]:
    """Return the moments with a title, in order; `offset` is added to each, in seconds."""
    call = call_of(chat)
    if call.began_at is None:
        return []
    notes = call.notes.filter(is_removed=False).exclude(stamped_at=None).exclude(title="")
    return [
        Noted(note.title, int((note.stamped_at - call.began_at).total_seconds()) + offset)
        for note in notes.order_by("stamped_at", "pk")
    ]


def make_topics(chat: ChatPage, offset: int, user: User | None = None) -> TopicPlan:
    """Make topics of what was noted; again with another offset, they move."""
    topics = [ImportedTopic(one.start, one.title) for one in noted(chat, offset) if one.start >= 0]
    return bring_in_topics(chat, topics, user)


def _read(sent: Any) -> tuple[datetime.datetime | None, list[CallNote]]:
    if not isinstance(sent, dict) or not isinstance(sent.get("notes", []), list):
        raise Malformed("not an object with notes")
    if len(sent.get("notes", [])) > MOST_NOTES:
        raise Malformed("too many notes")
    return _moment(sent.get("began_at")), [_note(one) for one in sent.get("notes", [])]


def _note(data: Any) -> CallNote:
    try:
        title = str(data["title"]).replace("\0", "")
        return CallNote(
            pk=uuid.UUID(str(data["uid"])),
            title=" ".join(title.split())[:LONGEST_TITLE],
            stamped_at=_moment(data["stamped_at"]),
            place=_whole(data["place"]),
            is_removed=data["is_removed"] is True,
            changed_at=_whole(data["changed_at"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Malformed(str(error)) from error


def _moment(value: Any) -> datetime.datetime | None:
    try:
        return None if value is None else EPOCH + datetime.timedelta(milliseconds=_whole(value))
    except OverflowError as error:
        raise Malformed("no such time") from error


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > 2**52:
        raise Malformed("not a number of milliseconds")
    return value


def _milliseconds(moment: datetime.datetime | None) -> int | None:
    return None if moment is None else (moment - EPOCH) // datetime.timedelta(milliseconds=1)


def _as_data(note: CallNote) -> dict[str, Any]:
    return {
        "uid": str(note.pk),
        "title": note.title,
        "stamped_at": _milliseconds(note.stamped_at),
        "place": note.place,
        "is_removed": note.is_removed,
        "changed_at": note.changed_at,
    }
