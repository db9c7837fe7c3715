"""Questions that come from elsewhere on the site, put to the next call."""

import time
import uuid

from django.db import transaction

from accounts.models import User
from chats.models import Call, CallNote, ChatPage

LONGEST = CallNote._meta.get_field("title").max_length


@transaction.atomic
def put_to_next_chat(question: str, user: User) -> str | None:
    """Prepare a question for the next chat that a user may edit; None if none is ahead."""
    upcoming = ChatPage.objects.published().upcoming()
    chat = next((one for one in upcoming[:20] if one.permissions_for_user(user).can_edit()), None)
    if chat is None:
        return None
    call, _made = Call.objects.get_or_create(chat=chat)
    title = " ".join(question.split())
    if len(title) > LONGEST:
        title = title[: LONGEST - 1] + "…"
    now = time.time_ns() // 1_000_000
    if not call.notes.filter(title=title, is_removed=False).exists():
        CallNote.objects.create(uid=uuid.uuid4(), call=call, title=title, place=now, changed_at=now)
    return chat.title
