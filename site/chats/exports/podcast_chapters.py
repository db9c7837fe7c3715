"""Podcasting 2.0 chapters, JSON version 1.2 (podcastindex.org, "JSON Chapters Format")."""

import json
from collections.abc import Sequence
from typing import Any

from chats.exports.frame import Export, on_one_line, read_otherwise, timed_in_order, titled
from chats.importers import ImportedTopic
from chats.importers.podcast_chapters import parse

MEDIA_TYPE = "application/json+chapters"
VERSION = "1.2.0"


def chapters(topics: Sequence[ImportedTopic], urls: Sequence[str] | None = None) -> Export:
    """Return the timed topics as chapters; `urls` has an address, or "", for each of the topics."""
    flat, notes = on_one_line(topics)
    timed, more = timed_in_order(flat)
    addresses = [
        url
        for topic, url in sorted(
            zip(flat, urls or [""] * len(flat), strict=True),
            key=lambda pair: pair[0].start or 0,
        )
        if topic.start is not None
    ]
    listed: list[dict[str, Any]] = []
    for topic, url in zip(timed, addresses, strict=True):
        chapter = {"startTime": topic.start, "title": titled(topic.title, topic.source)}
        if url:
            chapter["url"] = url
        listed.append(chapter)
    told = {"version": VERSION, "chapters": listed}
    text = json.dumps(told, ensure_ascii=False, indent=2) + "\n"
    notes += [*more, *read_otherwise(timed, parse(text).topics)]
    return Export(text, MEDIA_TYPE, ".chapters.json", tuple(notes))
