"""Bringing imported chats into the archive: what would change, and changing it.

Chats match by date and time. Of each chat we remember what an import last wrote (`ImportRecord`),
so that a value is known to be edited here: such a value wins over the text and is reported.
An import fills and changes, it never empties: what a text no longer mentions stays.
"""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from chats.importers import ImportedChat, ImportedTopic, ImportNotice, Parsed
from chats.models import ChatArchivePage, ChatPage, ImportRecord, Topic
from chats.recordings import is_public_address
from chats.states import ChatState
from chats.titles import default_title
from core.publishing import save_draft
from people.models import Named, Person, Team

Values = dict[str, Any]
"""A chat's imported values by field, as JSON knows them."""

FIELD_LABELS = {
    "title": gettext_lazy("title"),
    "start_time": gettext_lazy("start time"),
    "hosts": gettext_lazy("hosts"),
    "teams": gettext_lazy("co-hosting teams"),
    "note": gettext_lazy("note"),
    "outcome": gettext_lazy("what went otherwise"),
    "outcome_reason": gettext_lazy("reason"),
    "topics_promised": gettext_lazy("topics promised"),
    "topics_due": gettext_lazy("topics expected by"),
    "recording_url": gettext_lazy("link to the recording"),
    "topics": gettext_lazy("topics"),
}
BLANK: Values = dict.fromkeys(FIELD_LABELS, "") | {
    "hosts": [],
    "teams": [],
    "topics": [],
    "topics_promised": False,
}


class Action(models.TextChoices):
    NEW = "new", gettext_lazy("New")
    CHANGED = "changed", gettext_lazy("Changed")
    UNCHANGED = "unchanged", gettext_lazy("Unchanged")
    SKIPPED = "skipped", gettext_lazy("Left out")


@dataclass(frozen=True)
class PlannedChat:
    """What an import does, or would do, with one chat of the text."""

    imported: ImportedChat
    action: Action
    chat: ChatPage | None = None
    changes: tuple[str, ...] = ()
    """Fields that get the text's value."""
    kept: tuple[str, ...] = ()
    """Fields edited here that differ from the text and stay."""
    reason: str = ""
    merged: Values = field(default_factory=dict)
    base: Values = field(default_factory=dict)

    @property
    def state_label(self) -> str:
        return str(ChatState(self.imported.state).label)

    @property
    def changes_label(self) -> str:
        return ", ".join(str(FIELD_LABELS[name]) for name in self.changes)

    @property
    def kept_label(self) -> str:
        return ", ".join(str(FIELD_LABELS[name]) for name in self.kept)


@dataclass(frozen=True)
class Plan:
    """All chats of a text with what happens to each, and every warning, by line."""

    chats: tuple[PlannedChat, ...]
    warnings: tuple[ImportNotice, ...]

    def count(self, action: Action) -> int:
        return sum(planned.action == action for planned in self.chats)

    @property
    def counts(self) -> list[tuple[str, int]]:
        return [(str(action.label), self.count(action)) for action in Action]

    @property
    def has_work(self) -> bool:
        return self.count(Action.NEW) + self.count(Action.CHANGED) > 0


def plan_import(parsed: Parsed, archive: ChatArchivePage, user: User | None = None) -> Plan:
    """Return what `import_chats` would do now. Writes nothing. No user means no limits."""

    def plan(imported: ImportedChat, used: set[int]) -> PlannedChat:
        return _plan(imported, archive, user, used)

    return _go_through(parsed, plan)


def import_chats(parsed: Parsed, archive: ChatArchivePage, user: User | None = None) -> Plan:
    """Bring the chats into the archive and return what was done.

    Each chat is a transaction of its own, so that an interrupted import is taken up by running
    it again. Whoever may not publish leaves drafts.
    """

    def carry_out(imported: ImportedChat, used: set[int]) -> PlannedChat:
        with transaction.atomic():
            # Two imports at once take turns: each must see the other's chats.
            ChatArchivePage.objects.select_for_update().get(pk=archive.pk)
            planned = _plan(imported, archive, user, used)
            if planned.action == Action.NEW:
                planned = _create(planned, archive, user)
            elif planned.action == Action.CHANGED:
                _change(planned, user)
            elif planned.action == Action.UNCHANGED:
                _remember(planned.chat, planned.base)
        return planned

    return _go_through(parsed, carry_out)


def _go_through(parsed: Parsed, treat: Callable[[ImportedChat, set[int]], PlannedChat]) -> Plan:
    """Treat each chat of the text, telling which chats here were matched before."""
    chats: list[PlannedChat] = []
    used: set[int] = set()
    for imported in parsed.chats:
        planned = treat(imported, used)
        if planned.chat:
            used.add(planned.chat.pk)
        chats.append(planned)
    skipped = [
        ImportNotice(item.imported.line, item.reason)
        for item in chats
        if item.action == Action.SKIPPED
    ]
    warnings = sorted((*parsed.warnings, *skipped), key=lambda notice: notice.line)
    return Plan(tuple(chats), tuple(warnings))


def _plan(
    imported: ImportedChat, archive: ChatArchivePage, user: User | None, used: set[int]
) -> PlannedChat:
    if imported.recording_url and not is_public_address(imported.recording_url):
        reason = _("Readers cannot reach its recording, %(url)s is no public address.")
        return PlannedChat(
            imported, Action.SKIPPED, reason=reason % {"url": imported.recording_url}
        )
    if too_long := _too_long(imported):
        reason = _("“%(text)s…” is longer than %(most)d characters.")
        text, most = too_long
        values = {"text": text[:40], "most": most}
        return PlannedChat(imported, Action.SKIPPED, reason=reason % values)
    candidates = _candidates(imported, archive, used)
    if len(candidates) > 1:
        reason = _("%(count)d chats are on %(date)s here; give the time to say which is meant.")
        values = {"count": len(candidates), "date": imported.date.isoformat()}
        return PlannedChat(imported, Action.SKIPPED, reason=reason % values)
    if not candidates:
        if user and not archive.permissions_for_user(user).can_add_subpage():
            return PlannedChat(imported, Action.SKIPPED, reason=_("You may not add chats."))
        return PlannedChat(imported, Action.NEW, merged=values_of_import(imported))

    stored = candidates[0]
    chat = stored.get_latest_revision_as_object()
    record = ImportRecord.objects.filter(chat=stored).first()
    base = BLANK | (record.values if record else {})
    merge = _merge(base, values_of(chat), values_of_import(imported))
    if not merge.changes:
        return PlannedChat(imported, Action.UNCHANGED, chat, kept=merge.kept, base=merge.base)
    if user and not stored.permissions_for_user(user).can_edit():
        reason = _("You may not change the chat of %(date)s.") % {"date": stored.date.isoformat()}
        return PlannedChat(imported, Action.SKIPPED, reason=reason)
    return PlannedChat(
        imported, Action.CHANGED, chat, merge.changes, merge.kept, "", merge.merged, merge.base
    )


def _too_long(imported: ImportedChat) -> tuple[str, int] | None:
    """Return a text for which the database has no room, and how long it may be."""
    texts = [
        (ChatPage, "title", [imported.title]),
        (ChatPage, "outcome_reason", [imported.outcome_reason]),
        (ChatPage, "recording_url", [imported.recording_url]),
        (Topic, "title", [topic.title for topic in imported.topics]),
        (Person, "name", imported.hosts),
        (Team, "name", imported.teams),
    ]
    for model, field_name, said in texts:
        most = model._meta.get_field(field_name).max_length
        if text := next((text for text in said if len(text) > most), ""):
            return text, most
    return None


def _candidates(imported: ImportedChat, archive: ChatArchivePage, used: set[int]) -> list[ChatPage]:
    same_day = list(
        ChatPage.objects.child_of(archive).filter(date=imported.date).exclude(pk__in=used)
    )
    if imported.start_time is None:
        return same_day
    same_time = [chat for chat in same_day if chat.start_time == imported.start_time]
    return same_time or [chat for chat in same_day if chat.start_time is None][:1]


@dataclass(frozen=True)
class _Merge:
    merged: Values
    base: Values
    changes: tuple[str, ...]
    kept: tuple[str, ...]


def _merge(base: Values, ours: Values, theirs: Values) -> _Merge:
    """Take the text's value where ours was not edited since the last import."""
    merged, new_base, changes, kept = dict(ours), dict(base), [], []
    for name, value in theirs.items():
        if _same(name, value, ours[name]):
            new_base[name] = value
        elif _same(name, ours[name], base[name]) and not _empties(name, value):
            merged[name] = new_base[name] = value
            changes.append(name)
        elif not _empties(name, value):
            kept.append(name)
    return _Merge(merged, new_base, tuple(changes), tuple(kept))


def _same(name: str, one: Any, other: Any) -> bool:
    if name in ("hosts", "teams"):
        return [item.casefold() for item in one] == [item.casefold() for item in other]
    return one == other


def _empties(name: str, value: Any) -> bool:
    return value == BLANK[name] and name != "topics_promised"


def values_of_import(imported: ImportedChat) -> Values:
    """Return the values of a chat as the text tells it."""
    return _values(imported, imported.hosts, imported.teams, imported.topics)


def values_of(chat: ChatPage) -> Values:
    """Return the same values of a chat as it stands here."""
    hosts = [person.name for person in chat.hosts]
    teams = [team.name for team in chat.teams.all()]
    return _values(chat, hosts, teams, chat.topics.all())


def _values(
    chat: ImportedChat | ChatPage,
    hosts: Iterable[str],
    teams: Iterable[str],
    topics: Iterable[ImportedTopic | Topic],
) -> Values:
    return {
        "title": "" if chat.title == default_title(chat.date) else chat.title,
        "start_time": _iso(chat.start_time),
        "hosts": list(hosts),
        "teams": list(teams),
        "note": chat.note,
        "outcome": chat.outcome,
        "outcome_reason": chat.outcome_reason,
        "topics_promised": chat.topics_promised,
        "topics_due": _iso(chat.topics_due),
        "recording_url": chat.recording_url,
        "topics": [[topic.start, topic.title, topic.source] for topic in topics],
    }


def _iso(value: datetime.date | datetime.time | None) -> str:
    return value.isoformat() if value else ""


def _create(planned: PlannedChat, archive: ChatArchivePage, user: User | None) -> PlannedChat:
    publish = user is None or archive.permissions_for_user(user).can_publish_subpage()
    chat = ChatPage(date=planned.imported.date, live=False, owner=user)
    _write(chat, planned.merged)
    archive.add_child(instance=chat)
    revision = chat.save_revision(user=user, changed=False)
    if publish:
        revision.publish(user=user)
    _remember(chat, planned.merged)
    return PlannedChat(planned.imported, planned.action, chat, merged=planned.merged)


def _change(planned: PlannedChat, user: User | None) -> None:
    chat = planned.chat
    _write(chat, {name: planned.merged[name] for name in planned.changes})
    save_draft(chat, user)
    _remember(chat, planned.base)


def _remember(chat: ChatPage, values: Values) -> None:
    ImportRecord.objects.update_or_create(chat_id=chat.pk, defaults={"values": values})


def _write(chat: ChatPage, values: Values) -> None:
    for name, value in values.items():
        match name:
            case "hosts":
                chat.hosts = _named(Person, value)
            case "teams":
                chat.teams = _named(Team, value)
            case "topics":
                chat.topics = _topics(chat, [ImportedTopic(*topic) for topic in value])
            case "start_time":
                chat.start_time = datetime.time.fromisoformat(value) if value else None
            case "topics_due":
                chat.topics_due = datetime.date.fromisoformat(value) if value else None
            case _:
                setattr(chat, name, value)


def _named(model: type[Named], names: list[str]) -> list[Named]:
    found = [model.objects.get_or_create_named(name)[0] for name in names]
    return list(dict.fromkeys(found))


def _topics(chat: ChatPage, imported: list[ImportedTopic]) -> list[Topic]:
    """Return the text's topics, each on the row of the one it was before."""
    rows = same_topics(list(chat.topics.all()), imported)
    topics = []
    for place, new in enumerate(imported):
        topic = rows.get(place) or Topic()
        topic.start, topic.title, topic.source = new.start, new.title, new.source
        topic.sort_order = place
        topics.append(topic)
    return topics


def same_topics(stored: list[Topic], imported: Sequence[ImportedTopic]) -> dict[int, Topic]:
    """Return which topics here those of a text are, by their place in it.

    A topic is the same if its time and title are, else its title, else its time.
    """
    left = list(stored)
    rows: dict[int, Topic] = {}
    for same in (
        lambda old, new: (old.start, old.title) == (new.start, new.title),
        lambda old, new: old.title == new.title,
        lambda old, new: old.start is not None and old.start == new.start,
    ):
        for place, new in enumerate(imported):
            if place not in rows and (old := next((o for o in left if same(o, new)), None)):
                rows[place] = old
                left.remove(old)
    return rows
