"""Comments follow their page in the search."""

from comments.findable import COMMENTS
from comments.models import Comment, DiscussedPage, Discussion
from search.entries import refresh
from search.models import Entry


def follow_page(page) -> None:
    """Refresh the entries of a page's comments where they were switched on or off."""
    if not isinstance(page, DiscussedPage):
        return
    published = Comment.objects.on(page).published().values_list("pk", flat=True)
    found = Entry.objects.filter(model=COMMENTS.label, object_id__in=published)
    is_off = page.discussion_state == Discussion.OFF
    if found.exists() if is_off else published.exists() and not found.exists():
        refresh(COMMENTS, published)
