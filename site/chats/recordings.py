"""Links into a recording, by what its host is known to understand."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import parse_qs, urlencode, urlsplit

from django.utils.translation import gettext_lazy as _

PRIVATE_NAMES = (".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa")
NUMBER = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)$")
YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
VIMEO_PATH = re.compile(r"/(?:video/)?(\d+)(?:/([0-9a-f]+))?/?")
VIMEO_KEY = re.compile(r"[0-9a-f]+")

YOUTUBE_PLAYER = "https://www.youtube-nocookie.com"
VIMEO_PLAYER = "https://player.vimeo.com"


class Player(StrEnum):
    """What steers a recording on its chat's page; the names that js/watch.js knows."""

    NONE = ""
    FILE = "file"
    YOUTUBE = "youtube"
    VIMEO = "vimeo"


@dataclass(frozen=True)
class RecordingLink:
    """Where a recording can be heard, and how to reach a second of it."""

    url: str
    host_label: str
    seek_suffix: str = ""
    """What leads to a second, with %d for it; blank where the host offers no such link."""
    player: Player = Player.NONE
    embed_url: str = ""
    """The host's player for a frame, asked for when the reader presses play and not before."""

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
        return _on_youtube(video)
    if host in {"vimeo.com", "player.vimeo.com"} and (match := VIMEO_PATH.fullmatch(parts.path)):
        return _on_vimeo(match[1], match[2] or parse_qs(parts.query).get("h", [""])[0])
    if host == "zoom.us" or host.endswith(".zoom.us"):
        return RecordingLink(url, "Zoom")
    return RecordingLink(url, host)


def recording_file(url: str) -> RecordingLink:
    """A file kept here; its seconds are media fragments (W3C Media Fragments URI 1.0, 4.2.1)."""
    return RecordingLink(url, str(_("this site")), "#t=%d", Player.FILE)


def _on_youtube(video: str) -> RecordingLink:
    asked = urlencode({"enablejsapi": 1, "playsinline": 1, "rel": 0})
    return RecordingLink(
        f"https://www.youtube.com/watch?v={video}",
        "YouTube",
        "&t=%ds",
        Player.YOUTUBE,
        f"{YOUTUBE_PLAYER}/embed/{video}?{asked}",
    )


def _on_vimeo(video: str, key: str) -> RecordingLink:
    """An unlisted video is shown to those who have its key."""
    key = key if VIMEO_KEY.fullmatch(key) else ""
    asked = urlencode({**({"h": key} if key else {}), "dnt": 1})
    return RecordingLink(
        f"https://vimeo.com/{video}" + (f"/{key}" if key else ""),
        "Vimeo",
        "#t=%ds",
        Player.VIMEO,
        f"{VIMEO_PLAYER}/video/{video}?{asked}",
    )


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


def is_public_address(url: str) -> bool:
    """Say whether an address may be one that readers reach: no host of this network or machine."""
    try:
        host = (urlsplit(url).hostname or "").rstrip(".")
    except ValueError:
        return False
    try:
        return ip_address(host).is_global
    except ValueError:
        # Browsers read 2130706433 and 0x7f.1 as numbers of machines too.
        return "." in host and not host.endswith(PRIVATE_NAMES) and not NUMBER.search(host)
