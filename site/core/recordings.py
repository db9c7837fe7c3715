"""What a file of sound or video is, told by its first bytes and not by its name."""

from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

ENOUGH = 4096
"""Bytes that tell."""

Kind = Literal["audio", "video", "either"]


@dataclass(frozen=True)
class Container:
    """A format of files that browsers play."""

    name: str
    holds: Kind
    extensions: tuple[str, ...]


MP4 = Container("MP4", "either", ("mp4", "m4v", "m4a", "m4b", "mov"))
WEBM = Container("WebM", "either", ("webm", "mkv"))
OGG = Container("Ogg", "either", ("ogg", "oga", "ogv", "opus"))
MP3 = Container("MP3", "audio", ("mp3",))
AAC = Container("AAC", "audio", ("aac",))
WAV = Container("WAV", "audio", ("wav",))
FLAC = Container("FLAC", "audio", ("flac",))
CONTAINERS = (MP4, WEBM, OGG, MP3, AAC, WAV, FLAC)
SOUND_ONLY = frozenset({"m4a", "m4b", "oga", "ogg", "opus", "mp3", "aac", "wav", "flac"})
"""Extensions that stand for sound, whatever the container may hold."""


class NoRecording(ValueError):
    """It is no sound or video that browsers play. The message says why and what to do."""


def container_of(head: bytes) -> Container | None:
    """Return the format that the first bytes of a file are of.

    Sources: ISO/IEC 14496-12 4.3 (ftyp), RFC 8794 (EBML), RFC 3533 (Ogg), ID3v2.4 3.1 and ISO/IEC
    11172-3 2.4.1.3 (MP3), ISO/IEC 13818-7 (ADTS), RFC 9639 (FLAC).
    """
    if head[4:8] in (b"ftyp", b"moov", b"wide", b"mdat"):
        return MP4
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return WEBM
    if head.startswith(b"OggS"):
        return OGG
    if head.startswith(b"fLaC"):
        return FLAC
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return WAV
    if head.startswith(b"ID3"):
        return MP3
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xF6 == 0xF0:
        return AAC
    if len(head) > 3 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2 and head[2] & 0xF0 != 0xF0:
        return MP3
    return None


def kind_of(name: str, head: bytes) -> Literal["audio", "video"]:
    """Return what a file is, where its name and its bytes agree. Raises NoRecording."""
    extension = name.rpartition(".")[2].lower()
    known = next((one for one in CONTAINERS if extension in one.extensions), None)
    if known is None:
        raise NoRecording(
            _("“%(name)s” is of no kind that browsers play. MP4, WebM, MP3 and M4A are.")
            % {"name": name}
        )
    found = container_of(head)
    if found is None:
        raise NoRecording(
            _("“%(name)s” is named like a recording, and is none. Was it saved whole?")
            % {"name": name}
        )
    if found is not known:
        raise NoRecording(
            _("“%(name)s” is named .%(extension)s and is %(found)s inside. Give it its own name.")
            % {"name": name, "extension": extension, "found": found.name}
        )
    return "audio" if extension in SOUND_ONLY else "video"
