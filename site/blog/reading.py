"""What a post shows beside its text, and what it leads on to."""

from typing import NamedTuple

from django.http import HttpRequest
from django.utils.encoding import iri_to_uri
from wagtail.models import Site

from blog.findable import POST
from blog.models import PostPage
from blog.news import follow_refs
from blog.structured_data import card_url, posting_data
from comments.threads import Conversation
from core.lazy import lazily
from core.structured_data import as_script
from search.related import related
from search.showing import ShownHit

MOST_RELATED = 3
SHOWN = (
    *("blog", "blog_url", "authors", "tags", "follow_refs", "card_url", "structured_data"),
    *("related", "earlier_post", "later_post"),
)


def post_context(post: PostPage, request: HttpRequest, discussion: Conversation | None) -> dict:
    """Return what the page of a post shows; nothing is looked up where its parts are kept."""
    return lazily(lambda: _shown(post, request, discussion), *SHOWN)


def _shown(post: PostPage, request: HttpRequest, discussion: Conversation | None) -> dict:
    post.fetch_names()
    blog, site = post.get_parent(), Site.find_for_request(request)
    blog_url = blog.get_url(request)
    before, after = neighbours(post, blog_url)
    return {
        "blog": blog,
        "blog_url": blog_url,
        "authors": post.authors,
        "tags": post.shown_tags,
        "follow_refs": follow_refs(post),
        "card_url": card_url(post, site) if post.lead_image else "",
        "structured_data": as_script(posting_data(post, site, discussion)),
        "related": related_to(post),
        "earlier_post": before,
        "later_post": after,
    }


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
    others = PostPage.objects.published().values_list("title", "slug")
    nearest = (others.before(post).newest_first(), others.after(post).newest_first().reverse())
    earlier, later = (
        next(
            (Neighbour(title, iri_to_uri(f"{blog_url}{slug}/")) for title, slug in posts[:1]), None
        )
        for posts in nearest
    )
    return earlier, later
