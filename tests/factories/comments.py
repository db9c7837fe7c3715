"""Comments to test with, as the site keeps them."""

from django.utils import timezone

from comments.models import Comment, State
from core.text import folded


def make_comment(
    page,
    text: str = "We pack ours in pairs.",
    name: str = "Ines Moreau",
    email: str = "ines@example.org",
    state: str = State.PUBLISHED,
    parent: Comment | None = None,
    **fields,
) -> Comment:
    now = timezone.now()
    if state == State.PUBLISHED:
        fields = {"published_at": now, "announced_at": now, **fields}
    return Comment.objects.create(
        page_id=page.pk,
        text=text,
        text_as_sent=text,
        name=name,
        folded_name=folded(name),
        email=email,
        state=state,
        parent=parent,
        thread_id=(parent.thread_id or parent.pk) if parent else None,
        ip="192.0.2.7",
        agent="Firefox",
        **fields,
    )
