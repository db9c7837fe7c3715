"""The year in numbers: counted by hand here, and by the report."""

import csv
import datetime
from decimal import Decimal

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.utils import timezone
from lxml import html

from accounts.models import User
from events.models import Registration
from guides.models import GuideChange, GuideReview
from operate.yearly import JULY, Year, report
from people.models import Library
from search.models import SearchedWords
from tests.factories.blog import make_post
from tests.factories.chats import make_chat, make_topic
from tests.factories.comments import make_comment
from tests.factories.events import make_event, register_one
from tests.factories.guides import make_guide
from tests.factories.updates import make_subscription
from updates.following import Ref

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

REPORT = "/admin/reports/year/"
OF_2025 = Year(2025)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel("2026-03-10 12:00 -0400", tick=False):
        yield


@pytest.fixture
def sign_in(client):
    def sign_in(role: str) -> None:
        user = User.objects.create_user("somebody@ill.example.org")
        user.groups.add(Group.objects.get(name=role))
        client.force_login(user)

    return sign_in


def at(day: str, hour: int = 12) -> datetime.datetime:
    date = datetime.date.fromisoformat(day)
    return timezone.make_aware(datetime.datetime(date.year, date.month, date.day, hour))


def rows(title: str, year: Year = OF_2025) -> list[tuple]:
    return next(part for part in report(year) if part.title == title).rows


def numbers(title: str, year: Year = OF_2025) -> dict:
    return dict(rows(title, year))


def take_part(event, name: str, library: str, attended: bool | None) -> None:
    address = f"{name.lower()}@example.org"
    with time_machine.travel(event.starts_at - datetime.timedelta(days=3), tick=False):
        one = register_one(event, name, address, library=library)
    Registration.objects.filter(pk=one.pk).update(attended=attended)


def test_chats():
    link = "https://vimeo.com/76979871"
    make_chat("2025-01-01", [make_topic("A"), make_topic("B")], recording_url=link, duration=5400)
    make_chat("2025-12-31", recording_url=link, duration=1800)
    make_chat("2025-05-05", outcome="cancelled", outcome_reason="Snow")
    make_chat("2025-06-06", live=False)
    make_chat("2024-12-31", [make_topic("C")], recording_url=link, duration=3600)
    make_chat("2026-01-01")
    assert numbers("Chats") == {
        "Chats held": 2,
        "Chats cancelled": 1,
        "Recordings": 2,
        "Hours of recordings": Decimal("2.0"),
        "Topics": 2,
    }


def test_what_lies_ahead_was_not_held():
    make_chat("2026-03-09")
    make_chat("2026-03-11")
    make_event(date="2026-03-09")
    make_event(date="2026-03-11")
    assert numbers("Chats", Year(2026))["Chats held"] == 1
    assert numbers("Events", Year(2026))["Events held"] == 1


def test_events_who_had_a_seat_and_who_came():
    clinic = make_event(date="2025-02-03", start_time="14:00", end_time="15:30")
    make_event(date="2025-12-31", start_time="22:00", end_time="23:00", contact_hours="2.25")
    make_event(date="2025-03-03", is_cancelled=True)
    make_event(date="2026-01-01")
    take_part(clinic, "Ines", "", True)
    take_part(clinic, "Bo", "", False)
    take_part(clinic, "Kim", "", None)
    take_part(clinic, "Gone", "", None)
    Registration.objects.filter(name="Gone").update(state="cancelled")
    assert numbers("Events") == {
        "Events held": 2,
        "Events cancelled": 1,
        "Hours of events": Decimal("3.8"),
        "Registrations": 3,
        "Attended": 1,
        "Events whose attendance was noted": 1,
    }


@pytest.fixture
def libraries():
    Library.objects.create(name="Saltbury", region="North", type="public", also="Saltbury PL")
    Library.objects.create(name="Oldmere", region="North", type="school")
    Library.objects.create(name="Ashford", type="public")
    first, second = make_event(date="2025-02-03"), make_event(date="2025-04-07")
    take_part(first, "Ines", "Saltbury", True)
    take_part(second, "Ines", "saltbury pl", True)
    take_part(second, "Bo", "Ashford", False)
    take_part(second, "Kim", "Nowhere", True)
    take_part(make_event(date="2024-01-08"), "Bo", "Oldmere", None)


def test_libraries_by_region_and_type(libraries):
    assert rows("Libraries by region") == [
        ("North", 2, 1, 2, 2),
        ("Not said", 1, 0, 1, 0),
        ("Not in the list", "", "", 1, 1),
    ]
    assert rows("Libraries by type") == [
        ("Public", 2, 1, 3, 2),
        ("School", 1, 0, 0, 0),
        ("Not in the list", "", "", 1, 1),
    ]


def test_libraries_not_seen_for_a_year(libraries):
    assert rows("Libraries not seen for a year") == [
        ("Ashford", "", "Public", "never"),
        ("Oldmere", "North", "School", "2024-01-08"),
    ]
    # Of a year that is not over, the twelve months before today count.
    assert len(rows("Libraries not seen for a year", Year(2026))) == 2
    assert len(rows("Libraries not seen for a year", Year(2027, JULY))) == 2


def test_posts_guides_and_comments():
    post = make_post(date="2025-07-01")
    make_post("Older", date="2024-07-01")
    guide = make_guide()
    GuideChange.objects.create(
        guide=guide, revision_id=91, note="New form", made_at=at("2025-03-01")
    )
    GuideChange.objects.create(guide=guide, revision_id=92, note="Old", made_at=at("2024-03-01"))
    for day in ("2025-01-01", "2025-12-31", "2026-01-01"):
        GuideReview.objects.create(guide=guide, reviewed_on=day)
    make_comment(post, published_at=at("2025-01-01", 0))
    make_comment(post, published_at=at("2026-01-01", 0))
    make_comment(post, state="held")
    assert numbers("Posts, guides and comments") == {
        "Posts published": 1,
        "Guides published": 0,
        "Changes of guides that readers were told of": 1,
        "Guides read through": 1,
        "Comments published": 1,
    }
    assert numbers("Posts, guides and comments", Year(2026))["Guides published"] == 1


def test_subscribers_in_and_out():
    def follow(address, *spans):
        for n, (began, ended) in enumerate(spans):
            make_subscription(
                address,
                Ref("posts", str(n)),
                confirmed_at=began and at(began),
                ended_at=ended and at(ended),
            )

    follow("stays@example.org", ("2024-02-01", None))
    follow("came@example.org", ("2025-02-01", None), ("2025-03-01", "2025-04-01"))
    follow("left@example.org", ("2024-02-01", "2024-03-01"), ("2024-02-01", "2025-12-31"))
    follow("later@example.org", ("2026-02-01", None))
    follow("never@example.org", (None, None))
    assert [number for _, number in rows("Subscribers")] == [1, 1, 2]
    assert [number for _, number in rows("Subscribers", Year(2026))] == [1, 0, 3]


def test_searches_that_found_nothing_and_rare_ones_told_by_number_alone():
    def searched(words, month, times, nothing):
        day = datetime.date.fromisoformat(month)
        SearchedWords.objects.create(
            words=words, month=day, last_searched=day, times=times, times_not_found=nothing
        )

    searched("orange label", "2025-01-01", 4, 4)
    searched("orange label", "2025-12-01", 1, 0)
    searched("bo miller", "2025-05-01", 2, 2)
    searched("renew", "2025-05-01", 9, 0)
    searched("map", "2026-01-01", 5, 5)
    assert rows("Searches that found nothing") == [
        ("orange label", 4, 5),
        ("All searches", 6, 16),
    ]


def test_a_year_from_july_to_june():
    for day in ("2024-06-30", "2024-07-01", "2025-06-30", "2025-07-01"):
        make_chat(day)
    year = Year.of(datetime.date(2025, 3, 1), JULY)
    assert (year.number, year.label, str(year.ends_on)) == (2024, "2024–25", "2025-06-30")
    assert numbers("Chats", year)["Chats held"] == 2


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("Administrators", 200),
        ("Editors", 200),
        ("Moderators", 302),
        ("Organisers", 302),
        ("Guest hosts", 302),
    ],
)
def test_administrators_and_editors_see_it(client, sign_in, role, status):
    sign_in(role)
    assert client.get(REPORT).status_code == status


def test_the_page_shows_the_year_that_was_chosen(client, sign_in):
    sign_in("Editors")
    make_chat("2025-05-05")
    page = html.fromstring(client.get(REPORT, {"year": "2025", "begins": "1"}).content)
    shown = [row.text_content().split() for row in page.cssselect("#part-1 ~ table tr")]
    assert shown[0] == ["Chats", "held", "1"]
    assert not page.cssselect(".error-message")
    for nonsense in ({"year": "2999"}, {"year": "x", "begins": "x"}, {"year": "99999999999999999"}):
        page = html.fromstring(client.get(REPORT, nonsense).content)
        assert page.cssselect(".error-message")
        assert "Jan. 1, 2026" in page.text_content()


def test_the_table_has_the_same_numbers_names_nobody_and_holds_no_formula(
    client, sign_in, libraries
):
    sign_in("Editors")
    Library.objects.create(name="=HYPERLINK(1)", region="South")
    answer = client.get(REPORT, {"year": "2025", "begins": "1", "export": "csv"})
    assert answer["Content-Disposition"] == 'attachment; filename="year-2025-01-01-2025-12-31.csv"'
    assert "no-store" in answer["Cache-Control"]
    text = answer.content.decode()
    told = list(csv.reader(text.splitlines()))
    assert ["North", "2", "1", "2", "2"] in told
    assert ["'=HYPERLINK(1)", "South", "", "never"] in told
    assert not any(name in text for name in ("Ines", "Kim", "@example.org"))


def test_the_number_of_queries_does_not_grow(django_assert_max_num_queries, libraries):
    for number in range(12):
        event = make_event(f"Clinic {number}", date="2025-05-05")
        take_part(event, f"Person{number}", f"Library {number}", True)
        Library.objects.create(name=f"Library {number}", region=f"Region {number}")
    with django_assert_max_num_queries(35):
        report(OF_2025)
