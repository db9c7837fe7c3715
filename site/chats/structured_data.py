"""What search engines are told of a recording, so that a hit of theirs can lead to its second.

schema.org: VideoObject or AudioObject, its topics as Clips (Google's "key moments").
"""

from collections.abc import Iterator

from chats.models import ChatPage, Topic
from core.timestamps import format_duration


def recording_data(chat: ChatPage) -> dict | None:
    """Return a chat's recording as JSON-LD; None while there is none, or none any more."""
    recording = chat.recording
    if recording is None or chat.recording_is_gone:
        return None
    kept, address = chat.kept_recording, chat.full_url
    data = {
        "@context": "https://schema.org",
        "@type": "AudioObject" if kept and kept.type == "audio" else "VideoObject",
        "name": chat.title,
        "description": chat.search_description or chat.abstract or chat.title,
        "url": address,
        "uploadDate": (chat.starts_at or chat.date).isoformat(),
    }
    if recording.embed_url:
        data["embedUrl"] = recording.embed_url
    elif kept:
        data["contentUrl"] = _absolute(chat, recording.url)
    if kept and kept.thumbnail:
        data["thumbnailUrl"] = _absolute(chat, kept.thumbnail.url)
    if chat.duration:
        data["duration"] = format_duration(chat.duration)
    if clips := list(_clips(chat, address)):
        data["hasPart"] = clips
    return data


def _clips(chat: ChatPage, address: str | None) -> Iterator[dict]:
    """A topic lasts until the next second one begins; the last to the end, where that is known."""
    topics = chat.timed_topics
    for topic in topics:
        later = (one.start for one in topics if one.start > topic.start)
        end = next(later, chat.duration)
        if end is None or end > topic.start:
            yield _clip(topic, end, f"{address}#t={topic.start}")


def _clip(topic: Topic, end: int | None, address: str) -> dict:
    clip = {
        "@type": "Clip",
        "name": topic.title,
        "startOffset": topic.start,
        "url": address,
    }
    return clip if end is None else {**clip, "endOffset": end}


def _absolute(chat: ChatPage, address: str) -> str:
    """Files may be kept at a host of their own."""
    return address if "://" in address else f"{chat.get_site().root_url}{address}"
