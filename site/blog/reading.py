"""What a post leads on to."""

from django.db.models import Count

from blog.models import PostPage

MOST_RELATED = 3


def related(post: PostPage) -> list[PostPage]:
    """Return posts that share the most tags, then the newest; three at most."""
    others = PostPage.objects.published().sibling_of(post).exclude(pk=post.pk)
    tags = [tag.pk for tag in post.shown_tags if tag.pk]
    alike = (
        others.filter(tagged_items__tag__in=tags)
        .annotate(shared=Count("tagged_items"))
        .order_by("-shared", "-date", "-pk")
    )
    found = list(alike.for_listing()[:MOST_RELATED]) if tags else []
    missing = MOST_RELATED - len(found)
    if missing:
        known = [one.pk for one in found]
        found += others.exclude(pk__in=known).newest_first().for_listing()[:missing]
    return found


def neighbours(post: PostPage) -> tuple[PostPage | None, PostPage | None]:
    """Return the post before and the one after, in the order of the blog."""
    if post.first_published_at is None:
        return None, None
    others = PostPage.objects.published().sibling_of(post).defer("body")
    earlier = others.before(post).newest_first().first()
    later = others.after(post).newest_first().last()
    return earlier, later
