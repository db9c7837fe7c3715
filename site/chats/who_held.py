"""Who held the chats of a list, by name alone: two light queries for all of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from chats.models import ChatHost, ChatPage, hosts_line


def tell_who_held(chats: Mapping[int, ChatPage]) -> None:
    """Give chats, by primary key, their `hosts_line` without reading persons and teams."""
    hosts = ChatHost.objects.filter(page__in=list(chats)).order_by("sort_order", "pk")
    teams = ChatPage.teams.through.objects.filter(chatpage__in=list(chats)).order_by("team__name")
    hosting = _by_chat(hosts.values_list("page", "person__name"))
    beside = _by_chat(teams.values_list("chatpage", "team__name"))
    for pk, chat in chats.items():
        chat.hosts_line = hosts_line(hosting[pk], beside[pk])


def _by_chat(rows: Iterable[tuple[int, str]]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    for pk, name in rows:
        names[pk].append(name)
    return names
