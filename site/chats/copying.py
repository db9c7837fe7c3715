"""The next call, prepared from an earlier one."""

import datetime

from django.db import transaction

from accounts.models import User
from chats.models import ChatPage


@transaction.atomic
def copy_chat(chat: ChatPage, date: datetime.date, user: User | None = None) -> ChatPage:
    """Return a draft on that date with the chat's time, teams and hosts.

    What was said on one call does not come along: no topics, no recording, no title of its own.
    """
    draft = ChatPage(
        date=date,
        start_time=chat.start_time,
        register_url=chat.register_url,
        live=False,
        owner=user,
    )
    draft.teams = chat.teams.all()
    draft.hosts = chat.hosts
    chat.get_parent().add_child(instance=draft)
    draft.save_revision(user=user)
    return draft
