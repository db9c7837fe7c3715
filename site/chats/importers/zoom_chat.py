r"""The text chat that Zoom saves beside a recording.

From the cloud: `HH:MM:SS<tab>Name:<tab>text`, timed from the start of the recording. Saved on a
computer: "14:03:22 From A to Everyone:" with the text on lines below or behind, timed by the day.
A message goes on until the next one starts.

Only what was written to everyone is kept. Whatever has any other recipient counts as a direct
message and goes with all its lines; no warning quotes a message or names a person.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chats.importers.frame import Dialect, ImportedLine, ImportNotice, Parsed
from chats.importers.reading import with_line_feeds
from chats.importers.titles import one_line

DAY = 24 * 3600 * 1000
LONGEST_REACTIONS = 200

_LOCAL = re.compile(
    r"(?:(?P<date>\d{1,4}[-./]\d{1,2}[-./]\d{1,4}),?[ \t]+)?"
    r"(?P<hour>\d{1,3})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:[ \t]?(?P<half>[AP])\.?M\b"
    r"\.?)?[ \t]+From[ \t](?P<rest>.*)",
    re.IGNORECASE | re.ASCII,
)
_CLOUD = re.compile(
    r"(?P<hour>\d{1,3}):(?P<minute>\d{2}):(?P<second>\d{2})[ ]*\t(?P<name>[^\t]*?):[ ]*"
    r"(?:\t(?P<text>.*)|$)",
    re.ASCII,
)
_DIRECT = re.compile(r"\((?:direct message|privately)\)", re.IGNORECASE)
_HEAD_LIKE = re.compile(r"\s{0,20}\S{0,12}\s?\d{1,3}[:.]\d{2}\b.{0,20}?\sFrom\s", re.IGNORECASE)
_TO = re.compile(r"[ \t]to[ \t]", re.IGNORECASE)
_PUBLIC = re.compile(
    r"(?:everyone(?: in (?:the )?(?:meeting|webinar))?|all panelists and attendees"
    r"|all panelists & attendees|panelists and attendees|meeting group chat)",
    re.IGNORECASE,
)
_SET_OFF = " : "
_REACTION = re.compile(
    r"Reacted to (?:[\"“](?P<quote>.*)[\"”]|(?P<bare>.*))"
    r" with [\"“]?(?P<sign>[^\"”]{1,40})[\"”]?\s*",
    re.DOTALL | re.IGNORECASE,
)
_REMOVAL = re.compile(
    r"Removed an? (?P<sign>.{1,40}?) reaction from [\"“](?P<quote>.*)[\"”]\s*",
    re.DOTALL | re.IGNORECASE,
)
_REPLY = re.compile(r"\s*Replying to [\"“]", re.IGNORECASE)
_ENDS_QUOTE = re.compile(r"[\"”]\s*$")
_CUT = re.compile(r"(?:\.\.\.|…)\s*$")
_SKIN_TONE = re.compile("[\U0001f3fb-\U0001f3ff]")
_VARIANT = re.compile("[\ufe0e\ufe0f]")
_LONGEST_QUOTE = 100


@dataclass
class _Message:
    """`kind` is "public", "direct", "unknown" (no recipient) or "bad" (no time)."""

    line: int
    time: int
    name: str
    kind: str
    parts: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Head:
    date: str
    time: int | None
    sender: str
    recipient: str
    """"public", "direct", "none" where no recipient is told, "perhaps" where a name may hold one"""
    text: str
    cloud: bool


def recognises(text: str) -> bool:
    """Say whether a line of the text starts a message as Zoom saves it."""
    return any(
        head and (head.cloud or head.recipient == "public" or _old_or_marked(head, line))
        for line in with_line_feeds(text.removeprefix("\ufeff")).split("\n")
        if (head := _head(line)) is not None
    )


def _old_or_marked(head: _Head, line: str) -> bool:
    return _DIRECT.search(line) is not None or (head.recipient == "none" and "From  " in line)


def parse(text: str) -> Parsed:
    """Return the public messages as lines of the text chat, in the order of the file.

    Reactions are counted on the line they belong to; a reply tells which line it answers, the
    last one before it that begins with what it quotes.
    """
    heads = [
        (number, line, _head(line))
        for number, line in enumerate(with_line_feeds(text.removeprefix("\ufeff")).split("\n"), 1)
    ]
    addressed = any(head and head.recipient == "public" for _number, _line, head in heads)
    reader = _Reader()
    messages: list[_Message] = []
    for number, line, head in heads:
        if head:
            messages.append(reader.message(number, head, addressed))
        elif messages:
            messages[-1].parts.append(line)
        elif line.strip():
            reader.before.append(number)
    folding = _Folding(messages)
    lines = folding.lines()
    warnings = sorted(
        [*reader.warnings(messages), *folding.warnings()], key=lambda notice: notice.line
    )
    return Parsed(
        lines=lines, warnings=tuple(warnings), tells_time_of_day=reader.local and not reader.cloud
    )


def _head(line: str) -> _Head | None:
    if match := _LOCAL.match(line):
        sender, recipient, said = _addressed(match["rest"])
        return _Head(match["date"] or "", _time(match), sender, recipient, said, cloud=False)
    if match := _CLOUD.match(line):
        sender, recipient, said = match["name"].strip(), "perhaps", match["text"] or ""
        if _DIRECT.search(sender):
            recipient = "direct"
        elif tos := list(_TO.finditer(sender)):
            if _PUBLIC.fullmatch(sender[tos[-1].end() :].strip()):
                sender, recipient = sender[: tos[-1].start()].strip(), "public"
        else:
            recipient = "none"
        return _Head("", _time(match), sender, recipient, said, cloud=True)
    if _DIRECT.search(line) and _HEAD_LIKE.match(line):
        return _Head("", None, "", "direct", "", cloud=False)
    return None


def _addressed(rest: str) -> tuple[str, str, str]:
    """Return who wrote, to whom ("public", "direct", "none") and what.

    The recipient stands before the first colon after the first " to ", behind the last " to " of
    that stretch: a name before it may hold both, a recipient that does is a person.
    """
    to = _TO.search(rest)
    name, set_off, said = rest.partition(_SET_OFF)
    if set_off and (not to or to.start() >= len(name)):
        # "From Lib : Ann to Bob (Direct Message)" must not be taken for a message by "Lib".
        if _DIRECT.search(rest):
            return "", "direct", ""
        if to and (colon := rest.find(":", to.end())) > -1:
            last = [*_TO.finditer(rest, to.start(), colon)][-1]
            if _PUBLIC.fullmatch(rest[last.end() : colon].strip()):
                return rest[: last.start()].strip(), "public", rest[colon + 1 :].strip()
        return name.strip(), "none", said.strip()
    if not to:
        name, mark, said = rest.partition(":")
        return name.strip(), "none" if mark else "direct", said.strip()
    colon = rest.find(":", to.end())
    stretch = rest[: colon if colon > -1 else len(rest)]
    last = [*_TO.finditer(stretch)][-1]
    if colon > -1 and _PUBLIC.fullmatch(stretch[last.end() :].strip()):
        return stretch[: last.start()].strip(), "public", rest[colon + 1 :].strip()
    return "", "direct", ""


def _time(match: re.Match[str]) -> int | None:
    parts = match.groupdict()
    hour, minute, second = int(parts["hour"]), int(parts["minute"]), int(parts["second"] or 0)
    if half := parts.get("half"):
        hour = hour % 12 + (12 if half in "Pp" else 0)
    local = "rest" in parts
    if minute > 59 or second > 59 or hour > (23 if local else 500):
        return None
    return (hour * 3600 + minute * 60 + second) * 1000


class _Reader:
    def __init__(self) -> None:
        self.before: list[int] = []
        self.local = self.cloud = False
        self.days = 0
        self.date = ""
        self.last = self.latest = 0
        self.backwards: list[int] = []

    def message(self, number: int, head: _Head, addressed: bool) -> _Message:
        kind = head.recipient
        if kind in ("none", "perhaps"):
            # Where others say to whom they write, one that does not may be a direct message.
            strict = addressed and (kind == "perhaps" or not head.cloud)
            kind = "unknown" if strict else "public"
        if kind == "public" and head.time is None:
            kind = "bad"
        self.local = self.local or not head.cloud
        self.cloud = self.cloud or head.cloud
        time = 0
        if head.time is not None:
            time = self._running(head) if not head.cloud else head.time
            if kind == "public":
                if time < self.latest:
                    self.backwards.append(number)
                self.latest = max(time, self.latest)
        return _Message(number, time, head.sender, kind, [head.text] if head.text else [])

    def _running(self, head: _Head) -> int:
        """Return the time since the midnight before the first message."""
        if head.date and self.date and head.date != self.date:
            self.days += 1
        time = head.time + self.days * DAY
        if self.last - time > DAY // 2:
            self.days += 1
            time += DAY
        self.date = head.date or self.date
        self.last = max(time, self.last)
        return time

    def warnings(self, messages: list[_Message]) -> Iterator[ImportNotice]:
        by_kind: dict[str, list[int]] = {}
        for message in messages:
            by_kind.setdefault(message.kind, []).append(message.line)
        if found := by_kind.get("direct"):
            reason = _("Direct messages, never kept: %(count)d.")
            yield ImportNotice(found[0], reason % {"count": len(found)})
        if found := by_kind.get("unknown"):
            reason = _("Messages that do not say to whom they went, left out: %(count)d.")
            yield ImportNotice(found[0], reason % {"count": len(found)})
        for line in by_kind.get("bad", []):
            yield ImportNotice(line, _("The time cannot be read; the message was left out."))
        if self.before:
            reason = _("Lines before the first message, left out: %(count)d.")
            yield ImportNotice(self.before[0], reason % {"count": len(self.before)})
        if self.backwards:
            reason = _("Messages timed before the one above: %(count)d; all were kept.")
            yield ImportNotice(self.backwards[0], reason % {"count": len(self.backwards)})


class _Folding:
    """Puts reactions and replies where they belong."""

    def __init__(self, messages: list[_Message]) -> None:
        self.messages = messages
        self.lost_reactions: list[int] = []
        self.lost_answers: list[int] = []
        self.empty: list[int] = []
        self.crowded: list[int] = []

    def lines(self) -> tuple[ImportedLine, ...]:
        said = [(message, *_understood(message)) for message in self.messages if _kept(message)]
        quotes = {_key(quote) for _message, _kind, quote, _rest in said} - {""}
        lengths = sorted({len(quote) for quote in quotes})
        whole: dict[str, int] = {}
        begun: dict[str, int] = {}
        lines: list[ImportedLine] = []
        numbers: list[int] = []
        reactions: dict[int, tuple[Counter[str], dict[str, str]]] = {}

        def place_of(quote: str) -> int | None:
            key = _key(quote)
            return begun.get(key) if _CUT.search(quote) else whole.get(key, begun.get(key))

        for message, kind, quote, rest in said:
            place = place_of(quote) if quote else None
            if kind in ("reaction", "removal"):
                if place is None:
                    self.lost_reactions.append(message.line)
                else:
                    counts, signs = reactions.setdefault(place, (Counter(), {}))
                    shown = _SKIN_TONE.sub("", rest)
                    sign = _VARIANT.sub("", shown)
                    signs.setdefault(sign, shown)
                    counts[sign] += 1 if kind == "reaction" else -1
                continue
            text = one_line(rest).strip()
            if not text:
                self.empty.append(message.line)
                continue
            if kind == "reply" and place is None:
                self.lost_answers.append(message.line)
            key = " ".join(text.split())
            if (exact := key[:_LONGEST_QUOTE]) in quotes:
                whole[exact] = len(lines)
            for length in lengths:
                if length > len(key):
                    break
                if (start := key[:length]) in quotes:
                    begun[start] = len(lines)
            numbers.append(message.line)
            lines.append(
                ImportedLine(
                    message.time,
                    text,
                    speaker=one_line(message.name).strip(),
                    source="text chat",
                    answers=place,
                )
            )
        for place, (counts, signs) in reactions.items():
            told = ""
            for sign, count in counts.items():
                longer = f"{told} {signs[sign]} {count}".strip() if count > 0 else told
                if len(longer) <= LONGEST_REACTIONS:
                    told = longer
                else:
                    self.crowded.append(numbers[place])
            lines[place] = replace(lines[place], reactions=told)
        return tuple(lines)

    def warnings(self) -> Iterator[ImportNotice]:
        for lines, reason in (
            (self.lost_reactions, _("Reactions to a line not found here, left out: %(count)d.")),
            (self.lost_answers, _("Replies to a line not found here, kept: %(count)d.")),
            (self.empty, _("Messages with nothing in them, left out: %(count)d.")),
            (self.crowded, _("Kinds of reactions beyond what a line can hold: %(count)d.")),
        ):
            if lines:
                yield ImportNotice(min(lines), reason % {"count": len(lines)})


def _kept(message: _Message) -> bool:
    return message.kind == "public"


def _understood(message: _Message) -> tuple[str, str, str]:
    """Return what a message is ("reaction", "removal", "reply", ""), its quote, and the rest."""
    text = "\n".join(message.parts).strip()
    if text[:8].lower() == "reacted " and (match := _REACTION.fullmatch(text)):
        quote, sign = match["quote"] or match["bare"] or "", match["sign"].strip()
        if not any(char.isalnum() for char in sign):
            return "reaction", quote, sign
    if text[:8].lower() == "removed " and (match := _REMOVAL.fullmatch(text)):
        return "removal", match["quote"], match["sign"].strip('"“” ')
    if start := _REPLY.match(text):
        return "reply", *_without_quote(text[start.end() :])
    return "", "", text


def _without_quote(text: str) -> tuple[str, str]:
    """Return what a reply quotes and what it says; a quote nobody closed ends with its lines."""
    lines = text.split("\n")
    blank = next((place for place, line in enumerate(lines) if not line.strip()), len(lines))
    for place, line in enumerate(lines[:blank]):
        if _ENDS_QUOTE.search(line[-80:]):
            quote = "\n".join(lines[: place + 1]).rstrip()[:-1]
            return quote, "\n".join(lines[place + 1 :])
    for end in ('..."', '…"', "...”", "…”", '" ', "” "):
        quote, found, rest = lines[0].partition(end)
        if found:
            return quote + end.rstrip('"” '), "\n".join([rest, *lines[1:]])
    if blank < len(lines):
        return "\n".join(lines[:blank]), "\n".join(lines[blank:])
    return lines[0], "\n".join(lines[1:])


def _key(quote: str) -> str:
    return " ".join(_CUT.sub("", quote).split())[:_LONGEST_QUOTE]


DIALECT = Dialect("zoom_chat", gettext_lazy("Saved Zoom chat"), recognises, parse)
