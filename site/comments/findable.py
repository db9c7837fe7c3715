"""Comments in the search: those that readers see, on pages that they see."""

from collections.abc import Iterator

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from comments.models import Comment, Discussion
from comments.pages import discussed_pages
from core.findable import Addresses, Findable, FindableText

COMMENT = "comment"
WEIGHT = 0.5


def to_be_seen() -> QuerySet:
    """Return what readers see; it expires with its page."""
    pages = [
        model.objects.published().exclude(discussion_state=Discussion.OFF).values("pk")
        for model in discussed_pages
    ]
    seen = Comment.objects.published().annotate(expire_at=F("page__expire_at"))
    if not pages:
        return seen.none()
    shown = pages[0].order_by()
    if len(pages) > 1:
        shown = shown.union(*(page.order_by() for page in pages[1:]), all=True)
    return seen.filter(page__in=shown)


def _texts(comments: QuerySet) -> Iterator[tuple[Comment, list[FindableText]]]:
    for comment in comments.select_related("page"):
        text = FindableText(
            COMMENT,
            key=comment.key,
            title=comment.page.title,
            text=comment.text,
            context=comment.name,
            date=timezone.localdate(comment.created_at),
            weight=WEIGHT,
        )
        yield comment, [text]


def _addresses(comments: QuerySet) -> Addresses:
    return {pk: f"/comments/{key}/" for pk, key in comments.values_list("pk", "key")}


def comments_of_pages(pks: list[int]) -> list[tuple[Findable, list[int]]]:
    """Return what hangs on pages that have changed, as `Findable.depending` wants it."""
    published = Comment.objects.filter(page__in=pks).published()
    return [(COMMENTS, list(published.values_list("pk", flat=True)))]


COMMENTS = Findable(
    model=Comment,
    kinds={COMMENT: _("Comment")},
    visible=to_be_seen,
    texts=_texts,
    addresses=_addresses,
    plurals={COMMENT: _("Comments")},
)
