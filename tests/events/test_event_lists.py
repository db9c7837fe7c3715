"""Events, kinds and series in the side menu, and what keeps events that people count on."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from lxml import html

from accounts.models import User
from events.models import EventPage, Kind, Registration, Series
from events.registration import cancel
from tests.factories.events import in_days, make_event, make_series, register_one

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def editor(client):
    user = User.objects.create_user("editor@example.org")
    user.groups.add(Group.objects.get(name="Administrators"))
    client.force_login(user)
    return user


def titles(client, **narrowed) -> list[str]:
    page = html.fromstring(client.get(reverse("events:index"), narrowed).content)
    cells = page.xpath("//table//td[contains(@class, 'title')]//a[@href]")
    texts = [" ".join(cell.text_content().split()) for cell in cells]
    return [text for text in texts if EventPage.objects.filter(title=text).exists()]


def test_what_comes_next_stands_first_and_what_is_over_last(editor, client):
    for title, days in (("Later", 9), ("Next", 2), ("Long over", -9), ("Just over", -2)):
        make_event(title, in_days(days))
    assert titles(client) == ["Next", "Later", "Just over", "Long over"]


def test_the_list_says_what_one_looks_for(editor, client):
    event = make_event(kind="Training", series=make_series("Tuesdays"), seats=1)
    register_one(event, "Ines")
    register_one(event, "Joan")
    page = client.get(reverse("events:index")).content.decode()
    for said in ("Training", "Tuesdays", "1 of 1 seat taken, 1 waits"):
        assert said in page


def test_it_is_narrowed_by_time_kind_and_series(editor, client):
    series = make_series("Tuesdays")
    make_event("Coming", in_days(3), kind="Training", series=series)
    make_event("Over", in_days(-3), kind="Meeting")
    make_event("Off", in_days(4), is_cancelled=True)
    assert titles(client, when="past") == ["Over"]
    assert titles(client, when="coming") == ["Coming", "Off"]
    assert titles(client, when="cancelled") == ["Off"]
    assert titles(client, kind=Kind.objects.get(name="Meeting").pk) == ["Over"]
    assert titles(client, series=series.pk) == ["Coming"]


def test_it_asks_no_more_for_more_events(editor, client, django_assert_max_num_queries):
    def count() -> int:
        with django_assert_max_num_queries(200) as asked:
            client.get(reverse("events:index"))
        return len(asked)

    series = make_series(is_of_chats=True)
    make_event(series=series, kind="Training")
    count()
    before = count()
    for days in range(8, 12):
        make_event(date=in_days(days), series=series, kind="Training")
    assert count() <= before


def test_series_are_listed_with_their_next_date(editor, client):
    series = make_series("Tuesdays", interval=1)
    make_event(date=in_days(5), series=series)
    make_event(date=in_days(2), series=series, is_cancelled=True)
    make_event(date=in_days(-2), series=series)
    make_series("Nothing ahead")
    address = reverse(Series.snippet_viewset.get_url_name("list"))
    rows = html.fromstring(client.get(address).content).xpath(
        "//table[contains(@class, 'listing')]/tbody/tr"
    )
    said = sorted(" ".join(row.text_content().split()) for row in rows)
    assert len(said) == 2
    assert "none" in said[0]
    assert "every week" in said[1]
    assert str(in_days(5).day) in said[1]


def test_an_awaited_event_is_not_deleted(editor, client):
    event = make_event()
    register_one(event, "Ines")
    register_one(event, "Joan")
    delete = reverse("wagtailadmin_pages:delete", args=[event.pk])
    for send in (client.get, client.post):
        response = send(delete, follow=True)
        assert "Cancel it first: 2 people are registered" in response.content.decode()
    assert EventPage.objects.exists()


def test_an_awaited_event_is_not_unpublished(editor, client):
    event = make_event()
    register_one(event)
    client.post(reverse("wagtailadmin_pages:unpublish", args=[event.pk]))
    assert EventPage.objects.get().live


def test_what_nobody_counts_on_may_go(editor, client):
    event = make_event()
    cancel(register_one(event))
    past = make_event(date=in_days(-2))
    register_past = Registration(event=past, name="Ines", email="ines@example.org")
    register_past.state = "confirmed"
    register_past.save()
    for page in (event, past):
        client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
    assert not EventPage.objects.exists()


def test_a_cancelled_event_goes_when_all_were_told(editor, client):
    event = make_event()
    register_one(event)
    event.is_cancelled = True
    event.save_revision().publish()
    delete = reverse("wagtailadmin_pages:delete", args=[event.pk])
    response = client.post(delete, follow=True)
    assert "until 1 person has been told" in response.content.decode()
    entry = EventPage.objects.get().entry
    Registration.objects.update(told_sequence=entry.sequence)
    client.post(delete)
    assert not EventPage.objects.exists()


def test_the_calendar_is_kept_with_what_is_in_it(editor, client):
    event = make_event()
    register_one(event)
    client.post(reverse("wagtailadmin_pages:delete", args=[event.get_parent().pk]))
    assert EventPage.objects.exists()


@pytest.mark.parametrize("action", ["delete", "unpublish"])
def test_nor_do_many_at_once_take_it_along(editor, client, action):
    event, other = make_event(), make_event("Other", in_days(9))
    register_one(event)
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    chosen = "&".join(f"id={page.pk}" for page in (event, other))
    response = client.post(f"{bulk}?{chosen}&next={reverse('events:index')}", follow=True)
    assert "Cancel it first" in response.content.decode()
    assert EventPage.objects.live().count() == 2


def test_who_may_publish_their_own_unpublishes_no_others(client):
    organiser = User.objects.create_user("organiser@example.org")
    organiser.groups.add(Group.objects.get(name="Organisers"))
    client.force_login(organiser)
    other, own = make_event(), make_event("Own", owner=organiser)
    for event in (other, own):
        client.post(reverse("wagtailadmin_pages:unpublish", args=[event.pk]))
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "unpublish"])
    client.post(f"{bulk}?id={other.pk}")
    assert list(EventPage.objects.live()) == [other]
