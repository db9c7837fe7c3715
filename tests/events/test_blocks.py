import pytest
from lxml import html

from blog.feeds import feed
from events.models import EventPage
from tests.factories.blog import make_post
from tests.factories.events import make_event, register_one

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def shown(client, post) -> list[html.HtmlElement]:
    return html.fromstring(client.get(post.url).content).cssselect(".prose .event")


def test_a_post_shows_an_event_with_its_state(client):
    event = make_event("Packing clinic", seats=1, summary="Bring a parcel.")
    register_one(event)
    post = make_post(body=[("event", {"event": event})])
    [card] = shown(client, post)
    assert card.cssselect("a")[0].get("href") == event.url
    said = " ".join(card.text_content().split())
    assert "Packing clinic" in said
    assert "Waiting list" in said
    assert "Bring a parcel." in said


def test_an_event_that_is_no_longer_public_leaves_no_gap(client):
    event = make_event()
    post = make_post(body=[("event", {"event": event})])
    event.unpublish()
    assert shown(client, post) == []
    EventPage.objects.get(pk=event.pk).delete()
    assert shown(client, post) == []


def test_the_feed_of_the_blog_tells_of_it(client, rf):
    event = make_event("Packing clinic")
    post = make_post(body=[("event", {"event": event})])
    answer = feed(post.get_parent().specific, rf.get("/"), "feed")
    assert "Packing clinic" in answer.content.decode()
