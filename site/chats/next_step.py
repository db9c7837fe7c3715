"""What a chat needs next, from announcing it to having its topics."""

import datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from chats.states import ChatState

if TYPE_CHECKING:
    from chats.models import ChatPage

EXPIRY_WARNING = datetime.timedelta(days=14)


def next_step(chat: "ChatPage") -> str:
    """Return one sentence for its editor; blank where nothing is left to do."""
    if chat.date is None:
        return ""
    if warning := _expiry_warning(chat):
        return warning
    if not chat.live and chat.is_ahead:
        return _("Publish it, so that colleagues can plan for it.")
    match chat.state:
        case ChatState.UPCOMING if not chat.register_url and chat.event is None:
            return _("Add where to register: readers see a button until the chat begins.")
        case ChatState.UPCOMING if chat.date == timezone.localdate():
            return _("Open “During the call” when it begins: one press stamps a topic.")
        case ChatState.RECORDING_EXPECTED:
            return _("Add the link to the recording, or say under Recording that it was lost.")
        case ChatState.TOPICS_EXPECTED if chat.has_recording:
            return _("Note the topics with their times: they are what colleagues search for.")
        case ChatState.TOPICS_EXPECTED:
            return _("Add the recording and its topics.")
        case ChatState.COMPLETE if not chat.has_recording:
            return _("The topics are here, the recording is not: add its link if there is one.")
        case ChatState.COMPLETE if not (lines := _spoken(chat)).exists():
            return _("Bring in its transcript: it gives captions, and what was said is found.")
        case ChatState.COMPLETE if lines.filter(transcript__checked_on=None).exists():
            return _("Compare the transcript with the recording, and say that it is checked.")
        case ChatState.COMPLETE if _unanswered(chat):
            return _("Add short answers to its questions, for colleagues in a hurry.")
    return ""


def _expiry_warning(chat: "ChatPage") -> str:
    expires = chat.recording_expires_on
    if not expires or chat.recording_file_id or not chat.recording_url:
        return ""
    today = timezone.localdate()
    if chat.recording_expired:
        return _("The link to the recording stopped working on %(date)s. Keep a file here.") % {
            "date": date_format(expires)
        }
    if expires - today <= EXPIRY_WARNING:
        return _("The link to the recording ends on %(date)s. Keep a file of it here before.") % {
            "date": date_format(expires)
        }
    return ""


def _spoken(chat: "ChatPage") -> QuerySet:
    from chats.models import Line

    return Line.objects.kept().of("recording").filter(transcript__chat_id=chat.pk)


def _unanswered(chat: "ChatPage") -> bool:
    substance = [topic for topic in chat.topics.all() if not topic.is_aside]
    return bool(substance) and not any(topic.answer for topic in substance)
