"""The archive for programs: feeds of chats and topics, a podcast, and one file of everything."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.utils.feedgenerator import Atom1Feed, Enclosure, Rss201rev2Feed
from django.utils.html import strip_tags
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from wagtailmedia.models import AbstractMedia

from chats.archive import ArchiveFilter
from chats.findable import CHAT, CHATS, SAID, TOPIC, WRITTEN
from chats.models import ChatArchivePage, ChatPage, ChatQuerySet, Topic, TopicSource
from chats.passages import SaidLine, said_lines, transcript_of, with_transcripts
from core.feeds import SteadyAtom, answer_feed, for_xml
from core.html import plain_text
from search.engines import Narrowing
from search.query import tidy
from search.results import find
from search.showing import ShownHit, shown

MOST_IN_FEED = 30
LOOKED_THROUGH = (30, 150, None)
"""How many of the newest chats a search is put to, in turn, until enough of them are found."""
MOST_HITS = 200
MOST_HITS_OF_ONE = 12
NARROWED_BY = ("q", "host", "tag")
MOST_IN_PODCAST = 300
CHATS_AT_ONCE = 10
VERSION = 1
"""Of the file of everything: raised when a name in it changes its meaning."""
PODCAST_TYPES = {"mp3": "audio/mpeg", "m4a": "audio/mp4", "mp4": "video/mp4", "m4v": "video/mp4"}


class Podcast(Rss201rev2Feed):
    """RSS with the names of Podcasting 2.0 (podcastindex.org/namespace/1.0) and of iTunes."""

    def rss_attributes(self) -> dict[str, str]:
        return {
            **super().rss_attributes(),
            "xmlns:itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
            "xmlns:podcast": "https://podcastindex.org/namespace/1.0",
        }

    def add_root_elements(self, handler) -> None:
        super().add_root_elements(handler)
        handler.addQuickElement("itunes:author", self.feed["author_name"])
        handler.addQuickElement("itunes:explicit", "false")
        handler.startElement("itunes:category", {"text": "Education"})
        handler.endElement("itunes:category")

    def add_item_elements(self, handler, item) -> None:
        super().add_item_elements(handler, item)
        if item["duration"]:
            handler.addQuickElement("itunes:duration", str(item["duration"]))
        for name, url, kind in item["beside"]:
            handler.addQuickElement(name, "", {"url": url, "type": kind})


def atom(request: HttpRequest, archive: ChatArchivePage) -> HttpResponse:
    """The newest chats, with their topics; narrowed as the archive is by words, host and tag."""
    narrowing = _narrowing(request.GET)
    head = _head(request, archive, "feed.xml")
    if narrowing.is_active:
        head |= _narrowed_head(head, narrowing)
    feed = SteadyAtom(**head)
    if narrowing.asks:
        for chat, hits in _found(archive, narrowing):
            feed.add_item(**_item(request, chat, hits))
    else:
        for chat in narrowing.narrow(_told(archive))[:MOST_IN_FEED]:
            feed.add_item(**_item(request, chat))
    return answer_feed(request, feed.writeString("utf-8"), Atom1Feed.content_type)


def podcast(request: HttpRequest, archive: ChatArchivePage) -> HttpResponse:
    """The chats whose sound is kept here, their topics as chapters."""
    feed = Podcast(**_head(request, archive, "podcast.xml"))
    kept = _told(archive).exclude(recording_file=None, audio_file=None)
    for chat in kept[:MOST_IN_PODCAST]:
        if enclosure := _enclosure(request, chat.audio_file or chat.recording_file):
            feed.add_item(
                **_item(request, chat),
                enclosures=[enclosure],
                duration=chat.duration,
                beside=_beside(request, chat),
            )
    return answer_feed(request, feed.writeString("utf-8"), "application/rss+xml; charset=utf-8")


def everything(request: HttpRequest, archive: ChatArchivePage) -> StreamingHttpResponse:
    """All that is public of all chats, as one JSON object; sent as it is read."""
    chats = with_transcripts(_public(archive).prefetch_related("resources", "topics__tags"))
    response = StreamingHttpResponse(
        _as_json(request, archive, chats), content_type="application/json"
    )
    response["Content-Disposition"] = 'attachment; filename="chats.json"'
    patch_cache_control(response, no_cache=True)
    return response


def _public(archive: ChatArchivePage) -> ChatQuerySet:
    chats = ChatPage.objects.child_of(archive).published().newest_first()
    return chats.for_listing()


def _told(archive: ChatArchivePage) -> ChatQuerySet:
    return _public(archive).past()


def _head(request: HttpRequest, archive: ChatArchivePage, name: str) -> dict[str, Any]:
    site = archive.get_site()
    address = archive.get_full_url(request)
    return {
        "title": f"{archive.title} · {site.site_name or site.hostname}",
        "link": address,
        "feed_url": f"{address}{name}",
        "description": plain_text(archive.intro) or str(_("Recorded community chats.")),
        "author_name": site.site_name or site.hostname,
        "language": get_language(),
    }


def _narrowing(data: QueryDict) -> ArchiveFilter:
    """Return what a feed is narrowed to; what is in no chat leaves nothing."""
    return ArchiveFilter(**{name: tidy(data.get(name, "")) for name in NARROWED_BY})


def _narrowed_head(head: dict[str, Any], narrowing: ArchiveFilter) -> dict[str, Any]:
    words = f"“{narrowing.q}”" if narrowing.q else ""
    named = ", ".join(filter(None, [words, narrowing.host, narrowing.tag]))
    asked = narrowing.feed_query
    return {
        "title": f"{named} · {head['title']}",
        "link": f"{head['link']}{asked}",
        "feed_url": f"{head['feed_url']}{asked}",
    }


def _found(
    archive: ChatArchivePage, narrowing: ArchiveFilter
) -> list[tuple[ChatPage, list[ShownHit]]]:
    """Return the newest chats that have the words, each with where it has them, best first."""
    newest = ChatPage.objects.child_of(archive).published().past().newest_first()
    pks = list(newest.values_list("pk", flat=True))
    chosen = {name: value for name in ("host", "tag") if (value := getattr(narrowing, name))}
    hits = []
    for most in LOOKED_THROUGH:
        within = frozenset((CHATS.label, pk) for pk in pks[:most])
        looked_through = Narrowing((TOPIC, SAID, WRITTEN, CHAT), chosen, within)
        results = find(narrowing.q, looked_through, per_page=MOST_HITS)
        # A word perhaps meant is not what somebody follows.
        hits = [] if results.suggestion else results.hits
        if len({hit.entry.object_id for hit in hits}) >= MOST_IN_FEED or len(within) == len(pks):
            break
    by_chat: dict[int, list[ShownHit]] = {}
    for hit in filter(lambda hit: hit.chat, shown(hits)):
        by_chat.setdefault(hit.chat.pk, []).append(hit)
    told = [pk for pk in pks if pk in by_chat][:MOST_IN_FEED]
    chats = ChatPage.objects.for_listing().in_bulk(told)
    return [(chats[pk], by_chat[pk]) for pk in told if pk in chats]


def _item(
    request: HttpRequest, chat: ChatPage, hits: Iterable[ShownHit] | None = None
) -> dict[str, Any]:
    address = chat.get_full_url(request)
    if hits is None:
        shown_of_it = {"topics": chat.main_topics}
    else:
        shown_of_it = {"hits": [hit for hit in hits if hit.hit.entry.fragment][:MOST_HITS_OF_ONE]}
    told = render_to_string(
        "components/feed-item.html", {"chat": chat, "address": address, **shown_of_it}
    )
    return {
        "title": for_xml(chat.title),
        "link": address,
        "description": for_xml(told),
        # It stays when the page gets another address.
        "unique_id": f"urn:uuid:{chat.translation_key}",
        "pubdate": chat.first_published_at,
        "updateddate": chat.last_published_at,
        "author_name": ", ".join(person.name for person in chat.hosts) or None,
    }


def _enclosure(request: HttpRequest, media: AbstractMedia) -> Enclosure | None:
    """Return a file as a podcast has it; None for one that is gone or no player knows."""
    kind = PODCAST_TYPES.get(media.file.name.rpartition(".")[2].lower())
    try:
        size = media.file.size
    except (OSError, ValueError):
        return None
    return Enclosure(request.build_absolute_uri(media.url), str(size), kind) if kind else None


def _beside(request: HttpRequest, chat: ChatPage) -> list[tuple[str, str, str]]:
    address = chat.get_full_url(request)
    beside = []
    if chat.timed_topics:
        chapters = f"{address}chapters.json"
        beside.append(("podcast:chapters", chapters, "application/json+chapters"))
    if transcript_of(chat):
        beside.append(("podcast:transcript", f"{address}captions.vtt", "text/vtt"))
    return beside


def _as_json(request: HttpRequest, archive: ChatArchivePage, chats: ChatQuerySet) -> Iterator[str]:
    head = {"version": VERSION, "title": archive.title, "url": archive.get_full_url(request)}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "chats": [\n'
    between = ""
    for chat in chats.iterator(chunk_size=CHATS_AT_ONCE):
        yield between + json.dumps(_chat(request, chat), ensure_ascii=False)
        between = ",\n"
    yield "\n]}\n"


def _chat(request: HttpRequest, chat: ChatPage) -> dict[str, Any]:
    address = chat.get_full_url(request)
    kept = chat.recording_file or chat.audio_file
    return {
        "id": str(chat.translation_key),
        "url": address,
        "title": chat.title,
        "date": chat.date.isoformat(),
        "start_time": chat.start_time.isoformat() if chat.start_time else None,
        "state": chat.state.value,
        "hosts": [person.name for person in chat.hosts],
        "teams": [team.name for team in chat.teams.all()],
        "summary": strip_tags(chat.summary),
        "note": chat.note,
        "recording_url": chat.recording_url or None,
        "file_url": request.build_absolute_uri(kept.url) if kept else None,
        "duration": chat.duration,
        "topics": [_topic(request, topic) for topic in chat.ordered_topics],
        "resources": [
            {"label": resource.label, "url": resource.url} for resource in chat.resources.all()
        ],
        "transcript": _lines(chat, TopicSource.RECORDING, _said),
        "text_chat": _lines(chat, TopicSource.TEXT_CHAT, _written),
    }


def _topic(request: HttpRequest, topic: Topic) -> dict[str, Any]:
    checked = topic.answer_checked_on
    return {
        "key": topic.key,
        "url": request.build_absolute_uri(topic.permalink),
        "start": topic.start,
        "title": topic.title,
        "source": topic.source,
        "kind": topic.shown_kind.value,
        "answer": topic.answer or None,
        "answer_checked_on": checked.isoformat() if checked else None,
        "superseded_by": topic.superseded_by or None,
        "tags": [tag.name for tag in topic.tags.all()],
    }


def _lines(chat: ChatPage, source: TopicSource, tell: Callable[[SaidLine], dict]) -> list[dict]:
    return [tell(line) for line in said_lines(chat, source)]


def _said(line: SaidLine) -> dict[str, Any]:
    return {"start": line.at, "end": line.until, "who": line.who, "text": line.text}


def _written(line: SaidLine) -> dict[str, Any]:
    replies = [_written(reply) for reply in line.replies]
    return {"start": line.at, "who": line.who, "text": line.text, "replies": replies}
