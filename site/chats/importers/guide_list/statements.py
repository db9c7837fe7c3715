"""What has become of a chat, said in a sentence.

A statement is `whole` if its sentence says nothing beyond it, so that nothing is lost when only
the fact is kept.
"""

import datetime
import re
from dataclasses import dataclass

from chats.importers.dates import DATE, date_written
from chats.importers.frame import Outcome
from chats.importers.sentences import words

_CHAT = r"(?:chat|call|meeting|session)"
_DONE = r"(?:was|is|has\s+been|had\s+to\s+be)"
_WHY_OR_END = r"(?=\s*(?:[.!?,:;()]|$)|\s+[-–—]|\s+(?:due|because|owing|for|until|as|today|this)\b)"

_CANCELLED = re.compile(
    rf"^\W*(?:(?:the|this|our|today[’']s|community)\s+)*(?:{_CHAT}\s+)?(?:{_DONE}\s+)?"
    rf"cancell?ed\b{_WHY_OR_END}"
    rf"|\b(?:{_CHAT}|it)\s+{_DONE}\s+cancell?ed\b"
    rf"|^\W*no\s+(?:community\s+)?{_CHAT}\b(?:\s+(?:on|held|will\s+be)\b|{_WHY_OR_END})",
    re.IGNORECASE,
)
_LOST = re.compile(
    r"\brecording\s+(?:was|is|has\s+been|got)\s+(?:\w+\s+)?lost\b"
    rf"|\brecording\s+lost\b{_WHY_OR_END}"
    rf"|\b(?:{_CHAT}|it)\s+(?:was|is)\s+not\s+recorded\b|^\W*not\s+recorded\b"
    rf"|^\W*(?:there\s+(?:was|is)\s+)?no\s+recording\b{_WHY_OR_END}"
    r"|\blost\s+(?:the|our|this)\s+recording\b",
    re.IGNORECASE,
)
_PART = re.compile(
    r"\b(?:part|half|portion|some|most|beginning|start|end|minutes?)\s+of\s+(?:the|this|our)\s+"
    r"recording\b",
    re.IGNORECASE,
)
_REASON = re.compile(r"\b(?:due\s+to|because(?:\s+of)?|owing\s+to)\s+(.*)", re.I | re.S)
_TOPICS_COMING = re.compile(
    r"\b(?:topics|time\s?stamps)\b[^.;:!?]{0,40}?\b(?:coming|expected|to\s+follow|soon)\b",
    re.IGNORECASE,
)
_INVITATION = re.compile(
    r"^\W*(?:please\s+|come\s+)?(?:register|join\s+us|sign\s+up)\b"
    r"|\bregister\s+(?:now|here|today)\b|\bregistration\s+(?:is\s+)?(?:now\s+)?open\b",
    re.IGNORECASE,
)

_OUTCOME_WORDS = words(
    "a been call cancelled canceled chat community get got had has held is it lost meeting no not "
    "on our recorded recording sadly session sorry the there this to today today's unfortunately "
    "was we week be"
)
_TOPIC_WORDS = words("topic topics timestamp timestamps stamps")
_COMING_WORDS = words("coming expected soon shortly follow later tba tbd")
_PROMISE_WORDS = (
    _TOPIC_WORDS
    | _COMING_WORDS
    | words(
        "added and are available be by check back for here in is next on please posted recording "
        "recordings the this time to up video week will with"
    )
)
_INVITATION_WORDS = words(
    "and call chat come community don't dont for free here is it join meeting miss next now open "
    "or our out please register registration session sign so soon the this to today up us you"
)


@dataclass(frozen=True)
class OutcomeStated:
    outcome: Outcome
    reason: str
    whole: bool


@dataclass(frozen=True)
class TopicsPromised:
    """A promise of topics or, with `topics` false, of the recording alone."""

    topics: bool
    due: datetime.date | None
    whole: bool


def outcome_stated(sentence: str) -> OutcomeStated | None:
    """Read "recording was lost due to …", "Cancelled (because of …)", "No chat this week".

    The reason is what follows "due to" or "because", else the sentence.
    """
    if _CANCELLED.search(sentence):
        outcome: Outcome = "cancelled"
    elif _LOST.search(sentence) and not _PART.search(sentence):
        outcome = "lost"
    else:
        return None
    if reason := _REASON.search(sentence):
        whole = words(sentence[: reason.start()]) <= _OUTCOME_WORDS
        return OutcomeStated(outcome, _without_end(reason[1]), whole)
    return OutcomeStated(outcome, _without_end(sentence), whole=True)


def promise_stated(sentence: str) -> TopicsPromised | None:
    """Read "Timestamps and topics coming soon!", "Topics expected by March 3, 2022"."""
    date = DATE.search(sentence)
    due = None
    if date:
        try:
            due = date_written(date)
        except ValueError:
            date = None
    said = words(sentence[: date.start()] + sentence[date.end() :] if date else sentence)
    topics = bool(said & _TOPIC_WORDS)
    whole = bool(said <= _PROMISE_WORDS and said & _COMING_WORDS)
    if whole and (topics or "recording" in said) and (topics or not date):
        return TopicsPromised(topics, due, whole=True)
    if _TOPICS_COMING.search(sentence):
        return TopicsPromised(True, due, whole=False)
    return None


def invitation_stated(sentence: str) -> bool | None:
    """Say of "Register now …", "Join us …" whether it is whole; None for anything else."""
    if not _INVITATION.search(sentence):
        return None
    return words(sentence) <= _INVITATION_WORDS


def _without_end(reason: str) -> str:
    reason = reason.strip().rstrip(".! \t\xa0")
    if reason.count(")") > reason.count("("):
        reason = reason.removesuffix(")").rstrip(".! ")
    return reason
