"""Dates and times of day as English prose writes them, whatever the active language."""

import datetime
import re

from chats.titles import ENGLISH_MONTHS

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_MONTH = (
    "|".join(f"{name[:3]}(?:{name[3:]})?" for name in ENGLISH_MONTHS if name != "May") + "|May|Sept"
)
_WEEKDAY = "Mon|Tues?|Weds?|Thu(?:rs?)?|Fri|Sat|Sun"

DATE = re.compile(
    rf"(?:\b(?P<weekday>{_WEEKDAY}|[a-z]{{2,8}}day)\b[.,]*\s*)?"
    rf"\b(?P<month>{_MONTH})\b\.?\s*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b"
    r"(?:\s*,\s*|\s+)(?P<year>\d{4})(?!\d)",
    re.IGNORECASE,
)

DATE_LIKE = re.compile(
    rf"(?:(?P<weekday>{_WEEKDAY}|[a-z]{{2,8}}day)\b[.,]*\s*)?[a-z]{{3,12}}\b\.?"
    r"\s*\d{1,2}(?:st|nd|rd|th)?\b(?:\s*,\s*|\s+)\d{4}(?!\d)",
    re.IGNORECASE,
)

CLOCK = re.compile(
    r"(?P<at>(?:at|from|@)\s*)?"
    r"(?:(?P<noon>(?:12\s*)?noon)|(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?(?![:\d])"
    r"(?:\s*(?P<half>[ap])\.?m\b\.?)?)"
    r"(?:\s*(?:-|–|—|to|until)\s*"
    r"(?:(?P<end_noon>(?:12\s*)?noon)|(?P<end_hour>\d{1,2})(?::(?P<end_minute>\d{2}))?(?![:\d])"
    r"\s*(?P<end_half>[ap])\.?m\b\.?))?"
    r"(?![\w:])"
    r"(?:\s*(?P<bracket>\()?(?P<zone>E[SD]?T|Eastern(?:\s+time)?|[CMP][SD]?T|UTC|GMT)\b"
    r"(?(bracket)\)))?",
    re.IGNORECASE,
)


def weekday_written(match: re.Match[str]) -> str:
    """Return the full weekday a match of DATE names, or ""."""
    written = (match["weekday"] or "")[:3].lower()
    return next((name for name in WEEKDAYS if written and name.lower().startswith(written)), "")


def date_written(match: re.Match[str]) -> datetime.date:
    """Return the date a match of DATE names; raises ValueError for a day that does not exist."""
    month = next(
        number
        for number, name in enumerate(ENGLISH_MONTHS, 1)
        if name[:3].lower() == match["month"][:3].lower()
    )
    return datetime.date(int(match["year"]), month, int(match["day"]))


def start_written(match: re.Match[str]) -> datetime.time | None:
    """Return the start a match of CLOCK names: "2 pm", "2:00–3:00 pm", "at noon", "at 14:00".

    None where nothing says that it is a time of day, or which half of the day is meant.
    Raises ValueError for a time that does not exist.
    """
    if match["noon"]:
        return datetime.time(12) if match["at"] or match["noon"].startswith("12") else None
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    half = match["half"] or match["end_half"] or ("p" if match["end_noon"] else None)
    if half is None:
        return datetime.time(hour, minute) if match["at"] and hour > 12 else None
    start = _of_half(hour, minute, half.lower())
    if match["half"]:
        return start
    end = datetime.time(12)
    if match["end_hour"]:
        end = _of_half(int(match["end_hour"]), int(match["end_minute"] or 0), half.lower())
    return start if start < end else _of_half(hour, minute, "a")


def _of_half(hour: int, minute: int, half: str) -> datetime.time:
    if 1 <= hour <= 12:
        hour = hour % 12 + (12 if half == "p" else 0)
    return datetime.time(hour, minute)
