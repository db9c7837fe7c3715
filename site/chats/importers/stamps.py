"""Time stamps: where in a recording something was said."""

import re
from dataclasses import dataclass

from core.timestamps import parse_stamp

LONGEST = 500 * 3600
"""Seconds; a later time is none of a call, and in milliseconds the database has room for it."""

STAMP = r"\d{1,3}:\d{2}(?::\d{2})?(?![\d:])(?!\s*[ap]\.?m\b)"
_LEADING = re.compile(rf"\s*(?:({STAMP})|\(({STAMP})\)|\[({STAMP})\])", re.IGNORECASE)
_DASH = re.compile(r"\s+[-–—](?=\s)")

STAMP_INSIDE = re.compile(rf"(?<!\S)({STAMP})(?=\s+\S)", re.IGNORECASE)
STAMP_AFTER_SEMICOLON = re.compile(rf";\s*{STAMP}\s+\w", re.IGNORECASE)


@dataclass(frozen=True)
class Stamp:
    """A stamp as written; `seconds` is None where its seconds or minutes run past 59.

    In `m:ss` the minutes may run on: 76:20 is 4580 seconds.
    """

    written: str
    seconds: int | None


def seconds_of(written: str) -> int | None:
    """Return the seconds of `m:ss` or `h:mm:ss`; None if a part that ends at 59 is above it."""
    try:
        return parse_stamp(written)
    except ValueError:
        return None


def take_stamp(text: str) -> tuple[Stamp | None, str]:
    """Return the stamp a text starts with, in brackets or not, and what follows it.

    A dash set off by spaces between stamp and text belongs to neither. 2:00 pm is no stamp.
    """
    match = _LEADING.match(text)
    if not match:
        return None, text
    written = match[match.lastindex or 0]
    rest = text[match.end() :]
    if dash := _DASH.match(rest):
        rest = rest[dash.end() :]
    return Stamp(written, seconds_of(written)), rest
