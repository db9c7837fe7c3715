"""A transcript, as WebVTT or SRT: what was said on the call, cue by cue."""

from itertools import chain

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats.importers.frame import Dialect, ImportedLine, ImportNotice, Parsed
from chats.importers.titles import one_line
from chats.importers.webvtt import chapters
from chats.importers.webvtt.cues import Cue, read_cues
from chats.importers.webvtt.cues import recognises as recognises_cues
from chats.importers.webvtt.speakers import Speakers, named_by, names_among


def recognises(text: str) -> bool:
    """Say whether the text holds cues that are no chapters."""
    return recognises_cues(text) and not chapters.recognises(text)


def parse(text: str) -> Parsed:
    """Return the lines in the order of the file, times in milliseconds.

    The speaker is told by `<v Name>`, by a cue identifier that is a name, or by "Name: " as
    `Speakers` tells it, and holds for the lines that follow within the cue.
    """
    found = read_cues(text)
    names = names_among(cue.identifier for cue in found.cues)
    voiced = [
        (cue, named_by(cue.identifier) or (cue.identifier if cue.identifier in names else ""))
        for cue in found.cues
    ]
    said = [(cue, [(voice or name, text) for voice, text in cue.voices()]) for cue, name in voiced]
    unnamed = (
        line
        for _cue, parts in said
        for name, text in parts
        if not name
        for line in text.split("\n")
        if line.strip()
    )
    speakers = Speakers(unnamed)
    lines = tuple(chain.from_iterable(_lines(cue, parts, speakers) for cue, parts in said))
    warnings = list(found.warnings)
    if silent := [cue.line for cue, parts in said if not any(text.strip() for _n, text in parts)]:
        reason = _("Cues without any text, left out: %(count)d, the first is this.")
        warnings.append(ImportNotice(silent[0], reason % {"count": len(silent)}))
        warnings.sort(key=lambda notice: notice.line)
    return Parsed(lines=lines, warnings=tuple(warnings))


def _lines(cue: Cue, parts: list[tuple[str, str]], speakers: Speakers) -> list[ImportedLine]:
    spoken: list[tuple[str, list[str]]] = []
    for name, text in parts:
        if name:
            spoken.append((name, [text]))
            continue
        for place, line in enumerate(text.split("\n")):
            speaker, rest = speakers.take(line)
            if speaker or not (place and spoken):
                spoken.append((speaker, [rest]))
            else:
                spoken[-1][1].append(rest)
    end = cue.end if cue.end >= cue.start else None
    return [
        ImportedLine(cue.start, text, end, one_line(speaker))
        for speaker, each in spoken
        if (text := one_line("\n".join(each)).strip())
    ]


DIALECT = Dialect("webvtt", gettext_lazy("Transcript (WebVTT or SRT)"), recognises, parse)
