"""Chapters as WebVTT: each cue is a topic.

Chapters are told from a transcript by the header ("WEBVTT - chapters", "Kind: chapters") or, where
it says nothing, by all of these: at most 200 cues of one line each, no speakers, half of them 20
seconds or longer, each (one in ten may differ) ending within two seconds of the next one's start.
"""

from itertools import pairwise
from statistics import median

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats.importers.frame import Dialect, ImportedTopic, ImportNotice, Parsed
from chats.importers.titles import one_line, take_source
from chats.importers.webvtt.cues import Cues, plain, read_cues
from chats.importers.webvtt.cues import recognises as recognises_cues
from chats.importers.webvtt.speakers import named_by, names_among

_MOST = 200
_MOST_DECLARED = 5000
_SHORTEST = 20_000
_GAP = 2_000


def recognises(text: str) -> bool:
    """Say whether the text holds cues that are chapters."""
    if not recognises_cues(text) or text.count("-->") > _MOST_DECLARED:
        return False
    return _are_chapters(read_cues(text))


def parse(text: str) -> Parsed:
    """Return a topic for each cue, in the order of the file; parts of a second are cut off."""
    found = read_cues(text)
    topics: list[ImportedTopic] = []
    warnings = list(found.warnings)
    for cue in found.cues:
        # The ends are cut before references are resolved, so that "&#32;" keeps a space there.
        title = one_line(plain(cue.payload.strip()))
        if not title.strip():
            warnings.append(ImportNotice(cue.line, _("A chapter without a title was left out.")))
            continue
        source, title = take_source(title)
        topics.append(ImportedTopic(cue.start // 1000, title, source))
    warnings.sort(key=lambda notice: notice.line)
    return Parsed(topics=tuple(topics), warnings=tuple(warnings))


def _are_chapters(found: Cues) -> bool:
    cues = found.cues
    if found.kind:
        return found.kind == "chapters"
    if not 0 < len(cues) <= _MOST or any("\n" in cue.payload.strip() for cue in cues):
        return False
    identifiers = [cue.identifier for cue in cues]
    if any(map(named_by, identifiers)) or names_among(identifiers):
        return False
    if any(name for cue in cues for name, _text in cue.voices()):
        return False
    gaps = sum(abs(after.start - before.end) > _GAP for before, after in pairwise(cues))
    return gaps * 10 <= len(cues) and median(cue.end - cue.start for cue in cues) >= _SHORTEST


DIALECT = Dialect("webvtt_chapters", gettext_lazy("Chapters (WebVTT)"), recognises, parse)
