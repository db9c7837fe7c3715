"""What search engines and other sites are told of a post: schema.org BlogPosting, OpenGraph."""

from wagtail.models import Site

from blog.models import PostPage
from comments.threads import Conversation
from core.pictures import card_address


def posting_data(post: PostPage, site: Site, discussion: Conversation | None) -> dict | None:
    """Return a post of a site as JSON-LD; None for one that has no address yet."""
    address = post.full_url
    if not address:
        return None
    data = {
        "@context": "https://schema.org",
        "@type": "BlogPosting",
        "headline": post.title[:110],
        "url": address,
        "mainEntityOfPage": post.canonical_url or address,
        "datePublished": (post.first_published_at or post.date).isoformat(),
        "wordCount": len(post.text.split()),
        "publisher": {"@type": "Organization", "name": site.site_name or site.hostname},
    }
    if post.last_published_at:
        data["dateModified"] = post.last_published_at.isoformat()
    if post.abstract:
        data["description"] = post.abstract
    if authors := post.authors:
        blog = post.get_parent().full_url
        data["author"] = [
            {
                "@type": "Person",
                "name": person.name,
                "url": f"{blog}by/{person.slug}/",
            }
            for person in authors
        ]
    if tags := post.shown_tags:
        data["keywords"] = ", ".join(tag.name for tag in tags)
    if post.category:
        data["articleSection"] = post.category.name
    if post.lead_image:
        data["image"] = card_url(post, site)
    if discussion and discussion.count:
        data["commentCount"] = discussion.count
    return data


def card_url(post: PostPage, site: Site) -> str:
    """Return the whole address of the picture shown where a post is shared."""
    url = card_address(post.lead_image)
    return url if "://" in url else site.root_url + url
