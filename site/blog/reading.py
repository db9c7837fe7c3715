"""What a post leads on to."""

from typing import NamedTuple

from blog.findable import POST
from blog.models import PostPage
from search.related import related
from search.showing import ShownHit

MOST_RELATED = 3


def related_to(post: PostPage) -> list[ShownHit]:
    """Return what shares the most tags, of whatever kind, then the newest posts: three."""
    tags = (tag.slug for tag in post.shown_tags)
    return related(post, tags, most=MOST_RELATED, else_newest=POST, at_least=MOST_RELATED)


class Neighbour(NamedTuple):
    title: str
    href: str


def neighbours(post: PostPage, blog_url: str) -> tuple[Neighbour | None, Neighbour | None]:
    """Return the post before and the one after, in the order of the blog."""
    if post.first_published_at is None:
        return None, None
    others = PostPage.objects.published().sibling_of(post).values_list("title", "slug")
    nearest = (others.before(post).newest_first(), others.after(post).newest_first().reverse())
    earlier, later = (
        next((Neighbour(title, f"{blog_url}{slug}/") for title, slug in posts[:1]), None)
        for posts in nearest
    )
    return earlier, later
