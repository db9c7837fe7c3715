"""Things to test with, made as the site makes them: saved, with a revision, published."""

import datetime
from collections.abc import Iterable

from chats.models import ChatArchivePage, ChatPage, Topic
from people.models import Person, Team


def make_topic(title: str, start: int | None = None, tags: Iterable[str] = (), **fields) -> Topic:
    topic = Topic(title=title, start=start, **fields)
    if tags:
        topic.tags.set(list(tags))
    return topic


def make_chat(
    date: str = "2024-03-06",
    topics: Iterable[Topic] = (),
    hosts: Iterable[str] = (),
    teams: Iterable[str] = (),
    live: bool = True,
    **fields,
) -> ChatPage:
    chat = ChatPage(date=datetime.date.fromisoformat(date), live=False, **fields)
    chat.topics = list(topics)
    for place, topic in enumerate(chat.topics.all()):
        topic.sort_order = place
    chat.hosts = [Person.objects.get_or_create_named(name)[0] for name in hosts]
    chat.teams = [Team.objects.get_or_create_named(name)[0] for name in teams]
    ChatArchivePage.objects.get().add_child(instance=chat)
    revision = chat.save_revision()
    if live:
        revision.publish()
    return ChatPage.objects.get(pk=chat.pk)
