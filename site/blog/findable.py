"""Posts in the search."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag

from blog.models import PostPage
from comments.findable import comments_of_pages
from core.findable import Findable, FindableText, findable_page
from people.findable import PERSONS, persons_of
from people.models import Person

POST = "post"


def _texts(posts: QuerySet) -> Iterator[tuple[PostPage, list[FindableText]]]:
    for post in posts.for_listing().defer(None):
        named = [*(person.name for person in post.authors), *(tag.name for tag in post.shown_tags)]
        if post.category:
            named.append(post.category.name)
        text = FindableText(
            POST,
            key=str(post.pk),
            title=post.title,
            text=f"{post.summary} {post.text}".strip(),
            context=" · ".join(named),
            date=post.date,
            hosts=tuple(dict.fromkeys(person.slug for person in post.authors)),
            tags=tuple(dict.fromkeys(tag.slug for tag in post.shown_tags)),
        )
        yield post, [text]


def _hanging_on_posts(pks: list[int]) -> list[tuple[Findable, list[int]]]:
    authors = persons_of(POSTS, pks, Q(written_posts__page__in=pks))
    return [(PERSONS, authors), *comments_of_pages(pks)]


POSTS = findable_page(
    PostPage,
    kinds={POST: _("Post")},
    texts=_texts,
    plurals={POST: _("Posts")},
    depending=_hanging_on_posts,
)


def posts_naming(named: Person | Tag) -> list[int]:
    """Return the posts whose entries say the name of a person or a tag."""
    match named:
        case Person():
            posts = PostPage.objects.filter(post_authors__person=named)
        case Tag():
            posts = PostPage.objects.filter(tagged_items__tag=named)
    return list(posts.values_list("pk", flat=True).distinct())
