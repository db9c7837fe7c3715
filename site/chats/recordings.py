"""Links into a recording, by what its host is known to understand."""

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from django.utils.translation import gettext_lazy as _

YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
VIMEO_PATH = re.compile(r"/(?:video/)?(\d+)(?:/([0-9a-f]+))?/?")


@dataclass(frozen=True)
class RecordingLink:
    """Where a recording can be heard, and how to reach a second of it."""

    url: str
    host_label: str
    seek_suffix: str = ""
    """What leads to a second, with %d for it; blank where the host offers no such link."""

    @property
    def can_seek(self) -> bool:
        return bool(self.seek_suffix)

    def at(self, seconds: int) -> str:
        """Return the address of that second from the start; of the whole where none can be."""
        return self.url + self.seek_suffix % seconds if self.can_seek else self.url


def recording_link(url: str) -> RecordingLink:
    """Recognise YouTube, Vimeo and Zoom; any other host is named by its own name."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if video := _youtube_id(host, parts.path, parts.query):
        return RecordingLink(f"https://www.youtube.com/watch?v={video}", "YouTube", "&t=%ds")
    if host in {"vimeo.com", "player.vimeo.com"} and (match := VIMEO_PATH.fullmatch(parts.path)):
        private = f"/{match[2]}" if match[2] else ""
        return RecordingLink(f"https://vimeo.com/{match[1]}{private}", "Vimeo", "#t=%ds")
    if host == "zoom.us" or host.endswith(".zoom.us"):
        return RecordingLink(url, "Zoom")
    return RecordingLink(url, host)


def recording_file(url: str) -> RecordingLink:
    """A file kept here; its seconds are media fragments (W3C Media Fragments URI 1.0, 4.2.1)."""
    return RecordingLink(url, str(_("this site")), "#t=%d")


def _youtube_id(host: str, path: str, query: str) -> str:
    if host == "youtu.be":
        candidate = path.strip("/")
    elif host in {"youtube.com", "youtube-nocookie.com"}:
        first, _slash, rest = path.strip("/").partition("/")
        in_path = first in {"embed", "live", "shorts"}
        candidate = rest if in_path else parse_qs(query).get("v", [""])[0]
    else:
        return ""
    return candidate if YOUTUBE_ID.fullmatch(candidate) else ""
