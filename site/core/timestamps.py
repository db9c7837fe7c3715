"""Times in a recording: whole seconds from its start, and how people and formats write them."""

import re
from dataclasses import dataclass

from django.utils.translation import ngettext


@dataclass(frozen=True)
class Moment:
    """A second of a recording that a mail or another page leads to."""

    stamp: str
    """As 11:28."""
    title: str
    href: str
    """A whole address."""


STAMP = re.compile(r"(?:(?P<hours>\d{1,2}):)?(?P<minutes>\d{1,3}):(?P<seconds>[0-5]\d)", re.ASCII)


def parse_stamp(text: str) -> int:
    """Return the seconds of `m:ss`, `mm:ss` (minutes may pass 59) or `h:mm:ss`.

    Raises ValueError for anything else, minutes above 59 beside hours included.
    """
    match = STAMP.fullmatch(text.strip())
    if not match or (match["hours"] and int(match["minutes"]) > 59):
        raise ValueError(f"not a time in a recording: {text!r}")
    return int(match["hours"] or 0) * 3600 + int(match["minutes"]) * 60 + int(match["seconds"])


def format_stamp(seconds: int) -> str:
    """Return `11:28`, or `1:02:03` from an hour on."""
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}:{rest:02}"
    return f"{minutes // 60}:{minutes % 60:02}:{rest:02}"


def format_duration(seconds: int) -> str:
    """Return the ISO 8601 duration, as `PT11M28S` (HTML's <time datetime> and schema.org)."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [(hours, "H"), (minutes, "M"), (rest, "S")]
    return "PT" + ("".join(f"{n}{unit}" for n, unit in parts if n) or "0S")


def say_stamp(seconds: int) -> str:
    """Return a time as it is read out: “1 hour 2 minutes 3 seconds”."""
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    parts = [
        (hours, ngettext("%d hour", "%d hours", hours)),
        (minutes, ngettext("%d minute", "%d minutes", minutes)),
        (rest, ngettext("%d second", "%d seconds", rest)),
    ]
    said = [words % n for n, words in parts if n]
    return " ".join(said) or ngettext("%d second", "%d seconds", 0) % 0
