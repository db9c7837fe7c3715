"""What is asked of the site that is measured: an address of each kind, and forms that are sent."""

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from taggit.models import Tag
from wagtail.models import Page

from blog.models import BlogPage, PostPage
from chats.models import ChatArchivePage, ChatPage
from comments.models import Comment, CommentSettings
from comments.pages import is_open
from events.models import CalendarPage, EventPage, Seats
from guides.models import GuideIndexPage, GuidePage
from home.models import HomePage, StandardPage
from operate.benchmarks.load.comments import comment_on
from operate.benchmarks.reference.models import EmptyPage
from operate.benchmarks.reference.names import BARE, EMPTY, EMPTY_IN_FRAME, NUMBER
from people.models import CommitteePage, ContactPage, PeoplePage, Person

COMMENTS = 50
QUESTION = "lost in transit"


def find_pages() -> dict[str, str]:
    """Return the addresses of what is read, by its name; make what the site has none of."""
    home = HomePage.objects.get()
    archive = ChatArchivePage.objects.get().url
    search = reverse("search")
    tags = Tag.objects.annotate(uses=Count("tagged_topics")).order_by("-uses", "pk")
    chats = ChatPage.objects.published().annotate(topic_count=Count("topics"))
    hosts = Person.objects.annotate(chats=Count("hosted_chats")).order_by("-chats", "pk")
    posts = _posts_open()
    comment_on(posts[1], COMMENTS)
    tag, now = tags[0].slug, timezone.localdate()
    calendar = CalendarPage.objects.get().url
    return {
        BARE: reverse("bare"),
        EMPTY: _below(home, EmptyPage(title="Empty", slug="empty-of-wagtail")),
        EMPTY_IN_FRAME: _below(home, StandardPage(title="Empty", slug="empty-of-ours")),
        "home": home.url,
        "archive": archive,
        "archive, filtered": f"{archive}?tag={tag}",
        "chat": chats.order_by("-topic_count", "pk")[0].url,
        "tag": reverse("tag", args=[tag]),
        "blog": BlogPage.objects.get().url,
        "post": posts[0].url,
        f"post, {COMMENTS} comments": posts[1].url,
        "calendar": calendar,
        "month": f"{calendar}{now.year}/{now.month}/",
        "event": _event_open().url,
        "guides": GuideIndexPage.objects.get().url,
        "guide": GuidePage.objects.published().by_title()[0].url,
        "people": PeoplePage.objects.get().url,
        "person": hosts[0].get_absolute_url(),
        "committee": CommitteePage.objects.published()[0].url,
        "contact": ContactPage.objects.published()[0].url,
        "standard page": max(StandardPage.objects.published(), key=lambda page: len(page.body)).url,
        "search": search,
        "search, asked": f"{search}?q={QUESTION.replace(' ', '+')}",
    }


def find_forms() -> dict[str, dict]:
    """Return what is sent, by its name: where the form lies, and what is typed into it."""
    event = _event_open()
    # As many as are to come.
    Seats.objects.filter(event=event).update(capacity=None)
    who = {"name": f"Reader {NUMBER}", "email": f"reader-{NUMBER}@example.org"}
    said = {"text": f"Number {NUMBER} came back to us with a new label."}
    return {
        "comment sent": {
            "address": reverse("comments:write", args=[_posts_open()[1].pk]),
            "fields": who | said,
        },
        "registration sent": {
            "address": reverse("registrations:register", args=[event.pk]),
            "fields": who,
        },
    }


def _below(parent: Page, page: Page) -> str:
    return parent.add_child(instance=page).url


def _posts_open() -> list[PostPage]:
    """Return posts that take comments, those with the fewest first."""
    settings = CommentSettings.load()
    posts = PostPage.objects.published().order_by("-date", "pk")
    return sorted(
        (post for post in posts if is_open(post, settings)),
        key=lambda post: Comment.objects.published().on(post).count(),
    )


def _event_open() -> EventPage:
    """Return the next event that takes registrations and asks nothing."""
    events = EventPage.objects.published().upcoming()
    return next(event for event in events if event.is_open and not event.questions)
