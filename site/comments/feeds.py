"""Comments for feed readers: of the site, and of a page. Approved ones only."""

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from wagtail.models import Site

from comments.findable import to_be_seen
from comments.models import Comment
from comments.pages import discussed_page
from core.feeds import answer_feed
from core.page_cache import same_for_all

MOST = 30


@same_for_all
@require_safe
def of_site(request: HttpRequest) -> HttpResponse:
    name = Site.find_for_request(request).site_name
    title = _("Comments on %(site)s") % {"site": name}
    return _feed(request, title, "/", reverse("comments:feed"), to_be_seen())


@same_for_all
@require_safe
def of_page(request: HttpRequest, page: int) -> HttpResponse:
    discussed = discussed_page(page)
    if discussed is None:
        raise Http404
    title = _("Comments on “%(page)s”") % {"page": discussed.title}
    own = reverse("comments:page_feed", args=[page])
    comments = Comment.objects.published().on(discussed)
    return _feed(request, title, discussed.get_url(request), own, comments)


def _feed(
    request: HttpRequest, title: str, link: str, own: str, comments: Iterable[Comment]
) -> HttpResponse:
    feed = Atom1Feed(
        title=title,
        link=request.build_absolute_uri(link),
        feed_url=request.build_absolute_uri(own),
        description=title,
        language=get_language(),
    )
    newest = comments.select_related("page").order_by("-published_at", "-pk")
    for comment in newest[:MOST]:
        about = {"name": comment.name, "page": comment.page.title}
        feed.add_item(
            title=_("%(name)s on “%(page)s”") % about,
            link=request.build_absolute_uri(reverse("comments:comment", args=[comment.key])),
            description=str(comment.html),
            unique_id=f"tag:{request.get_host().partition(':')[0]},2026:comment-{comment.key}",
            pubdate=comment.published_at,
            updateddate=comment.changed_at,
            author_name=comment.name,
        )
    return answer_feed(request, feed.writeString("utf-8"), Atom1Feed.content_type)
