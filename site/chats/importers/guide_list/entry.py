"""One entry of a list of chats: a date, and in prose and topics what is known of that chat."""

import datetime
import re

from django.utils.translation import gettext as _

from chats.importers.dates import (
    CLOCK,
    WEEKDAYS,
    start_written,
    weekday_written,
)
from chats.importers.frame import ImportedChat, ImportedTopic, Outcome
from chats.importers.guide_list.hosts import hosts_stated
from chats.importers.guide_list.nesting import outermost, pairs
from chats.importers.guide_list.statements import invitation_stated, outcome_stated, promise_stated
from chats.importers.guide_list.topics import pieces, read_topics, starts_with_topic
from chats.importers.sentences import sentence_starts, sentences, shortened
from chats.importers.stamps import STAMP, STAMP_INSIDE
from chats.titles import default_title, english_date

_LABEL = re.compile(
    r"(?<!\w)(?:topics|time\s?stamps)(?:\s*(?:and|&|/|,)\s*(?:topics|time\s?stamps))?"
    rf"(?:\s+(?:covered|discussed|included?))?(?:\s*:|(?=\s+{STAMP}))",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\s*note:\s*", re.IGNORECASE)
_UNKNOWN_LABEL = re.compile(r"[A-Z][^:.;]{1,60}:\s[^;]*;")
_ADDRESS = re.compile(r"https?://[^\s;<>\"”)]+")
_RECORDING = re.compile(
    rf"(?<!\w)(\()?(?:Recording|RECORDING|Video)(?:\s+link)?:\s*({_ADDRESS.pattern})(?(1)\s*\))"
)
_BEFORE_CLOCK = re.compile(r"[\s,.;–—-]*(\()?")


class Entry:
    """An entry being read; `reasons` is what to warn of, in the order it was met."""

    def __init__(self, date: datetime.date, line: int) -> None:
        self.date = date
        self.line = line
        self.start_time: datetime.time | None = None
        self.hosts: list[str] = []
        self.teams: list[str] = []
        self.notes: list[str] = []
        self.asides: list[str] = []
        self.topics: list[ImportedTopic] = []
        self.outcome: Outcome = ""
        self.outcome_reason = ""
        self.topics_promised = False
        self.topics_due: datetime.date | None = None
        self.invites = False
        self.recording_url = ""
        self.reasons: list[str] = []

    def chat(self) -> ImportedChat:
        return ImportedChat(
            date=self.date,
            start_time=self.start_time,
            title=default_title(self.date),
            hosts=tuple(self.hosts),
            teams=tuple(self.teams),
            note=" ".join(self.notes + self.asides),
            topics=tuple(self.topics),
            outcome=self.outcome,
            outcome_reason=self.outcome_reason,
            topics_promised=self.topics_promised,
            topics_due=self.topics_due,
            invites=self.invites,
            recording_url=self.recording_url,
            line=self.line,
        )

    def read(self, written_date: re.Match[str], rest: str) -> None:
        """Read an entry by the match of its date and the text after it."""
        self._check_weekday(written_date)
        rest = self._take_recording(rest)
        self.read_undated(self._take_start_time(rest))

    def read_undated(self, text: str) -> None:
        """Read what follows the date of an entry, or stands without one."""
        prose, label, listed = self._divide(text)
        self._read_prose(prose)
        if label or listed:
            self._read_topics(label, listed)

    def _check_weekday(self, written: re.Match[str]) -> None:
        named, actual = weekday_written(written), WEEKDAYS[self.date.weekday()]
        if named and named != actual:
            reason = _("%(date)s was a %(actual)s, the list says %(named)s; the date was kept.")
            about = {"date": english_date(self.date), "actual": actual, "named": named}
            self.reasons.append(reason % about)
        elif written["weekday"] and not named:
            reason = _("“%(word)s” is no day of the week; the date was kept.")
            self.reasons.append(reason % {"word": written["weekday"]})

    def _take_recording(self, text: str) -> str:
        match = _RECORDING.search(text)
        if not match:
            return text
        self.recording_url = match[2].rstrip(".,!?")
        return text[: match.start()].rstrip(" ") + " " + text[match.end() :].lstrip(" ")

    def _take_start_time(self, text: str) -> str:
        before = _BEFORE_CLOCK.match(text)
        clock = CLOCK.match(text, before.end())
        if not clock:
            return text
        rest = text[clock.end() :]
        if before[1]:
            if not rest.startswith((")", ",")):
                return text
            rest = ("(" if rest[0] == "," else "") + rest[1:]
        try:
            start = start_written(clock)
        except ValueError:
            start = None
        if start is None:
            if clock["half"] or (clock["at"] and clock["minute"]):
                reason = _("No time of day can be told from “%(time)s”; it was kept in the note.")
                self.reasons.append(reason % {"time": clock[0].strip()})
            return text
        zone = clock["zone"] or ""
        if zone and not zone.upper().startswith("E"):
            reason = _("The time is given in %(zone)s; it was kept as written.")
            self.reasons.append(reason % {"zone": zone})
        self.start_time = start
        return rest

    def _divide(self, text: str) -> tuple[str, str, str]:
        """Return the prose, the label of the topics or "", and the topics or ""."""
        label = _LABEL.search(text)
        for stamp in STAMP_INSIDE.finditer(text, 0, label.start() if label else len(text)):
            end = stamp.start()
            while end and text[end - 1].isspace():
                end -= 1
            if end and text[end - 1] not in ".,;:!?)–—-":
                continue
            prose, listed = text[:end], text[stamp.start() :]
            stamped = sum(map(starts_with_topic, pieces(listed)))
            if stamped < (1 if prose.endswith(":") else 2):
                break
            starts = sentence_starts(prose)
            name = prose[starts[-1] : -1].strip() if prose.endswith(":") else ""
            if not 0 < len(name) <= 60:
                self.reasons.append(
                    _("The times stand after no label such as “Topics:”; they were read as topics.")
                )
                return prose, "", listed
            reason = _("The label “%(label)s” is not known; what follows was read as topics.")
            self.reasons.append(reason % {"label": name})
            return prose[: starts[-1]], name, listed
        if not label:
            return text, "", ""
        return text[: label.start()], label[0], text[label.end() :]

    def _read_prose(self, text: str) -> None:
        at = 0
        for start, end in outermost(pairs(text)):
            inner = text[start + 1 : end].strip()
            note = _NOTE.match(inner)
            if text[start] not in "([" or not (note or self._take(inner)):
                continue
            if note:
                self.asides.append(inner[note.end() :])
            self._read_sentences(text[at:start])
            at = end + 1
        self._read_sentences(text[at:])

    def _read_sentences(self, text: str) -> None:
        for sentence in sentences(text):
            if self._take(sentence):
                continue
            self.notes.append(sentence)
            if _UNKNOWN_LABEL.match(sentence):
                reason = _("“%(text)s” was kept in the note; if it lists topics, say “Topics:”.")
                self.reasons.append(reason % {"text": shortened(sentence)})

    def _read_topics(self, label: str, text: str) -> None:
        if ";" not in text and (said := sentences(text)):
            promise = promise_stated(f"Topics {said[0]}")
            if promise and promise.whole:
                self._read_prose(f"Topics {text.strip()}")
                return
        found = pieces(self._without_late_asides(text))
        listed = [piece for piece in found if not self._take_address(piece.strip())]
        if listed:
            listed[-1] = self._without_late_statements(listed[-1])
        self.topics, reasons = read_topics(listed)
        self.reasons += reasons
        if not self.topics:
            reason = _("No topic follows the label “%(label)s”.")
            self.reasons.append(reason % {"label": label.strip(" :\xa0")})
        elif "time" in label.lower() and all(topic.start is None for topic in self.topics):
            self.reasons.append(_("No topic starts with a time; all were kept without one."))

    def _without_late_asides(self, text: str) -> str:
        if not text.rstrip(" \t\n\xa0.").endswith((")", "]")):
            return text
        stop = len(text)
        asides: list[str] = []
        for start, end in reversed(outermost(pairs(text))):
            if text[start] not in "([" or text[end + 1 : stop].strip(" \t\n\xa0.)"):
                break
            inner = text[start + 1 : end].strip()
            if note := _NOTE.match(inner):
                asides.append(inner[note.end() :])
            elif not self._take_late(inner):
                break
            stop = start
        self.asides += reversed(asides)
        return text[:stop]

    def _without_late_statements(self, title: str) -> str:
        starts, stop = sentence_starts(title), len(title)
        while len(starts) > 1 and self._take_late(title[starts[-1] : stop].strip()):
            stop = starts.pop()
        return title[:stop]

    def _take(self, sentence: str) -> bool:
        """Take what a sentence states; false if the sentence has to be kept in words too."""
        if self._take_address(sentence):
            return True
        invitation = invitation_stated(sentence)
        self.invites = self.invites or invitation is not None
        return (
            bool(invitation)
            or self._take_hosts(sentence)
            or self._take_outcome(sentence)
            or self._take_promise(sentence)
        )

    def _take_late(self, sentence: str) -> bool:
        """Take what may follow the topics; a topic can speak of invitations and cancelling."""
        stated = outcome_stated(sentence)
        if stated and stated.outcome == "lost":
            return stated.whole and self._take_outcome(sentence)
        promise = promise_stated(sentence)
        return promise is not None and promise.whole

    def _take_address(self, text: str) -> bool:
        if self.recording_url or not _ADDRESS.fullmatch(text):
            return False
        self.recording_url = text.rstrip(".,!?")
        return True

    def _take_hosts(self, sentence: str) -> bool:
        stated = hosts_stated(sentence)
        if not stated:
            return False
        if not stated.readable:
            reason = _("The names in “%(text)s” could not be read; it was kept in the note.")
            self.reasons.append(reason % {"text": shortened(sentence)})
            return False
        if not (stated.hosts or stated.teams):
            reason = _("“%(text)s” names nobody; it was left out.")
            self.reasons.append(reason % {"text": shortened(sentence)})
        self.hosts += stated.hosts
        self.teams += stated.teams
        return True

    def _take_outcome(self, sentence: str) -> bool:
        stated = outcome_stated(sentence)
        if not stated or self.outcome:
            return False
        self.outcome, self.outcome_reason = stated.outcome, stated.reason
        return stated.whole

    def _take_promise(self, sentence: str) -> bool:
        stated = promise_stated(sentence)
        if not stated:
            return False
        self.topics_promised = self.topics_promised or stated.topics
        self.topics_due = self.topics_due or stated.due
        return stated.whole
