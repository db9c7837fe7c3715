"""What is said on the posts and chats of the demonstration."""

import datetime

from django.utils import timezone

from accounts.models import User
from blog.models import PostPage
from chats.models import ChatPage
from comments.models import Comment, Decision, Deed, Report, State
from core.text import folded
from operate.demonstration.items import read

STATES = {"approved": State.PUBLISHED}


def load_comments(posts: dict[str, PostPage], chats: dict[int, ChatPage]) -> None:
    """Keep the comments as if they had come over time. No mail is due for any of them.

    They go with their pages.
    """
    made: dict[str, Comment] = {}
    staff = User.objects.filter(is_superuser=True).order_by("pk").first()
    for entry in read("comments")["comments"]:
        page = posts.get(entry["post"]) if "post" in entry else chats.get(entry["chat"])
        if page is not None:
            made[entry["key"]] = _make(entry, page, made, staff)


def _make(
    entry: dict, page: PostPage | ChatPage, made: dict[str, Comment], staff: User | None
) -> Comment:
    now = timezone.now()
    at = min(page.first_published_at + datetime.timedelta(hours=entry["hours_after"]), now)
    parent = made.get(entry.get("reply_to", ""))
    state = STATES.get(entry["state"], entry["state"])
    is_staff = entry.get("staff", False)
    comment = Comment.objects.create(
        page_id=page.pk,
        about=parent.about if parent else _question(entry, page),
        parent=parent,
        thread_id=(parent.thread_id or parent.pk) if parent else None,
        name=entry["name"],
        folded_name=folded(entry["name"]),
        email=entry["email"],
        library=entry.get("library", ""),
        text=entry["text"].strip(),
        user=staff if is_staff else None,
        is_proven=is_staff,
        state=state,
        reasons=[{"rule": rule, "said": ""} for rule in entry.get("reasons", [])],
        created_at=at,
        published_at=at if state == State.PUBLISHED else None,
        struck_at=at if entry.get("edited") else None,
        announced_at=now,
        queued_at=now,
    )
    Decision.objects.create(comment=comment, deed=Deed.SENT, at=at, by="author", after=state)
    if said := entry.get("reported"):
        Report.objects.create(comment=comment, said=said, told_at=now)
    return comment


def _question(entry: dict, page: PostPage | ChatPage) -> str:
    """Return the key of the question that an entry answers, by its number."""
    keys = list(page.discussed_questions)
    return keys[entry["question"] - 1] if "question" in entry else ""
