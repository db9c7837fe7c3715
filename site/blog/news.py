"""The blog as it can be followed, and its posts as news."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, Model, OuterRef
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from taggit.models import Tag

from blog.models import BlogPage, Category, PostPage
from people.models import Person
from updates.following import Followable, Followed, Ref, primary_keys
from updates.news import SETTLES_IN
from updates.sources import News, Source

POSTS, OF_TAG, OF_CATEGORY, OF_AUTHOR = "posts", "posts-tag", "posts-category", "posts-author"
FRESH_FOR = timedelta(days=2)
"""What was first published longer ago is not new, though nobody was told of it."""
DATED_WITHIN = timedelta(days=14)
"""A post that bears an older date was brought in from elsewhere."""
SUMMARY_LENGTH = 250


def _whole(keys: Iterable[str]) -> dict[str, Followed]:
    blog = BlogPage.objects.published().sole()
    if blog is None or "" not in keys:
        return {}
    whole = Followed(
        Ref(POSTS),
        _("All posts of the blog"),
        blog.url,
        feed=f"{blog.url}feed.xml",
        summary=_("What the team and colleagues write."),
    )
    return {"": whole}


def _parts(
    kind: str, model: type[Model], folder: str, title: Callable[[str], str]
) -> Callable[[Iterable[str]], dict[str, Followed]]:
    """Return what names parts of the blog by the rows that they hang on."""

    def named(keys: Iterable[str]) -> dict[str, Followed]:
        blog = BlogPage.objects.published().sole()
        if blog is None:
            return {}
        rows = model.objects.filter(pk__in=primary_keys(keys)).values_list("pk", "slug", "name")
        return {
            str(pk): Followed(
                Ref(kind, str(pk)),
                title(name),
                f"{blog.url}{folder}/{slug}/",
                feed=f"{blog.url}{folder}/{slug}/feed.xml",
            )
            for pk, slug, name in rows
        }

    return named


_of_tags = _parts(OF_TAG, Tag, "tags", lambda name: _("Posts about %(tag)s") % {"tag": name})
_of_categories = _parts(
    OF_CATEGORY, Category, "category", lambda name: _("Posts in “%(name)s”") % {"name": name}
)
_of_authors = _parts(OF_AUTHOR, Person, "by", lambda name: _("Posts by %(name)s") % {"name": name})


def _offered_categories() -> Iterable[Followed]:
    in_use = PostPage.objects.published().filter(category=OuterRef("pk"))
    keys = Category.objects.filter(Exists(in_use)).values_list("pk", flat=True)
    return _of_categories([str(pk) for pk in keys]).values()


BLOG = (
    Followable(POSTS, gettext_lazy("Blog"), named=_whole, offered=lambda: _whole([""]).values()),
    Followable(
        OF_CATEGORY, gettext_lazy("Blog"), named=_of_categories, offered=_offered_categories
    ),
    Followable(OF_TAG, gettext_lazy("Blog"), named=_of_tags),
    Followable(OF_AUTHOR, gettext_lazy("Blog"), named=_of_authors),
)


def refs_of(post: PostPage) -> list[Ref]:
    """Return what a post is told to the followers of, the narrowest first."""
    refs = [Ref(OF_TAG, str(item.tag_id)) for item in post.tagged_items.all()]
    refs += [Ref(OF_AUTHOR, str(one.person_id)) for one in post.post_authors.all()]
    if post.category_id:
        refs.append(Ref(OF_CATEGORY, str(post.category_id)))
    return [*refs, Ref(POSTS)]


def follow_refs(post: PostPage) -> list[str]:
    """Return what a reader of a post may want to follow: the whole blog, and its tags."""
    tags = [Ref(OF_TAG, str(item.tag_id)) for item in post.tagged_items.all()]
    return [str(ref) for ref in (Ref(POSTS), *tags)]


def follow_refs_of_tag(tag: Tag) -> list[str]:
    """Return what follows posts about a tag, where some post bears it."""
    is_borne = PostPage.objects.published().tagged(tag).exists()
    return [str(Ref(OF_TAG, str(tag.pk)))] if is_borne else []


def _is_fresh(post: PostPage) -> bool:
    now = timezone.now()
    first = post.first_published_at or now
    is_dated_now = post.date >= timezone.localdate() - DATED_WITHIN
    return is_dated_now and first >= now - FRESH_FOR


def _due_at(post: PostPage, noticed_at: datetime) -> datetime:
    return noticed_at + SETTLES_IN


def _tell(post: PostPage) -> News:
    return News(
        subject=_("New on the blog: %(title)s") % {"title": post.title},
        title=post.title,
        href=post.full_url or settings.SITE_URL,
        dated=post.date,
        meta=post.authors_line,
        summary=post.summary or Truncator(post.text).chars(SUMMARY_LENGTH),
        action=_("Read the post"),
    )


NEW_POSTS = Source(
    model=PostPage,
    label=gettext_lazy("From the blog"),
    is_fresh=_is_fresh,
    due_at=_due_at,
    visible=lambda: PostPage.objects.published(),
    follows=refs_of,
    tell=_tell,
)
