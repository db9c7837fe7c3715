"""The list of libraries: brought in from a table, merged, and what people typed brought to it.

A table is CSV (RFC 4180) with commas, semicolons or tabs; its first row names the columns.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.search.backends import get_search_backends

from core.offers import typed_libraries
from core.tables import unguarded
from core.text import clean_line, folded
from people.models import Library, LibraryType

LARGEST = 2 * 1024 * 1024
"""Bytes; ten times what 5,000 libraries take."""
LONGEST = 100
AT_ONCE = 500
SEPARATORS = ",;\t"
COLUMNS = {
    "name": "name|library|library name|title",
    "town": "town|city|place|location",
    "region": "region|county|state|area|district",
    "type": "type|kind|library type",
}
FIELDS = ("town", "region", "type")
_NAMES = {name: column for column, names in COLUMNS.items() for name in names.split("|")}
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


class TableRefused(ValueError):
    """Nothing of a table can be read. The message says why, to whoever chose it."""


class Action(models.TextChoices):
    NEW = "new", gettext_lazy("New")
    CHANGED = "changed", gettext_lazy("Changed")
    UNCHANGED = "unchanged", gettext_lazy("Unchanged")
    REFUSED = "refused", gettext_lazy("Refused")


@dataclass(frozen=True)
class Planned:
    """What becomes of a row."""

    line: int
    """Of the file, from 1."""
    name: str
    action: Action
    library: Library | None = None
    """With what the row says of it, not saved yet."""
    changes: tuple[str, ...] = ()
    """Labels of what it says otherwise."""
    reason: str = ""


@dataclass(frozen=True)
class Plan:
    rows: list[Planned] = field(default_factory=list)

    def of(self, action: Action) -> list[Planned]:
        return [row for row in self.rows if row.action == action]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many rows there are of each action that occurs."""
        counted = Counter(row.action for row in self.rows)
        return [(action.label, counted[action]) for action in Action if counted[action]]

    @property
    def has_work(self) -> bool:
        return bool(self.of(Action.NEW) or self.of(Action.CHANGED))


def read(data: bytes) -> str:
    """Return the text of a file: UTF-8, UTF-16 with its mark, or else Windows-1252.

    Raises TableRefused.
    """
    if len(data) > LARGEST:
        raise TableRefused(_("This is too large: at most 2 MB."))
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise TableRefused(_("This is a workbook. Save it as CSV, and choose that file."))
    encodings = ("utf-16",) if data.startswith(_UTF_16) else ("utf-8-sig", "windows-1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableRefused(_("Characters in this file are damaged. Save it again as UTF-8."))


def plan(text: str) -> Plan:
    """Say what bringing a table in would do. Raises TableRefused for what has no names in it."""
    known = _Known(Library.objects.all())
    return Plan([known.place(line, cells) for line, cells in _rows(text)])


@transaction.atomic
def bring_in(text: str) -> Plan:
    """Bring a table in, and return what was done. Twice, it changes nothing. Raises TableRefused.

    An empty cell leaves what is there; nothing is deleted.
    """
    done = plan(text)
    new = [row.library for row in done.of(Action.NEW)]
    changed = [row.library for row in done.of(Action.CHANGED)]
    _give_slugs(new)
    for library in (*new, *changed):
        library.note_spellings()
    Library.objects.bulk_create(new, batch_size=AT_ONCE)
    Library.objects.bulk_update(changed, [*FIELDS, "spellings"], batch_size=AT_ONCE)
    # The admin's search hears of single saves alone.
    for backend in get_search_backends(with_auto_update=True):
        backend.add_bulk(Library, [*new, *changed])
    return done


class _Known:
    """Libraries that are there, and rows already read, by what tells them apart."""

    def __init__(self, libraries: Iterable[Library]) -> None:
        self._by_name: dict[str, list[Library]] = {}
        self._lines: dict[int, int] = {}
        for library in libraries:
            self._add(library)

    def place(self, line: int, cells: Mapping[str, str]) -> Planned:
        """Say what becomes of a row, and keep it in mind for those that follow."""
        name, town = cells.get("name", ""), cells.get("town", "")
        if reason := _fault(cells):
            return Planned(line, name, Action.REFUSED, reason=reason)
        said = {column: cells[column] for column in FIELDS if cells.get(column)}
        if "type" in said:
            said["type"] = _type_of(said["type"])
        same = self._same(name, town)
        if len(same) > 1:
            reason = _("Several libraries are called so. Say the town.")
            return Planned(line, name, Action.REFUSED, reason=reason)
        if not same:
            library = Library(name=name, **said)
            self._add(library)
            self._lines[id(library)] = line
            return Planned(line, name, Action.NEW, library)
        (library,) = same
        if first := self._lines.get(id(library)):
            reason = _("The same library as in line %(line)d.") % {"line": first}
            return Planned(line, name, Action.REFUSED, reason=reason)
        self._lines[id(library)] = line
        changes = [column for column, value in said.items() if getattr(library, column) != value]
        for column in changes:
            setattr(library, column, said[column])
        labels = tuple(str(Library._meta.get_field(column).verbose_name) for column in changes)
        action = Action.CHANGED if changes else Action.UNCHANGED
        return Planned(line, name, action, library, labels)

    def _add(self, library: Library) -> None:
        for spelling in {folded(one) for one in (library.name, *library.also.splitlines())}:
            self._by_name.setdefault(spelling, []).append(library)

    def _same(self, name: str, town: str) -> list[Library]:
        """Return those that a row may speak of: of the same town, or where no town tells."""
        called = self._by_name.get(folded(name), [])
        if not town:
            return called
        there = [one for one in called if folded(one.town) == folded(town)]
        return there or [one for one in called if not one.town]


def _rows(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the rows below the head with their lines. Raises TableRefused."""
    text = text.replace("\0", "").removeprefix("\ufeff")
    head = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=lambda one: len(_columns(_cells(head, one))))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    columns: dict[int, str] = {}
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if columns:
                yield (
                    reader.line_num,
                    {
                        column: clean_line(unguarded(cells[place].strip()))
                        for place, column in columns.items()
                        if place < len(cells)
                    },
                )
                continue
            columns = _columns(cells)
            if "name" not in columns.values():
                raise TableRefused(
                    _("The first line must name the columns: name, and town, region, type.")
                )
    except csv.Error as error:
        raise TableRefused(
            _("Line %(line)d cannot be read.") % {"line": reader.line_num}
        ) from error
    if not columns:
        raise TableRefused(_("There is nothing in it."))


def _cells(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [])


def _columns(cells: Iterable[str]) -> dict[int, str]:
    """Return which column each place of the head names; the first of two that are the same."""
    columns: dict[int, str] = {}
    for place, cell in enumerate(cells):
        column = _NAMES.get(clean_line(cell).casefold().replace("_", " "))
        if column and column not in columns.values():
            columns[place] = column
    return columns


def _fault(cells: Mapping[str, str]) -> str:
    """Return why a row is refused; blank if it is not."""
    if not cells.get("name"):
        return _("It has no name.")
    for column in ("name", "town", "region"):
        if len(cells.get(column, "")) > LONGEST:
            label = Library._meta.get_field(column).verbose_name
            return _("Too long, at most %(most)d characters: %(column)s.") % {
                "most": LONGEST,
                "column": label,
            }
    if (said := cells.get("type")) and not _type_of(said):
        return _("“%(said)s” is no type of library: %(types)s.") % {
            "said": said[:LONGEST],
            "types": ", ".join(LibraryType.values),
        }
    return ""


def _type_of(said: str) -> str:
    """Return a type by its name or label, in any case of its letters; blank for none."""
    asked = said.casefold()
    known = (one for one in LibraryType if asked in (one.value, one.label.casefold()))
    return next((one.value for one in known), "")


def _give_slugs(libraries: Iterable[Library]) -> None:
    """Give new libraries free slugs, with one look at those that are taken."""
    taken = set(Library.objects.values_list("slug", flat=True))
    for library in libraries:
        base = slugify(library.name)[:90] or "library"
        slug, number = base, 1
        while slug in taken:
            number += 1
            slug = f"{base}-{number}"
        taken.add(slug)
        library.slug = slug


@transaction.atomic
def merge(one: Library, into: Library) -> int:
    """Make two libraries one, known by the names of both; return how often somebody typed it.

    What people typed for the first is rewritten wherever it is kept.
    """
    spellings = [_called(into), one.name, one.label, *one.also.splitlines()]
    one.delete()
    into.town, into.region = into.town or one.town, into.region or one.region
    into.type = into.type or one.type
    return spell(spellings, into)


@transaction.atomic
def spell(typed: Iterable[str], library: Library) -> int:
    """Rewrite what people typed as a library's own name; return how often it stood somewhere.

    It is one of the library's spellings from then on.
    """
    own = {folded(one) for one in (library.name, *library.also.splitlines())}
    texts = list(dict.fromkeys(typed))
    others = {folded(text): text for text in texts if folded(text) not in own}
    others.pop(folded(library.label), None)
    called = _called(library)
    library.also = "\n".join([*library.also.splitlines(), *others.values()])
    library.save()
    return sum(part.rename(texts, called) for part in typed_libraries)


def _called(library: Library) -> str:
    return Library.objects.filter(pk=library.pk).called()[library]


@dataclass(frozen=True)
class Typed:
    """What people typed for a library and is not what the list calls it."""

    text: str
    count: int
    meant: str
    """What the library is called that is known to be meant; blank for none."""


def typed_otherwise() -> list[Typed]:
    """Return what was typed and stands otherwise in the list, the most frequent first."""
    counts: Counter[str] = Counter()
    for part in typed_libraries:
        counts.update(part.counts())
    known = Library.objects.by_spelling()
    called = set(known.values())
    return [
        Typed(text, count, known.get(folded(text), ""))
        for text, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if text not in called
    ]


@transaction.atomic
def spell_what_is_known() -> int:
    """Rewrite all that is known to mean a library as what it is called; return how often."""
    by_name: dict[str, list[str]] = {}
    for typed in typed_otherwise():
        if typed.meant:
            by_name.setdefault(typed.meant, []).append(typed.text)
    return sum(
        part.rename(texts, name) for name, texts in by_name.items() for part in typed_libraries
    )
