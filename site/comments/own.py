"""What somebody has said, for their own page."""

from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from comments.models import Comment, State
from comments.proving import own_address
from core.own_items import OwnItem, OwnItems

LONGEST = 80


def comments_of(email: str) -> list[OwnItem]:
    comments = Comment.objects.of_author(email).exclude(state=State.DELETED)
    newest_first = comments.select_related("page").order_by("-created_at", "-pk")
    return [_item(comment) for comment in newest_first]


def _item(comment: Comment) -> OwnItem:
    where, waits = comment.page.title, not comment.is_published
    return OwnItem(
        Truncator(comment.text).chars(LONGEST),
        href=own_address(comment) if comment.page.live else "",
        state=f"{where} · {_('waits for a moderator')}" if waits else where,
        when=comment.created_at,
    )


OWN_COMMENTS = OwnItems(_("Comments"), _("You have not commented yet."), comments_of)
