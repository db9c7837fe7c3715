"""What is searched for, counted without a word about who searched.

A reader's search is one line at the end of a file: it waits for no database, and a failure costs
a count, never an answer. The worker adds the lines to the table of searched words.

What may name somebody is left out before anything is written: email addresses, web addresses,
numbers of five digits and more (cards, requests, telephones), all beyond the first eight words. A
name in plain words cannot be told from a title. So what was searched fewer than three times in all
is shown to nobody, and forgotten 30 days after the last time.

The same words count once a minute, from however many readers: whoever reloads a page, or tries
the same again at once, is one.
"""

import fcntl
import logging
import os
import re
import time
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from search.models import SearchedWords, month_of
from search.query import MAX_LENGTH
from search.words import words_of

logger = logging.getLogger(__name__)

MOST_WORDS = 8
LARGEST_FILE = 500_000
"""Bytes; what comes then is not counted until the worker has been here."""
MOST_AT_ONCE = 1000
MOST_ROWS = 100_000
"""From then on only words that are known already are counted."""

ADDRESS = re.compile(r"\S*\s?(?:@|%40)\s?\S*|\S*://\S*|\bwww\.\S*", re.IGNORECASE)
NUMBER = re.compile(r"\S*\d(?:[\W_]*\d){4,}\S*")
LINE = re.compile(r"(?P<minute>[0-9]{8}) (?P<found>[01]) (?P<words>.+)")


def note(words: str, found: bool) -> None:
    """Note a search and whether anything was found. Never raises, never touches the database."""
    try:
        if kept := without_personal(words):
            _append(f"{int(time.time()) // 60:08} {int(found)} {kept}\n")
    except Exception as error:
        logger.warning("A search could not be counted: %s", type(error).__name__)


def gather() -> None:
    """Add this machine's lines to the table.

    A file is taken once: its removal is the last thing before the commit. Killed earlier, all of
    it is counted the next time; if the commit itself fails, its lines are lost. A line is lost,
    too, when it is written at the very moment in which the file is read.
    """
    folder = _folder()
    if not folder.is_dir():
        return
    with _alone(folder) as is_alone:
        if not is_alone:
            return
        taken = folder / "taken"
        if not taken.exists():
            try:
                (folder / "searches").rename(taken)
            except FileNotFoundError:
                return
        tallies = _tallies(taken.read_text("utf-8", errors="replace").splitlines())
        with transaction.atomic():
            _count(tallies)
            taken.unlink()


def forget() -> None:
    """Delete what is too old, and what was too rare to be shown and stayed so."""
    SearchedWords.objects.all().forgettable(timezone.localdate()).delete()


def without_personal(words: str) -> str:
    """Return what of a search may be kept, in lower case; blank for none of it."""
    text = unicodedata.normalize("NFKC", words[:MAX_LENGTH])[:MAX_LENGTH]
    text = NUMBER.sub(" ", ADDRESS.sub(" ", text))
    return " ".join(words_of(text)[:MOST_WORDS])


@dataclass
class _Tally:
    times: int
    times_not_found: int
    last: date


def _append(line: str) -> None:
    folder = _folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    file = os.open(folder / "searches", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        if os.fstat(file).st_size < LARGEST_FILE:
            # Written at once: lines of several processes do not mix.
            os.write(file, line.encode())
    finally:
        os.close(file)


def _tallies(lines: Iterable[str]) -> dict[tuple[str, date], _Tally]:
    """Return what the lines tell of each month: the same words in the same minute once."""
    minutes: dict[tuple[str, int], bool] = {}
    for match in filter(None, map(LINE.fullmatch, lines)):
        # Read again: a line may be torn.
        if words := without_personal(match["words"]):
            key = words, int(match["minute"])
            minutes[key] = minutes.get(key, False) or match["found"] == "1"
    tallies: dict[tuple[str, date], _Tally] = {}
    here = timezone.get_default_timezone()
    for (words, minute), found in sorted(minutes.items()):
        day = datetime.fromtimestamp(minute * 60, here).date()
        tally = tallies.setdefault((words, month_of(day)), _Tally(0, 0, day))
        tally.times += 1
        tally.times_not_found += not found
        tally.last = day
    return tallies


def _count(tallies: dict[tuple[str, date], _Tally]) -> None:
    commonest = sorted(tallies, key=lambda key: -tallies[key].times)[:MOST_AT_ONCE]
    # In one order: two machines then never wait for each other's rows.
    keys = sorted(commonest)
    if SearchedWords.objects.count() < MOST_ROWS:
        SearchedWords.objects.bulk_create(
            [
                SearchedWords(words=words, month=month, last_searched=tallies[words, month].last)
                for words, month in keys
            ],
            ignore_conflicts=True,
        )
    for words, month in keys:
        tally = tallies[words, month]
        SearchedWords.objects.filter(words=words, month=month).update(
            times=F("times") + tally.times,
            times_not_found=F("times_not_found") + tally.times_not_found,
            last_searched=tally.last,
        )


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Say whether nobody else on this machine gathers; the lock of one that was killed is free."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _folder() -> Path:
    return settings.DATA_DIR / "searches"
