"""Who is shown to the public, where, and with what."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from lxml import html
from wagtail.images.models import Image
from wagtail.images.tests.utils import get_test_image_file

from chats.models import ChatPage
from people.models import CommitteePage, ContactPage, PeoplePage, Person, Subject
from tests.factories.blog import make_post
from tests.factories.chats import make_chat
from tests.factories.events import make_event
from tests.factories.people import make_person, make_subject, make_term
from tests.factories.pictures import make_all_sizes

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

TODAY = "2024-06-15 12:00 +0000"


def page_at(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status, address
    return html.fromstring(response.content)


def text_of(element):
    return " ".join(element.text_content().split())


def is_public(person):
    return Person.objects.public().filter(pk=person.pk).exists()


def test_somebody_known_for_nothing_has_no_page(client):
    stranger = make_person("Una Moor", email="una@example.org")
    assert not is_public(stranger)
    assert client.get("/people/una-moor/").status_code == 404
    assert client.get("/people/una-moor/write/").status_code == 404
    assert client.get("/people/nobody/").status_code == 404


@pytest.mark.parametrize(
    "known_for",
    [{"team": "Delivery"}, {"answers": ["Copyright"]}, {"mentors_in": ["Copyright"]}],
)
def test_who_is_in_a_team_or_asked_about_something_has_one(client, known_for):
    make_person("Nell Cho", **known_for)
    assert page_at(client, "/people/nell-cho/").cssselect("h1")[0].text == "Nell Cho"


@pytest.mark.parametrize("ends_on", ["", "2020-12-31"])
def test_who_is_or_was_on_a_committee_has_one(client, ends_on):
    nell = make_person("Nell Cho")
    make_term(nell, "2020-01-01", ends_on)
    assert is_public(nell)
    CommitteePage.objects.get().unpublish()
    assert not is_public(nell)


@pytest.mark.parametrize(
    "make",
    [
        lambda: make_chat(hosts=["Nell Cho"]),
        lambda: make_post(authors=["Nell Cho"]),
        lambda: make_event(hosts=["Nell Cho"]),
    ],
)
def test_who_is_named_by_something_public_has_one_until_it_is_gone(client, make):
    page = make()
    person = page_at(client, "/people/nell-cho/")
    (hit,) = person.cssselect(".hits > li")
    assert hit.cssselect("a")[0].get("href") == page.url
    page.unpublish()
    assert client.get("/people/nell-cho/").status_code == 404


def test_who_is_named_by_a_draft_alone_has_none(client):
    make_chat(hosts=["Nell Cho"], live=False)
    assert client.get("/people/nell-cho/").status_code == 404


def test_what_expires_takes_its_host_along(client):
    expires = datetime.datetime(2024, 6, 1, 12, tzinfo=datetime.UTC)
    with time_machine.travel("2024-05-01 12:00 +0000"):
        make_chat("2024-03-06", hosts=["Nell Cho"], expire_at=expires)
        nell = Person.objects.public().get(name="Nell Cho")
        assert nell.expire_at == expires
        make_chat("2024-03-20", hosts=["Nell Cho"])
        assert Person.objects.public().get(pk=nell.pk).expire_at is None
        ChatPage.objects.get(date="2024-03-20").delete()
    with time_machine.travel("2024-06-02 12:00 +0000"):
        assert not is_public(nell)
        assert client.get("/people/nell-cho/").status_code == 404


def test_who_is_in_a_team_does_not_expire_with_what_they_made():
    with time_machine.travel("2024-05-01 12:00 +0000"):
        expires = datetime.datetime(2024, 6, 1, 12, tzinfo=datetime.UTC)
        make_chat("2024-03-06", hosts=["Nell Cho"], expire_at=expires)
        nell = Person.objects.get()
        nell.mentors_in = [make_subject()]
        nell.save()
        assert Person.objects.public().get().expire_at is None


@time_machine.travel(TODAY)
def test_a_person_page_says_who_they_are(client):
    make_person(
        "Nell Cho",
        team="Delivery",
        role="Van dispatch",
        library="Saltbury",
        extension="204",
        email="nell@example.org",
        blurb="Knows every route.",
        answers=["Routes"],
        mentors_in=["Packing"],
    )
    make_term(Person.objects.get(), "2024-01-01", "2025-06-30", office="Chair")
    page = page_at(client, "/people/nell-cho/")
    said = text_of(page.cssselect("main")[0])
    for words in ("Van dispatch", "Delivery · Saltbury", "204", "Knows every route.", "Chair"):
        assert words in said
    assert "until June 2025" in said
    hrefs = [link.get("href") for link in page.cssselect("main a")]
    for href in (
        "/teams/delivery/",
        "/contact/#subject-routes",
        "/people/#subject-packing",
        "/people/nell-cho/write/",
        "/committee/",
    ):
        assert href in hrefs
    assert page.cssselect("link[rel=canonical]")[0].get("href").endswith("/people/nell-cho/")
    assert page.cssselect("meta[name=description]")[0].get("content") == "Knows every route."


@time_machine.travel(TODAY)
def test_an_office_that_is_over_or_ahead_is_not_said(client):
    nell = make_person("Nell Cho", team="Delivery")
    make_term(nell, "2020-01-01", "2024-06-14", office="Chair")
    make_term(nell, "2024-06-16", office="Secretary")
    said = page_at(client, "/people/nell-cho/").text_content()
    assert "Chair" not in said
    assert "Secretary" not in said


def test_what_somebody_made_comes_newest_first_by_twenties(client):
    for day in range(1, 22):
        make_chat(f"2023-01-{day:02}", hosts=["Nell Cho"])
    make_post("Packing", "2024-02-01", ["Nell Cho"])
    first, second = (page_at(client, f"/people/nell-cho/?page={n}") for n in (1, 2))
    assert len(first.cssselect(".hits > li")) == 20
    assert "Packing" in text_of(first.cssselect(".hits > li")[0])
    assert len(second.cssselect(".hits > li")) == 2
    assert second.cssselect("link[rel=canonical]")[0].get("href").endswith("?page=2")
    assert page_at(client, "/people/nell-cho/?page=odd").cssselect(".hits > li")


def test_no_page_says_an_address(client):
    make_person(
        "Nell Cho",
        team="Delivery",
        email="nell@example.org",
        answers=["Routes"],
        mentors_in=["Packing"],
    )
    contact = ContactPage.objects.get()
    contact.email = "team@example.org"
    contact.save_revision().publish()
    for address in (
        "/people/",
        "/people/nell-cho/",
        "/people/nell-cho/write/",
        "/teams/delivery/",
        "/contact/",
        "/contact/write/",
    ):
        response = client.get(address)
        assert response.status_code == 200
        assert b"example.org" not in response.content, address
        assert "example.org" not in str(response.headers)


def test_who_has_no_address_is_not_written_to(client):
    make_person("Nell Cho", team="Delivery")
    assert not page_at(client, "/people/nell-cho/").cssselect('a[href$="/write/"]')
    assert client.get("/people/nell-cho/write/").status_code == 404


def test_the_people_page_shows_teams_and_mentors(client):
    make_person("Nell Cho", team="Delivery", role="Van dispatch", extension="311")
    make_person("Gus Ray", mentors_in=["Copyright"], library="Alder", email="gus@example.org")
    Subject.objects.create(name="Nobody’s")
    page = page_at(client, "/people/")
    assert [text_of(one) for one in page.cssselect("main h2")] == ["Delivery", "Ask a colleague"]
    assert [text_of(one) for one in page.cssselect("main h3")] == ["Copyright"]
    assert page.cssselect("h3#subject-copyright")
    nell, gus = (text_of(one) for one in page.cssselect(".person"))
    assert nell == "Nell Cho Van dispatch Extension 311"
    assert gus == "Gus Ray Alder Write to Gus Ray"
    hrefs = [link.get("href") for link in page.cssselect("main a")]
    assert {"/committee/", "/contact/"} <= set(hrefs)


def test_an_empty_people_page_says_what_will_be_there(client):
    page = page_at(client, "/people/")
    assert page.cssselect(".empty a")[0].get("href") == "/contact/"


def test_initials_stand_only_where_others_have_a_photo(client):
    nell = make_person("Nell Abernathy Cho", team="Delivery")
    make_person("Gus Ray", team="Delivery")
    assert not page_at(client, "/people/").cssselect(".person-photo")
    nell.photo = Image.objects.create(title="Nell", file=get_test_image_file())
    nell.save()
    make_all_sizes()
    for address in ("/people/", "/teams/delivery/"):
        gus, photo = page_at(client, address).cssselect(".person-photo")
        assert (gus.tag, gus.text, gus.get("aria-hidden")) == ("span", "GR", "true")
        assert (photo.tag, photo.get("alt")) == ("img", "")


def test_a_photo_that_is_not_cut_yet_is_left_out(client):
    nell = make_person("Nell Cho", team="Delivery")
    nell.photo = Image.objects.create(title="Nell", file=get_test_image_file())
    nell.save()
    assert not page_at(client, "/people/nell-cho/").cssselect(".person-head img")


def test_a_team_page_shows_who_is_in_it(client):
    nell = make_person("Nell Cho", team="Delivery")
    page = page_at(client, "/teams/delivery/")
    assert [text_of(one) for one in page.cssselect(".person-name")] == ["Nell Cho"]
    nell.team = None
    nell.save()
    assert client.get("/teams/delivery/").status_code == 404


@time_machine.travel(TODAY)
def test_the_committee_by_time(client):
    for name, begins, ends, office in (
        ("Ann One", "2024-01-01", "2024-06-15", "Chair"),
        ("Bea Two", "2024-01-01", "", ""),
        ("Cid Three", "2024-07-01", "", ""),
        ("Dan Four", "2018-01-01", "2019-12-31", ""),
        ("Eve Five", "2020-01-01", "2024-06-14", "Secretary"),
    ):
        make_term(make_person(name), begins, ends, office=office, library="Alder")
    page = page_at(client, "/committee/")
    current, ahead, earlier = (
        [text_of(one) for one in part.cssselect("li")] for part in page.cssselect(".terms")
    )
    assert current == [
        "Ann One, Chair Alderuntil June 15, 2024",
        "Bea Two Aldersince January 2024",
    ]
    assert ahead == ["Cid Three Alderfrom July 1, 2024"]
    assert earlier == [
        "Eve Five, Secretary AlderJanuary 2020 – June 2024",
        "Dan Four AlderJanuary 2018 – December 2019",
    ]
    assert text_of(page.cssselect("details summary")[0]) == "2 earlier members"


def test_a_committee_of_nobody_says_so(client):
    page = page_at(client, "/committee/")
    assert "Nobody is in office" in text_of(page.cssselect(".empty")[0])


def test_a_committee_is_previewed_as_it_will_be(rf, admin_user):
    page = CommitteePage.objects.get()
    nell = make_person("Nell Cho")
    page.terms = [page.terms.model(person=nell, begins_on=datetime.date(2024, 1, 1))]
    response = page.make_preview_request(preview_mode=page.default_preview_mode)
    assert "Nell Cho" in response.rendered_content


def test_the_contact_page_says_how_to_reach_the_team(client):
    page = ContactPage.objects.get()
    page.telephone, page.hours = "+1 (555) 013-0142", "8 to 4"
    page.postal_address = "12 Alder Street\nSaltbury"
    page.save_revision().publish()
    make_person("Nell Cho", answers=["Copyright"], extension="204", email="nell@example.org")
    make_person("Gus Ray", mentors_in=["Copyright"])
    shown = page_at(client, "/contact/")
    assert shown.cssselect('a[href="tel:+15550130142"]')
    (answering,) = shown.cssselect(".answering li")
    assert text_of(answering) == "Nell Cho Extension 204 Write to Nell Cho"
    assert shown.cssselect('a[href="/people/#colleagues"]')
    (form,) = shown.cssselect("main form")
    assert form.get("action") == "/contact/write/"
    names = [field.get("name") for field in form.cssselect("[name]")]
    assert names == ["subject", "name", "email", "message", "website"]


@pytest.mark.parametrize("telephone", ["ask the desk", "12"])
def test_what_no_telephone_dials_is_no_link(client, telephone):
    page = ContactPage.objects.get()
    page.telephone = telephone
    page.save_revision().publish()
    shown = page_at(client, "/contact/")
    assert telephone in shown.text_content()
    assert not shown.cssselect('a[href^="tel:"]')


def test_persons_and_teams_are_on_the_map(client):
    make_person("Nell Cho", team="Delivery")
    make_person("Una Moor")
    listed = client.get("/sitemap.xml").content.decode()
    assert "/people/nell-cho/</loc>" in listed
    assert "/teams/delivery/</loc>" in listed
    assert "una-moor" not in listed


def test_ten_times_the_people_cost_no_more_queries(client):
    def fill(some):
        for n in some:
            person = make_person(
                f"Person {n}", f"Team {n}", [f"Subject {n}"], [f"Subject {n}"], role="Any"
            )
            photo = Image.objects.create(title="P", file=get_test_image_file(f"p{n}.png"))
            Person.objects.filter(pk=person.pk).update(photo=photo)
            make_term(person)
            make_post(f"Post {n}", f"2024-01-{n + 1:02}", ["Person 0"], slug=f"post-{n}")

    def cost(address):
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    addresses = ["/people/", "/contact/", "/committee/", "/people/person-0/", "/teams/team-0/"]
    fill(range(2))
    few = [cost(address) for address in addresses]
    fill(range(2, 20))
    Person.objects.filter(name__startswith="Person 1").update(team=Person.objects.first().team)
    assert [cost(address) for address in addresses] == few


def test_without_a_people_page_persons_still_have_theirs(client):
    make_person("Nell Cho", team="Delivery", mentors_in=["Copyright"], answers=["Copyright"])
    PeoplePage.objects.get().unpublish()
    ContactPage.objects.get().unpublish()
    assert page_at(client, "/people/nell-cho/").cssselect("h1")
