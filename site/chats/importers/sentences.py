"""Prose, sentence by sentence."""

import re

_BOUNDARY = re.compile(r"(?<=[.!?])[\"”’')\]]*\s+|\n")
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[a-z]|mr|mrs|ms|dr|st|prof|vs|e\.g|i\.e|jan|feb|mar|apr|jun|jul|aug|sept?|oct"
    r"|nov|dec)\.$",
    re.IGNORECASE,
)
_SET_OFF = re.compile(r"\s*(?:[.,;:–—-]+(?:\s+|$))*")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")


def sentence_starts(text: str) -> list[int]:
    """Return where each sentence starts; an initial, "Dr." or "e.g." ends none."""
    starts = [0]
    for match in _BOUNDARY.finditer(text):
        abbreviated = _ABBREVIATION.search(text[max(starts[-1], match.start() - 6) : match.start()])
        goes_on = abbreviated or text[match.end() : match.end() + 1].islower()
        if match.end() < len(text) and (match[0] == "\n" or not goes_on):
            starts.append(match.end())
    return starts


def sentences(text: str) -> list[str]:
    """Return the sentences that hold a word, without the punctuation that sets them off."""
    starts = sentence_starts(text)
    found = (
        text[start:end].strip() for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
    )
    return [said for each in found if words(said := each[_SET_OFF.match(each).end() :])]


def words(text: str) -> frozenset[str]:
    """Return the words of a text in lower case."""
    return frozenset(word.lower().replace("’", "'") for word in _WORD.findall(text))


def shortened(text: str, limit: int = 60) -> str:
    """Return a text fit to be quoted in a warning."""
    text = " ".join(text[: 2 * limit].split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
