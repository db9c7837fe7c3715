"""Writing down what can be found, in the transaction of whatever changed it."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice

from django.db import connection, transaction
from django.db.models import Model, Q
from wagtail.models import Page

from core.findable import Findable, FindableText, ObjectRef, findable_of, findables
from search.models import Change, Entry, EntryLabel
from search.words import VERSION, stems_of

OBJECTS_AT_ONCE = 20
"""Others who write to the database wait while so many are read, with all that was said in them."""
BREAK = "¶"
TURN = 0x656E7472
"""The advisory lock, in PostgreSQL, of whoever writes entries."""

MAIL_ADDRESS = re.compile(
    r"(?<![\w.+'%-])(?:mailto:)?[\w.+'%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*(?:\?\S+)?", re.I
)
# With a scheme, or a host's name before a slash: zoom.us/j/1 lets in too.
WEB_ADDRESS = re.compile(
    r"""(?<![\w.+-])
    (?: [a-z][a-z\d+.-]*://(?:[^\s/@]*@)?
      | (?=[\w-]+(?:\.[\w-]+)*\.(?-i:[a-z]{2,}|[A-Z]{2,})(?::\d+)?[/?])
    )
    (?P<host>\[[^\]\s]*\] | [\w.-]*\w)
    (?P<rest>(?::\d+)?(?:[/?#](?:[^\s<>"”]*[^\s<>"”.,;:!?)])?)?)""",
    re.I | re.X,
)


def refresh(findable: Findable, pks: Iterable[int]) -> None:
    """Make the entries of objects what the database says now, whatever became of them."""
    remaining = iter(sorted(set(pks)))
    while some := list(islice(remaining, OBJECTS_AT_ONCE)):
        with taking_turns():
            _refresh(findable, some)


def refresh_object(instance: Model) -> None:
    """Refresh the entries of one object, if its model can be found at all."""
    if findable := findable_of(instance._meta.label_lower):
        refresh(findable, [instance.pk])


def refresh_subtree(page: Page) -> None:
    """Refresh the entries of a page and of all below it: what may be seen of them has changed."""
    with taking_turns():
        path = Page.objects.values_list("path", flat=True).get(pk=page.pk)
        for findable in findables:
            if issubclass(findable.model, Page):
                below = findable.model.objects.filter(path__startswith=path)
                refresh(findable, below.values_list("pk", flat=True))


def forget_object(instance: Model) -> None:
    """Take out the entries of an object that has been deleted."""
    if findable_of(instance._meta.label_lower):
        _forget((instance._meta.label_lower, instance.pk))


@contextmanager
def taking_turns() -> Iterator[None]:
    """Be the only one who writes entries, to the end of the transaction.

    Whoever was at it has finished: nothing read from here on is older than what they wrote. Rows
    are not locked for this, others write to them first and would wait for each other.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [TURN])
        yield


def sweep(*, thorough: bool = False) -> None:
    """Refresh all whose entries are of another state than the object, or should not be there.

    This finds what came into the database without a signal: a restore, a bulk load, a release
    that reads words differently. Thorough, it reads every object again, whatever its revision.
    """
    for findable in findables:
        written = dict(
            Entry.objects.filter(model=findable.label).values_list("object_id", "revision")
        )
        if issubclass(findable.model, Page):
            pages = findable.visible().values_list("pk", "live_revision_id")
            wanted = {pk: _revision(live_revision) for pk, live_revision in pages}
            known = {*wanted, *written}
            pks = {pk for pk in known if thorough or wanted.get(pk) != written.get(pk)}
        else:
            # Nothing tells the states of these apart but their words.
            pks = {*findable.visible().values_list("pk", flat=True), *written}
        refresh(findable, pks)
    labels = [findable.label for findable in findables]
    strangers = Entry.objects.exclude(model__in=labels).values_list("model", "object_id")
    for stranger in strangers.distinct():
        _forget(stranger)


def _forget(ref: ObjectRef) -> None:
    label, pk = ref
    with taking_turns():
        gone = Entry.objects.of_objects([ref])
        if gone.exists():
            findable = findable_of(label)
            depending = list(findable.depending([pk])) if findable else []
            gone.delete()
            _tell([ref])
            for other, pks in depending:
                _refresh(other, pks)


def _refresh(findable: Findable, pks: list[int]) -> None:
    if not pks:
        return
    entries: dict[str, tuple[Entry, list[EntryLabel]]] = {}
    for instance, texts in findable.texts(findable.visible().filter(pk__in=pks)):
        for text in texts:
            entry, labels = _entry(findable, instance, text)
            entries[entry.ref] = entry, labels

    stored = Entry.objects.filter(Q(model=findable.label, object_id__in=pks) | Q(ref__in=entries))
    known = {entry.ref: entry for entry in stored.only("digest", "revision", "model", "object_id")}
    gone = [ref for ref in known if ref not in entries]
    changed = [
        ref
        for ref, (entry, _labels) in entries.items()
        if ref not in known or known[ref].digest != entry.digest
    ]
    if gone or changed:
        # Asked before anything is written: what hangs on these objects may stand in their entries.
        depending = list(findable.depending(pks))
        Entry.objects.filter(ref__in=[*gone, *changed]).delete()
        Entry.objects.bulk_create(entries[ref][0] for ref in changed)
        EntryLabel.objects.bulk_create(label for ref in changed for label in entries[ref][1])
        touched = [known[ref] for ref in [*gone, *changed] if ref in known]
        touched += [entries[ref][0] for ref in changed]
        _tell(sorted({entry.object_ref for entry in touched}))
        for other, others in depending:
            _refresh(other, others)
    unchanged = [entry for ref, (entry, _labels) in entries.items() if ref not in changed]
    _note_revisions(
        findable,
        {
            entry.object_id: entry.revision
            for entry in unchanged
            if known[entry.ref].revision != entry.revision
        },
    )


def _note_revisions(findable: Findable, revisions: dict[int, str]) -> None:
    """Say of unchanged entries too which state they are of: a new one."""
    for pk, revision in revisions.items():
        Entry.objects.filter(model=findable.label, object_id=pk).update(revision=revision)


def discreet(text: str) -> str:
    """Return a text without addresses of mail, and of the web no more than whose they are.

    A link can let its reader in: to a call, a recording, a record.
    """
    return MAIL_ADDRESS.sub("…", WEB_ADDRESS.sub(_whose, text))


def _whose(address: re.Match) -> str:
    return f"{address['host']}/…" if len(address["rest"]) > 1 else address["host"]


def _tell(objects: Iterable[ObjectRef]) -> None:
    """Leave word for the index."""
    Change.objects.bulk_create(Change(model=model, object_id=pk) for model, pk in objects)


def _entry(
    findable: Findable, instance: Model, text: FindableText
) -> tuple[Entry, list[EntryLabel]]:
    text = replace(
        text,
        title=discreet(text.title),
        text=discreet(text.text),
        context=discreet(text.context),
    )
    title_stems = " ".join(stems_of(text.title))
    parts = [title_stems, " ".join(stems_of(text.text)), " ".join(stems_of(text.context))]
    entry = Entry(
        ref=f"{text.kind}:{text.key}",
        kind=text.kind,
        model=findable.label,
        object_id=instance.pk,
        revision=_revision(getattr(instance, "live_revision_id", None)),
        title=text.title,
        text=text.text,
        context=text.context,
        fragment=text.fragment,
        start=text.start,
        place=text.place,
        date=text.date,
        year=text.date.year if text.date else None,
        weight=text.weight,
        expires_at=getattr(instance, "expire_at", None),
        title_stems=f" {title_stems} ",
        stems=f" {f' {BREAK} '.join(parts)} ",
    )
    labels = [EntryLabel(entry=entry, facet="host", value=slug) for slug in text.hosts]
    labels += [EntryLabel(entry=entry, facet="tag", value=slug) for slug in text.tags]
    said = (text, entry.expires_at, entry.stems, instance.pk)
    entry.digest = hashlib.blake2b(repr(said).encode(), digest_size=16).hexdigest()
    return entry, labels


def _revision(live_revision: int | None) -> str:
    return f"{VERSION}:{live_revision or ''}"
