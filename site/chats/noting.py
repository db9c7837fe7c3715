"""Topics brought into a chat that is here: what would change, and changing it.

What was edited here wins over a text and is reported; what a text does not mention stays.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from chats.importers import ImportedTopic
from chats.importing import BLANK, Action, same_topics
from chats.models import ChatArchivePage, ChatPage, ImportRecord, Topic
from core.publishing import save_draft
from core.timestamps import format_stamp

LONGEST_TITLE = Topic._meta.get_field("title").max_length
NOTED = "noted"
"""Where a chat's import record keeps the topics brought in one by one."""


@dataclass(frozen=True)
class PlannedTopic:
    """What happens to a topic of a text."""

    imported: ImportedTopic
    action: Action
    topic: Topic | None = None
    """The one here that it is the same as."""
    was: str = ""
    """Its stamp and title here, where they change or differ."""
    reason: str = ""


@dataclass(frozen=True)
class TopicPlan:
    topics: tuple[PlannedTopic, ...]
    staying: int
    """Topics here that the text does not mention."""

    def count(self, action: Action) -> int:
        return sum(planned.action == action for planned in self.topics)

    @property
    def counts(self) -> list[tuple[str, int]]:
        return [(str(action.label), self.count(action)) for action in Action]

    @property
    def has_work(self) -> bool:
        return self.count(Action.NEW) + self.count(Action.CHANGED) > 0


def plan_topics(chat: ChatPage, imported: Sequence[ImportedTopic]) -> TopicPlan:
    """Return what `bring_in_topics` would do now to the chat's newest draft. Writes nothing."""
    draft = chat.get_latest_revision_as_object()
    return _plan(draft, list(draft.topics.all()), imported, _record(chat))


@transaction.atomic
def bring_in_topics(
    chat: ChatPage, imported: Sequence[ImportedTopic], user: User | None = None
) -> TopicPlan:
    """Bring topics into the chat, and return what was done.

    The chat is published if it is public, nobody's draft would go along, and the user may.
    """
    # Two at once take turns: each must see the other's topics.
    ChatArchivePage.objects.select_for_update().get(pk=chat.get_parent().pk)
    stored = ChatPage.objects.get(pk=chat.pk)
    draft = stored.get_latest_revision_as_object()
    record = _record(stored)
    topics = list(draft.topics.all())
    before = [_triple(topic) for topic in topics]
    plan = _plan(draft, topics, imported, record)
    if not plan.has_work:
        return plan
    for planned in plan.topics:
        if planned.action in (Action.NEW, Action.CHANGED):
            topic = planned.topic or Topic()
            topic.start, topic.title, topic.source = _triple(planned.imported)
            if planned.topic is None:
                topics.append(topic)
    topics.sort(key=lambda topic: (topic.start is None, topic.start or 0))
    for place, topic in enumerate(topics):
        topic.sort_order = place
    draft.topics = topics
    save_draft(draft, user)
    _remember(stored, record, before, draft, plan)
    return plan


def _plan(
    draft: ChatPage,
    stored: list[Topic],
    imported: Sequence[ImportedTopic],
    record: ImportRecord | None,
) -> TopicPlan:
    rows = same_topics(stored, imported)
    ours = _brought_in(record)
    planned = []
    for place, new in enumerate(imported):
        old = rows.get(place)
        action, reason = _judge(draft, old, new, ours)
        differs = old is not None and _triple(old) != _triple(new)
        was = f"{old.stamp} {old.title}".strip() if differs else ""
        planned.append(PlannedTopic(new, action, old, was, reason))
    return TopicPlan(tuple(planned), staying=len(stored) - len(rows))


def _judge(
    draft: ChatPage, old: Topic | None, new: ImportedTopic, ours: set[tuple]
) -> tuple[Action, str]:
    """Return what happens to a topic, and why where it is left out."""
    if draft.duration and new.start is not None and new.start >= draft.duration:
        reason = _("It starts after the recording has ended, at %(end)s.")
        return Action.SKIPPED, reason % {"end": format_stamp(draft.duration)}
    if len(new.title) > LONGEST_TITLE:
        return Action.SKIPPED, _("Its title has more than %d characters.") % LONGEST_TITLE
    if old is None:
        return Action.NEW, ""
    if _triple(old) == _triple(new):
        return Action.UNCHANGED, ""
    only_untimed = old.start is None and old.title == new.title
    if only_untimed or _triple(old) in ours:
        return Action.CHANGED, ""
    return Action.SKIPPED, _("It was edited here, and that stays.")


def _triple(topic: Topic | ImportedTopic) -> tuple[int | None, str, str]:
    return topic.start, topic.title, str(topic.source)


def _record(chat: ChatPage) -> ImportRecord | None:
    return ImportRecord.objects.filter(chat_id=chat.pk).first()


def _brought_in(record: ImportRecord | None) -> set[tuple]:
    """Return the topics as imports last wrote them: what differs was edited here."""
    values = record.values if record else {}
    return {tuple(topic) for name in ("topics", NOTED) for topic in values.get(name, [])}


def _remember(
    chat: ChatPage,
    record: ImportRecord | None,
    before: list[tuple],
    draft: ChatPage,
    plan: TopicPlan,
) -> None:
    values = BLANK | (record.values if record else {})
    written = {_triple(one.imported) for one in plan.topics if one.action != Action.SKIPPED}
    known = {tuple(topic) for topic in values.get(NOTED, [])}
    values[NOTED] = sorted(map(list, known | written), key=str)
    if [tuple(topic) for topic in values["topics"]] == before:
        values["topics"] = [list(_triple(topic)) for topic in draft.topics.all()]
    ImportRecord.objects.update_or_create(chat_id=chat.pk, defaults={"values": values})
