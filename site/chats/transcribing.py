"""Changing what is known to have been said: bringing lines in, moving, correcting, striking them.

Every change is seen at once by readers, in captions, exports and searches alike: it is written
with the entries of the search in one transaction, and no page, draft or revision holds a line.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from wagtail.log_actions import log

from accounts.models import User
from chats.findable import CHATS
from chats.importers import ImportedLine
from chats.models import ChatPage, Line, Speaker, Transcript
from core.patron_data import findings
from search.entries import refresh
from search.models import GlossaryTerm
from search.words import words_of

STRUCK_KEPT_FOR = timedelta(days=30)
"""How long a line that was struck out can be put back."""
SAME_MOMENT = 2_000
WORDS_TO_KNOW_BY = 4
"""From how many on a line is known by its words alone, whatever its time."""
LINES_AT_ONCE = 1_000
LONGEST_NAME = Speaker._meta.get_field("name").max_length
MOST_SHIFT = 24 * 3600


@dataclass(frozen=True)
class Correction:
    """What was heard wrongly, and how often."""

    heard: str
    term: str
    times: int


@dataclass(frozen=True)
class Doubt:
    """A line that looks like a patron's data; `place` counts from 1 among the lines."""

    place: int
    start: int
    reason: str


@dataclass(frozen=True)
class PlannedLines:
    """What bringing lines in does, or would do."""

    lines: tuple[ImportedLine, ...]
    """As they would stand here, corrected."""
    digests: tuple[str, ...]
    speakers: tuple[tuple[str, int], ...]
    """Names with the number of their lines, the most first."""
    corrections: tuple[Correction, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    struck: frozenset[int] = frozenset()
    """Places, from 0, of lines that were struck out here and stay so."""
    replaced: int = 0
    """Lines of the same source that go."""
    sources: tuple[str, ...] = ()


def plan_lines(chat: ChatPage, imported: Sequence[ImportedLine]) -> PlannedLines:
    """Return what `bring_in_lines` would do now. Writes nothing."""
    corrector = Corrector.of_glossary()
    lines = tuple(
        replace(line, text=corrector.correct(line.text), speaker=line.speaker[:LONGEST_NAME])
        for line in imported
    )
    digests = tuple(digest_of(line.text) for line in imported)
    sources = tuple(sorted({line.source for line in lines}))
    present = Line.objects.filter(transcript__chat_id=chat.pk, source__in=sources)
    names = Counter(line.speaker for line in lines if line.speaker)
    return PlannedLines(
        lines=lines,
        digests=digests,
        speakers=tuple(names.most_common()),
        corrections=corrector.done,
        doubts=tuple(_doubts(lines)),
        struck=_struck_again(present.exclude(struck_at=None), imported, digests),
        replaced=present.kept().count(),
        sources=sources,
    )


@transaction.atomic
def bring_in_lines(
    chat: ChatPage, imported: Sequence[ImportedLine], user: User | None = None
) -> PlannedLines:
    """Put these lines in place of those of the same source, and return what was done.

    What was struck out stays so, and what was decided of a speaker. A new transcript has to be
    checked anew.
    """
    transcript = _locked(chat)
    planned = plan_lines(chat, imported)
    # A struck line that this text has not may come back with the next.
    here_again = Q(digest__in={planned.digests[place] for place in planned.struck})
    replaced = transcript.lines.filter(source__in=planned.sources)
    replaced.filter(Q(struck_at=None) | here_again).delete()
    if "recording" in planned.sources:
        Transcript.objects.filter(pk=transcript.pk).update(checked_on=None)
    speakers = _speakers(transcript, planned.lines)
    now = timezone.now()
    written: list[Line] = []
    for place, (line, digest) in enumerate(zip(planned.lines, planned.digests, strict=True)):
        written.append(
            Line(
                transcript=transcript,
                source=line.source,
                place=place,
                start=line.start,
                end=line.end,
                speaker=speakers.get((line.source, line.speaker)),
                text=line.text,
                reactions=line.reactions,
                digest=digest,
                struck_at=now if place in planned.struck else None,
            )
        )
    Line.objects.bulk_create(written, batch_size=LINES_AT_ONCE)
    _link_answers(written, planned.lines)
    _tell(chat, user, "chats.transcript.bring_in", lines=len(written))
    return planned


@transaction.atomic
def set_offset(chat: ChatPage, seconds: int, user: User | None = None) -> None:
    """Say how much later, or earlier if negative, the recording's clock is than the transcript's.

    Captions, transcript and text chat move together; topics are told by the recording and stay.
    Raises ValueError beyond a day.
    """
    if abs(seconds) > MOST_SHIFT:
        raise ValueError("A transcript is not a day away from its recording.")
    transcript = _locked(chat)
    Transcript.objects.filter(pk=transcript.pk).update(offset=seconds)
    _tell(chat, user, "chats.transcript.shift", seconds=seconds)


@transaction.atomic
def strike(chat: ChatPage, pks: Iterable[int], user: User | None = None) -> int:
    """Take lines from everywhere they are read, and return how many."""
    struck = _locked(chat).lines.kept().filter(pk__in=list(pks)).update(struck_at=timezone.now())
    if struck:
        _tell(chat, user, "chats.transcript.strike", lines=struck)
    return struck


@transaction.atomic
def put_back(chat: ChatPage, pks: Iterable[int], user: User | None = None) -> int:
    """Show lines again that were struck out and still have their text."""
    struck = _locked(chat).lines.filter(pk__in=list(pks)).exclude(struck_at=None).exclude(text="")
    back = struck.update(struck_at=None)
    if back:
        _tell(chat, user, "chats.transcript.put_back", lines=back)
    return back


@transaction.atomic
def reword(chat: ChatPage, texts: dict[int, str], user: User | None = None) -> int:
    """Correct the text of lines by primary key; a blank text changes nothing."""
    lines = {line.pk: line for line in _locked(chat).lines.filter(pk__in=texts)}
    changed = []
    for pk, line in lines.items():
        text = " ".join(texts[pk].split())
        if text and text != line.text:
            line.text = text
            changed.append(line)
    Line.objects.bulk_update(changed, ["text"], batch_size=LINES_AT_ONCE)
    if changed:
        _tell(chat, user, "chats.transcript.reword", lines=len(changed))
    return len(changed)


@transaction.atomic
def add_line(chat: ChatPage, at: int, text: str, user: User | None = None) -> Line:
    """Put in a line at a second of the recording, such as what was shown on the screen."""
    transcript = _locked(chat)
    line = transcript.lines.create(
        start=(at - transcript.offset) * 1000, text=text, digest=digest_of(text)
    )
    _tell(chat, user, "chats.transcript.add", lines=1)
    return line


@transaction.atomic
def name_speakers(chat: ChatPage, named: dict[int, bool | None], user: User | None = None) -> None:
    """Decide of speakers, by primary key, whether readers see the name; None for the rule."""
    speakers = _locked(chat).speakers.in_bulk(list(named))
    changed = [one for pk, one in speakers.items() if one.is_named != named[pk]]
    for speaker in changed:
        speaker.is_named = named[speaker.pk]
    Speaker.objects.bulk_update(changed, ["is_named"])
    if changed:
        _tell(chat, user, "chats.transcript.name", speakers=len(changed))


@transaction.atomic
def note_checked(chat: ChatPage, is_checked: bool, user: User | None = None) -> None:
    """Note that somebody has compared the transcript with the recording today, or has not."""
    on = timezone.localdate() if is_checked else None
    Transcript.objects.filter(pk=_locked(chat).pk).update(checked_on=on)
    _tell(chat, user, "chats.transcript.check", checked=is_checked)


@transaction.atomic
def correct_by_glossary(chat: ChatPage, user: User | None = None) -> tuple[Correction, ...]:
    """Correct the lines that are here by what the glossary says was misheard."""
    corrector = Corrector.of_glossary()
    changed = []
    for line in _locked(chat).lines.kept():
        corrected = corrector.correct(line.text)
        if corrected != line.text:
            line.text = corrected
            changed.append(line)
    Line.objects.bulk_update(changed, ["text"], batch_size=LINES_AT_ONCE)
    if changed:
        _tell(chat, user, "chats.transcript.reword", lines=len(changed))
    return corrector.done


@transaction.atomic
def remove_lines(chat: ChatPage, source: str, user: User | None = None) -> int:
    """Delete the transcript, or the text chat; what was struck out is known again by its digest."""
    lines = _locked(chat).lines.filter(source=source)
    gone, _by_model = lines.kept().delete()
    _erase(lines)
    if gone:
        _tell(chat, user, "chats.transcript.remove", lines=gone)
    return gone


def erase_struck() -> None:
    """Empty lines that were struck out long ago. Their digest stays: they are known again."""
    long_ago = timezone.now() - STRUCK_KEPT_FOR
    _erase(Line.objects.filter(struck_at__lt=long_ago).exclude(text=""))


def _erase(lines: QuerySet) -> None:
    lines.update(text="", speaker=None, reactions="")


def digest_of(text: str) -> str:
    """Return what a line's words are known by, whatever their case and punctuation."""
    return hashlib.blake2b(" ".join(words_of(text)).encode(), digest_size=16).hexdigest()


class Corrector:
    """Puts the glossary's terms in place of what machines hear instead, and counts."""

    def __init__(self, misheard: dict[str, str]) -> None:
        self._terms = {" ".join(words_of(heard)): term for heard, term in misheard.items()}
        self._counts: Counter[str] = Counter()
        heard = sorted(filter(None, self._terms), key=len, reverse=True)
        either = "|".join(r"[\W_]+".join(map(re.escape, words.split())) for words in heard)
        self._pattern = re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE) if heard else None

    @classmethod
    def of_glossary(cls) -> "Corrector":
        rows = GlossaryTerm.objects.exclude(misheard="").values_list("term", "misheard")
        return cls({heard: term for term, lines in rows for heard in lines.splitlines()})

    def correct(self, text: str) -> str:
        return self._pattern.sub(self._corrected, text) if self._pattern else text

    @property
    def done(self) -> tuple[Correction, ...]:
        counts = self._counts.most_common()
        return tuple(Correction(heard, self._terms[heard], n) for heard, n in counts)

    def _corrected(self, match: re.Match[str]) -> str:
        heard = " ".join(words_of(match[0]))
        term = self._terms.get(heard)
        if term is None or match[0] == term:
            return match[0]
        self._counts[heard] += 1
        return term


def _locked(chat: ChatPage) -> Transcript:
    """Return the chat's transcript, made if there is none; others who change it wait."""
    transcript, _made = Transcript.objects.get_or_create(chat_id=chat.pk)
    return Transcript.objects.select_for_update().get(pk=transcript.pk)


def _tell(chat: ChatPage, user: User | None, action: str, **data: object) -> None:
    log(instance=chat, action=action, user=user, data=data)
    refresh(CHATS, [chat.pk])


def _speakers(
    transcript: Transcript, lines: Iterable[ImportedLine]
) -> dict[tuple[str, str], Speaker]:
    """Return the speakers these lines name, and forget those that no line names any more."""
    wanted = {(line.source, line.speaker) for line in lines if line.speaker}
    known = {(one.source, one.name): one for one in transcript.speakers.all()}
    missing = [
        Speaker(transcript=transcript, source=source, name=name)
        for source, name in sorted(wanted - known.keys())
    ]
    Speaker.objects.bulk_create(missing)
    transcript.speakers.filter(source__in={source for source, _name in wanted}).exclude(
        pk__in=[one.pk for key, one in known.items() if key in wanted] + [one.pk for one in missing]
    ).delete()
    return known | {(one.source, one.name): one for one in missing}


def _link_answers(written: list[Line], lines: Sequence[ImportedLine]) -> None:
    replies = []
    for line, imported in zip(written, lines, strict=True):
        if imported.answers is not None:
            line.answers = written[imported.answers]
            replies.append(line)
    Line.objects.bulk_update(replies, ["answers"], batch_size=LINES_AT_ONCE)


def _doubts(lines: Iterable[ImportedLine]) -> Iterable[Doubt]:
    for place, line in enumerate(lines, 1):
        for finding in findings(line.text):
            yield Doubt(place, line.start, str(finding.rule.label))


def _struck_again(
    struck: Iterable[Line], lines: Sequence[ImportedLine], digests: Sequence[str]
) -> frozenset[int]:
    """Return the places of lines that say what was struck out."""
    moments: dict[str, list[int]] = {}
    for line in struck:
        moments.setdefault(line.digest, []).append(line.start)
    return frozenset(
        place
        for place, (line, digest) in enumerate(zip(lines, digests, strict=True))
        if digest in moments
        and (
            len(words_of(line.text)) >= WORDS_TO_KNOW_BY
            or any(abs(line.start - moment) <= SAME_MOMENT for moment in moments[digest])
        )
    )
