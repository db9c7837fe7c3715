"""Who speaks, where a transcript says so at the start of its lines or in its cue identifiers."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache

from chats.importers.sentences import words

LONGEST_NAME = 64
"""Characters; Zoom allows no more."""

_COLON = re.compile(r":(?=\s|$)")
_WORD = re.compile(r"[^\W\d_][^\s]*")
_ASIDE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_NO_NAME = re.compile(r"[?!;<>“”]|//|\d:|:\d")
_PARTICLES = words(
    "al and bin da das de del della den der di dos du e el la le of ten the van von y"
)
_LABELS = words(
    "a actually agenda also and answer attention because but caveat either example finally first "
    "fyi here hint however i important it last like links maybe meaning next note notes now oh ok "
    "okay or page part ps q question re remember reminder result second so step that the then "
    "there third this tip today tomorrow topic topics update warning we well yes no you"
)
_QUOTED = re.compile(r'(?:\d+\s+)?"([^"\n]+)"\s*(?:\(\d+\))?')
_NAMED = re.compile(r"[^\W\d_][^\d<>:/]*")


class Speakers:
    r"""Tells the name at the start of a line from a colon that merely stands there.

    A name ends in a colon followed by a space. What may be one: at most 64 characters and six
    words, each with a capital (or "van", "of" …, or in brackets), no "?", "!", ";", no time and no
    address in it, and not a word such as "Note" or "Question". It is taken for a name if it starts
    two lines or more, or if half of all lines start with what may be a name. A name in small
    letters has to start three lines and a twentieth of all.

    A name may hold ": " itself: in "Lib: Marisol Achterberg: hello" the longer one is taken where
    at least four fifths of the lines that start with "Lib: " go on with what may be a name.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self.counts: Counter[str] = Counter()
        self.alone: Counter[str] = Counter()
        self.lines = 0
        capitalised = 0
        for line in lines:
            self.lines += 1
            found = list(_prefixes(line))
            self.counts.update(found)
            if found:
                self.alone[found[-1]] += 1
                capitalised += _is_cased(found[0])
        self.names_most = 0 < self.lines <= 2 * capitalised

    def take(self, line: str) -> tuple[str, str]:
        """Return the speaker a line starts with, or "", and what was said."""
        name = ""
        for prefix in _prefixes(line):
            if not (self._goes_on(name, prefix) if name else self._is_name(prefix)):
                break
            name = prefix
        return (name, line.lstrip()[len(name) + 1 :].strip()) if name else ("", line.strip())

    def _is_name(self, prefix: str) -> bool:
        count = self.counts[prefix]
        if _is_cased(prefix):
            return count >= 2 or self.names_most
        return count >= 3 and count * 20 >= self.lines

    def _goes_on(self, name: str, longer: str) -> bool:
        count = self.counts[name]
        return count >= 2 and self.alone[name] * 5 <= count and _is_cased(longer)


def named_by(identifier: str) -> str:
    """Return the name in `"Jane Doe" (123456)` or `1 "Jane Doe" (123456)`, else ""."""
    match = _QUOTED.fullmatch(identifier)
    return match[1].strip() if match else ""


def names_among(identifiers: Iterable[str]) -> frozenset[str]:
    """Return the cue identifiers that are names: no digits in them, and more than one cue's."""
    counts = Counter(each for each in identifiers if each and _NAMED.fullmatch(each))
    return frozenset(
        each for each, count in counts.items() if count > 1 and _is_cased(each) and _fits(each)
    )


def _prefixes(line: str) -> Iterator[str]:
    """Give what may be a name before each of the first colons of a line."""
    said = line.lstrip()[: LONGEST_NAME + 2]
    at = 0
    for colon in _COLON.finditer(said):
        if not _fits(said[at : colon.start()].strip()) or colon.start() > LONGEST_NAME:
            return
        yield said[: colon.start()]
        at = colon.end()


@lru_cache(maxsize=2048)
def _fits(part: str) -> bool:
    said = part.split()
    if not said or len(said) > 6 or _NO_NAME.search(part) or part.endswith(","):
        return False
    if part.endswith(".") and len(said[-1]) > len("Jr."):
        return False
    if said[0].lower() in _LABELS and all(each.isdigit() for each in said[1:]):
        return False
    return _WORD.search(part) is not None


@lru_cache(maxsize=2048)
def _is_cased(name: str) -> bool:
    """Say whether every word starts with a capital, as far as its script has any."""
    said = [word[0] for word in _WORD.finditer(_ASIDE.sub("", name))]
    return (
        bool(said)
        and not said[0][0].islower()
        and all(not word[0].islower() or word.lower() in _PARTICLES for word in said)
    )
