"""Zoom's lists of who took part, as people download, open in a spreadsheet and save them.

Read are the participants of a meeting, with the meeting's own lines above them or beside each, one
row for each time somebody joined or one for all, and the attendee report of a webinar with its
sections. Column names are those Zoom writes in English, Spanish, French, German, Portuguese and
Italian. No text of up to LARGEST signs makes this raise, or take more than linear time.
"""

import codecs
import csv
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.text import clean_line, folded
from events.models import LONGEST_NAME, EventPage, Registration
from outbox.addresses import key_of
from outbox.models import LONGEST_ADDRESS

LARGEST = 2_000_000
"""Bytes of a file, and signs of a text."""
MOST_PEOPLE = 10_000
MOST_MINUTES = 7 * 24 * 60
LONGEST_RECORD = 20
"""Lines that one row may go over, for there are answers with several in quotes."""
LONGEST_CELL = 500

# As core.text.folded. Those in full first: a summary's "host name" is no participant's.
_COLUMNS = {
    "name": (
        "name (original name)", "user name (original name)", "nombre (nombre original)",
        "nombre de usuario (nombre original)", "nom (nom original)", "nom (nom d'origine)",
        "nom d'utilisateur (nom original)", "name (originalname)", "name (ursprunglicher name)",
        "nome (nome original)", "nome (nome originale)", "nome do usuario (nome original)",
        "user name", "name", "participant", "participant name", "nombre", "nom", "nome",
        "nombre de usuario", "nom d'utilisateur", "benutzername", "nome do usuario", "nome utente",
    ),
    "first": ("first name", "nombre de pila", "prenom", "vorname", "primeiro nome"),
    "last": ("last name", "apellido", "apellidos", "nom de famille", "nachname", "sobrenome"),
    "email": (
        "user email", "email", "email address", "e-mail", "e-mail del usuario",
        "correo electronico", "correo electronico del usuario", "adresse e-mail", "courriel",
        "e-mail de l'utilisateur", "adresse e-mail de l'utilisateur", "benutzer-e-mail",
        "e-mail-adresse", "e-mail do usuario", "email do usuario", "e-mail utente",
        "indirizzo e-mail",
    ),
    "join": (
        "join time", "hora de entrada", "hora para unirse", "hora de inicio de sesion",
        "heure d'arrivee", "heure de connexion", "heure d'entree", "beitrittszeit",
        "teilnahmezeit", "beitritt", "hora de ingresso", "ora di ingresso", "ora di accesso",
    ),
    "leave": (
        "leave time", "hora de salida", "hora para salir", "heure de depart", "heure de sortie",
        "heure de deconnexion", "austrittszeit", "verlassen", "hora de saida", "ora di uscita",
    ),
    "minutes": (
        "duration (minutes)", "total duration (minutes)", "time in session (minutes)",
        "time in session", "duration", "total duration", "duracion (minutos)",
        "duracion total (minutos)", "tiempo en sesion (minutos)", "duree (minutes)",
        "duree totale (minutes)", "duree (en minutes)", "dauer (minuten)",
        "gesamtdauer (minuten)", "duracao (minutos)", "duracao total (minutos)",
        "durata (minuti)", "durata totale (minuti)",
    ),
    "attended": ("attended", "asistio", "a participe", "teilgenommen", "participou"),
    "waiting": ("in waiting room", "en sala de espera", "en salle d'attente", "im warteraum"),
}  # fmt: skip
_KIND_OF = {word: kind for kind, words in _COLUMNS.items() for word in words}
_HOLDERS = ("host email", "user email", "correo electronico del anfitrion", "e-mail de l'hote")
_HOSTS = ("host details", "panelist details")
_SECTIONS = (*_HOSTS, "attendee details", "other attended")
_NO = {"no", "non", "nein", "nao"}
_YES = {"yes", "si", "oui", "ja", "sim", "y", "true"}

_TIME = r"(\d{1,2}):(\d\d)(?::(\d\d))?(?:\.\d{1,6})?\s*(?:([AaPp])\.?\s?[Mm]\.?)?"
_NUMBERS = re.compile(rf"(?:(\d{{1,4}})[-/.](\d{{1,2}})[-/.](\d{{1,4}})[T, ]{{1,3}})?{_TIME}")
_WORDS = re.compile(rf"([A-Za-z]{{3}})[a-z]{{0,6}}\.? (\d{{1,2}}),? (\d{{4}}),? {_TIME}")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_CLOCK = re.compile(r"(\d{1,3}):(\d\d)(?::(\d\d))?")
_COUNT = re.compile(r"(\d{1,6})(?:[.,]\d{1,3})?(?:\s?min(?:utes)?\.?)?")
_DEVICE = re.compile(
    r"(?:.{0,30}(?:'s|\u2019s) )?(?:iphone|ipad|galaxy|android|macbook(?: pro| air)?|pc|laptop"
    r"|phone|zoom user|user|guest|participant|call-in user|host|admin)"
    r"[ _-]?[a-z]{0,2}\d{0,6}[a-z+]{0,5}"
)
_PHONE = re.compile(r"[+(]?\d[\d*x()\s.-]{4,24}")
_PRONOUN = re.compile(
    r"(?:she|he|they|ze|xe|it|any|all|her|him|them|hers|his|theirs|elle|il|iel|ella|ellx|elles?)"
    r"(?:\s?[/,|]\s?\w{1,8}){0,3}"
)
_PARTINGS = (" # ", " #", " | ", "|", " - ", " \u2013 ", " \u2014 ", " @ ", ", ", " / ", "; ")


@dataclass(frozen=True)
class Session:
    """One stretch of somebody's being there, with its times where they were told."""

    minutes: int | None = None
    begin: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True)
class Participant:
    """Somebody in the call, under one name and one address."""

    name: str
    """As the list has it."""
    email: str = ""
    sessions: tuple[Session, ...] = ()
    is_host: bool = False
    """Host or panelist of a webinar, or whose account the meeting was."""

    @property
    def minutes(self) -> int | None:
        return total_minutes(self.sessions)

    @property
    def names(self) -> list[str]:
        """What their name may be, the likeliest first: without pronouns, library, nickname."""
        return _names_in(self.name)

    @property
    def likely_name(self) -> str:
        return self.names[0] if self.names else self.name

    @property
    def is_nameless(self) -> bool:
        """Whether only a device or a telephone number stands for them."""
        return not self.names


@dataclass(frozen=True)
class ZoomList:
    participants: list[Participant] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What could not be read, in sentences."""


@dataclass(frozen=True)
class Match:
    """A registration, and who of the list that is."""

    registration: Registration
    participants: list[Participant]
    by_address: bool

    @property
    def minutes(self) -> int | None:
        """Of all ways they were there, none counted twice."""
        return total_minutes([each for one in self.participants for each in one.sessions])


@dataclass(frozen=True)
class Leftovers:
    """Who of the list is nobody's registration for certain."""

    guests: list[Participant] = field(default_factory=list)
    hosts: list[Participant] = field(default_factory=list)
    """Those who held the event or the account; they need no seat."""


def decode(data: bytes) -> str:
    """Return the text of a file, whatever program saved it; never raises."""
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8-sig"),
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
    ):
        if data.startswith(mark):
            return data.decode(encoding, errors="replace")
    head = data[:200]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if zeros and zeros.count(0) > len(zeros) // 2:
            return data.decode(encoding, errors="replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        # As spreadsheets save it where nobody told them otherwise.
        return data.decode("cp1252", errors="replace")


def read(text: str) -> ZoomList:
    """Return who a list names, and what could not be read of it."""
    is_cut = len(text) > LARGEST
    text = text[:LARGEST].lstrip("\ufeff").replace("\0", "")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    reading = _Reading()
    for cells in _records(lines, _separator(lines)):
        reading.take(cells)
    return reading.result(is_cut)


def total_minutes(sessions: Iterable[Session]) -> int | None:
    """Return the minutes of all, what overlaps once; None where no minutes were told."""
    told = list(sessions)
    lengths = [each.minutes for each in told if each.minutes is not None]
    if not lengths:
        return None
    timed = [each for each in told if each.begin and each.end and each.minutes is not None]
    spans = sorted((each.begin, each.end) for each in timed)
    twice, until = timedelta(), None
    for begin, end in spans:
        if until is not None and begin < until:
            twice += min(end, until) - begin
        until = end if until is None else max(until, end)
    return min(MOST_MINUTES, max(max(lengths), sum(lengths) - round(twice.total_seconds() / 60)))


def match(
    registrations: Sequence[Registration], participants: Iterable[Participant], event: EventPage
) -> tuple[list[Match], Leftovers]:
    """Tell who of a list is who of those registered: by address, then by name if that is sure.

    Several people may share an address: there the name decides. What is not sure is left over.
    """
    at_address, of_name = defaultdict(list), defaultdict(list)
    for registration in registrations:
        at_address[registration.email_key].append(registration)
        of_name[registration.folded_name].append(registration)
    people = list(participants)
    sure, named, rest = defaultdict(list), defaultdict(list), []
    exact = {
        (key_of(one.email), name) for one in people for name in map(folded, one.names) if one.email
    }
    for one in people:
        there = at_address.get(key_of(one.email), []) if one.email else []
        if found := _at_address(one, there, exact):
            sure[found].append(one)
        elif found := None if there else _of_name(one, of_name):
            named[found].append(one)
        else:
            rest.append(one)
    matched = []
    for registration in registrations:
        by_name = named[registration]
        together = sure[registration] + by_name
        # One name at two addresses may be two people.
        if len({key_of(one.email) for one in together if one.email}) > 1:
            rest += by_name
            together = sure[registration]
        if together:
            matched.append(Match(registration, together, bool(sure[registration])))
    hosting = {folded(person.name) for person in event.hosts}
    hosts, guests = [], []
    for one in rest:
        is_host = one.is_host or any(folded(name) in hosting for name in one.names)
        (hosts if is_host else guests).append(one)
    return matched, Leftovers(guests, hosts)


class _Reading:
    """Takes the rows of a list one by one."""

    def __init__(self) -> None:
        self.columns: dict[str, int] = {}
        self.holder_column: int | None = None
        self.holders: set[str] = set()
        self.section = ""
        self.rows: dict[tuple[str, str], list[dict[str, str]]] = {}
        self.seen_as_host: set[tuple[str, str]] = set()
        self.unread = 0
        self.left_out = 0
        self.has_list = False

    def take(self, cells: list[str]) -> None:
        filled = [cell for cell in cells if cell]
        if not filled:
            return
        words = [folded(cell) for cell in cells]
        title = next(filter(None, words)).rstrip(":, ")
        if len(filled) == 1 and title in _SECTIONS:
            self.section, self.columns = title, {}
        elif columns := _columns_in(words):
            self.columns, self.has_list = columns, True
            self.holder_column = words.index("host email") if "host email" in words else None
        elif (held := [word for word in _HOLDERS if word in words]) and "@" not in "".join(cells):
            self.columns, self.holder_column = {}, words.index(held[0])
        elif self.columns:
            self._note_holder(cells)
            self._take_person(cells)
        else:
            self._note_holder(cells)

    def result(self, is_cut: bool) -> ZoomList:
        cells = (row.get(kind, "") for rows in self.rows.values() for row in rows
                 for kind in ("join", "leave"))  # fmt: skip
        reads_day_first = any(map(_says_day_first, cells))
        participants = [
            Participant(
                name=rows[0]["name"],
                email=rows[0]["email"],
                sessions=tuple(_session(row, reads_day_first) for row in rows),
                is_host=key in self.seen_as_host or key[0] in self.holders - {""},
            )
            for key, rows in self.rows.items()
        ]
        return ZoomList(participants, self._problems(is_cut))

    def _note_holder(self, cells: list[str]) -> None:
        column = self.holder_column
        if column is not None and column < len(cells) and "@" in cells[column]:
            self.holders.add(key_of(cells[column]))

    def _take_person(self, cells: list[str]) -> None:
        row = {kind: cells[at] for kind, at in self.columns.items() if at < len(cells)}
        if folded(row.get("attended", "")) in _NO or folded(row.get("waiting", "")) in _YES:
            return
        name = clean_line(row.get("name", ""))[:LONGEST_NAME].strip()
        if not _names_in(name):
            both = clean_line(f"{row.get('first', '')} {row.get('last', '')}")
            name = both[:LONGEST_NAME].strip() or name
        email = clean_line(row.get("email", ""))
        if "@" not in email or " " in email or len(email) > LONGEST_ADDRESS:
            email = ""
        if not any(sign.isalnum() for sign in name):
            name = email
        if not name:
            self.unread += 1
            return
        key = (key_of(email), folded(name))
        if key not in self.rows and len(self.rows) >= MOST_PEOPLE:
            self.left_out += 1
            return
        self.rows.setdefault(key, []).append({**row, "name": name, "email": email})
        if self.section in _HOSTS:
            self.seen_as_host.add(key)

    def _problems(self, is_cut: bool) -> list[str]:
        said = []
        if not self.has_list:
            said.append(
                _(
                    "No list of participants was found: no line names its columns, such as “Name "
                    "(Original Name), User Email”. In Zoom, go to Reports, choose the meeting’s "
                    "number of participants, and Export."
                )
            )
        elif not self.rows:
            said.append(_("The list names nobody."))
        if self.unread:
            line = ngettext(
                "%(n)d line has neither a name nor an address and was left out.",
                "%(n)d lines have neither a name nor an address and were left out.",
                self.unread,
            )
            said.append(line % {"n": self.unread})
        if self.left_out:
            line = ngettext(
                "The list is too long: %(n)d line was left out.",
                "The list is too long: %(n)d lines were left out.",
                self.left_out,
            )
            said.append(line % {"n": self.left_out})
        if is_cut:
            said.append(_("The text is larger than 2 MB: its end was not read."))
        return said


def _separator(lines: list[str]) -> str:
    """Return what parts the columns: that by which some line names most of them."""
    best, most = ",", 0
    for line in lines[:200]:
        for separator in ",;\t":
            named = len(_columns_in([folded(cell) for cell in _cells(line[:5000], separator)]))
            if named > most:
                best, most = separator, named
    return best


def _records(lines: list[str], separator: str) -> Iterator[list[str]]:
    at = 0
    while at < len(lines):
        taken, quotes = 1, lines[at].count('"')
        while quotes % 2 and taken < LONGEST_RECORD and at + taken < len(lines):
            quotes += lines[at + taken].count('"')
            taken += 1
        # A quote that is never closed must not swallow those who come after it.
        taken = 1 if quotes % 2 else taken
        yield _cells("\n".join(lines[at : at + taken]), separator)
        at += taken


def _cells(record: str, separator: str) -> list[str]:
    try:
        rows = list(csv.reader([record], delimiter=separator, skipinitialspace=True))
    except csv.Error:
        return []
    return [" ".join(cell[:LONGEST_CELL].split()) for cell in (rows[0] if rows else [])]


def _columns_in(words: list[str]) -> dict[str, int]:
    """Return where the columns of a line that names them are; none for any other line.

    Where the meeting stands beside each participant, what is theirs comes last.
    """
    found: dict[str, int] = {}
    by_rank = _COLUMNS["name"].index
    for at, word in enumerate(words):
        kind = _KIND_OF.get(word)
        if kind is None:
            continue
        is_lesser = kind == "name" and kind in found and by_rank(word) > by_rank(words[found[kind]])
        if not is_lesser:
            found[kind] = at
    has_name = "name" in found or {"first", "last"} <= found.keys()
    return found if has_name and len(found) > 1 else {}


def _names_in(name: str) -> list[str]:
    before, _open, inside = name.partition("(")
    inside = inside.partition(")")[0]
    candidates = [before.strip(), inside.strip()] if before.strip() else [inside.strip()]
    shorter = []
    for each in candidates:
        for parting in _PARTINGS:
            head, found, tail = each.partition(parting)
            if found:
                shorter.append(head.strip())
                if parting == ", " and " " not in head.strip():
                    shorter.insert(0, f"{tail.strip()} {head.strip()}")
                break
    # The part before a library's name is likelier a name than both together.
    ordered = [*shorter, *candidates, name] if shorter else [*candidates, name]
    return list(dict.fromkeys(one for one in ordered if _is_name(one)))


def _is_name(text: str) -> bool:
    said = folded(text)
    if not any(sign.isalpha() for sign in said) or "@" in said:
        return False
    return not (_PRONOUN.fullmatch(said) or _DEVICE.fullmatch(said) or _PHONE.fullmatch(said))


def _at_address(
    one: Participant, there: list[Registration], exact: set[tuple[str, str]]
) -> Registration | None:
    names = {folded(name) for name in one.names}
    same = [registration for registration in there if registration.folded_name in names]
    if len(same) == 1:
        return same[0]
    if len(there) != 1:
        return None
    # Another of the list at this address is certainly that person, so this is somebody else.
    [only] = there
    is_other = names and (only.email_key, only.folded_name) in exact
    return None if is_other else only


def _of_name(one: Participant, of_name: dict[str, list[Registration]]) -> Registration | None:
    for name in one.names:
        if (found := of_name.get(folded(name))) and len(found) == 1:
            return found[0]
    return None


def _session(row: dict[str, str], reads_day_first: bool) -> Session:
    begin, end = (_moment(row.get(kind, ""), reads_day_first) for kind in ("join", "leave"))
    minutes = _minutes(row.get("minutes", ""))
    if begin and end and end < begin:
        begin = end = None
    if minutes is None and begin and end:
        minutes = min(MOST_MINUTES, -(-int((end - begin).total_seconds()) // 60))
    return Session(minutes, begin, end)


def _minutes(cell: str) -> int | None:
    if clock := _CLOCK.fullmatch(cell):
        hours, minutes, seconds = (int(part or 0) for part in clock.groups())
        return min(MOST_MINUTES, hours * 60 + minutes + (seconds > 0))
    if count := _COUNT.fullmatch(cell):
        return min(MOST_MINUTES, int(count[1]))
    return None


def _says_day_first(cell: str) -> bool:
    found = _NUMBERS.fullmatch(cell)
    return bool(found and found[1] and len(found[1]) < 3 and int(found[1]) > 12)


def _moment(cell: str, reads_day_first: bool) -> datetime | None:
    """Return a time without zone, on a day of its own where none is told: lengths are meant."""
    cell = cell.rstrip("Zz ")
    if found := _WORDS.fullmatch(cell):
        word, day, year, *time = found.groups()
        month = _MONTHS.index(word.lower()) + 1 if word.lower() in _MONTHS else 0
        date = (int(year), month, int(day))
    elif found := _NUMBERS.fullmatch(cell):
        first, second, third, *time = found.groups()
        if first is None:
            date = (2000, 1, 1)
        elif len(first) == 4:
            date = (int(first), int(second), int(third))
        else:
            day, month = (first, second) if reads_day_first else (second, first)
            date = (int(third) + (2000 if len(third) == 2 else 0), int(month), int(day))
    else:
        return None
    hour, minute, second = (int(part or 0) for part in time[:3])
    if half := (time[3] or "").lower():
        hour = hour % 12 + (12 if half == "p" else 0)
    try:
        return datetime(*date, hour, minute, second)
    except ValueError:
        return None
