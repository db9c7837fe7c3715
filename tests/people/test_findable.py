"""Persons, teams and committees in the search: by what they are asked about, while seen."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chats.models import ChatPage
from people.findable import PERSONS
from people.models import CommitteePage, CommitteeTerm, ContactPage, Subject, Team
from search.engines import Narrowing
from search.entries import refresh
from search.models import Entry
from search.results import find
from tests.factories.blog import make_post
from tests.factories.chats import make_chat
from tests.factories.people import make_person, make_subject, make_term

pytestmark = pytest.mark.django_db

SINCE = datetime.date(2024, 1, 1)


def found(words, *kinds):
    return {hit.entry.title for hit in find(words, Narrowing(kinds=kinds or ("person",))).hits}


def test_who_does_one_ask_about_copyright():
    make_subject("Copyright", "What may be copied and lent.")
    make_person("Nell Cho", answers=["Copyright"])
    make_person("Gus Ray", mentors_in=["Copyright"])
    make_person("Una Moor", team="Delivery")
    assert found("who do I ask about copyright") == {"Nell Cho", "Gus Ray"}
    assert found("what may be copied") == {"Nell Cho", "Gus Ray"}
    hit = find("copyright", Narrowing(kinds=("person",))).hits[0]
    assert hit.href in ("/people/nell-cho/", "/people/gus-ray/")
    assert "<mark>Copyright</mark>" in hit.text


def test_a_person_is_found_by_all_that_is_said_of_them():
    nell = make_person("Nell Cho", role="Dispatcher", team="Delivery", blurb="Routes by heart.")
    nell.library = "Saltbury"
    nell.save()
    for words in ("nell", "dispatcher", "delivery", "routes", "saltbury"):
        assert found(words) == {"Nell Cho"}, words


def test_no_address_is_found():
    make_person("Nell Cho", team="Delivery", email="nell@example.org", extension="204")
    assert not found("example.org")


def test_subjects_chosen_and_left_are_followed():
    nell = make_person("Nell Cho")
    assert not found("nell")
    copyright_ = make_subject()
    copyright_.answered_by.add(nell)
    assert found("copyright") == {"Nell Cho"}
    copyright_.name = "Licences"
    copyright_.save()
    assert (found("copyright"), found("licences")) == (set(), {"Nell Cho"})
    nell.answers = []
    nell.save()
    assert not found("nell")
    nell.mentors_in = [copyright_]
    nell.save()
    assert found("licences") == {"Nell Cho"}
    Subject.objects.get().delete()
    assert not found("nell")


def test_subjects_taken_from_the_other_side_are_followed():
    make_person("Nell Cho", answers=["Copyright"])
    Subject.objects.get().answered_by.clear()
    assert not found("nell")


def test_a_team_is_found_while_somebody_is_in_it():
    nell = make_person("Nell Cho", team="Delivery")
    team = Team.objects.get()
    team.blurb = "Vans and boxes."
    team.save()
    assert found("vans", "team") == {"Delivery"}
    nell.team = None
    nell.save()
    assert not found("vans", "team")
    assert not found("nell")
    nell.team = team
    nell.save()
    assert found("vans", "team") == {"Delivery"}
    nell.delete()
    assert not found("vans", "team")


def test_a_team_deleted_takes_its_name_along():
    make_person("Nell Cho", team="Delivery")
    Team.objects.get().delete()
    assert not found("delivery", "team", "person")


def test_an_author_is_seen_with_the_post():
    post = make_post(authors=["Nell Cho"])
    assert found("nell") == {"Nell Cho"}
    post.unpublish()
    assert not found("nell")
    post.save_revision().publish()
    assert found("nell") == {"Nell Cho"}
    post.authors = []
    post.save_revision().publish()
    assert not found("nell")


def test_a_host_stays_while_one_of_two_chats_does():
    make_chat("2024-03-06", hosts=["Nell Cho"])
    make_chat("2024-03-20", hosts=["Nell Cho"])
    ChatPage.objects.get(date="2024-03-06").delete()
    assert found("nell") == {"Nell Cho"}
    ChatPage.objects.get().delete()
    assert not found("nell")


def test_a_slug_changed_loses_nobody():
    make_chat("2024-03-06", hosts=["Nell Cho"])
    nell = ChatPage.objects.get().hosts[0]
    nell.slug = "nell"
    nell.save()
    (hit,) = find("nell", Narrowing(kinds=("person",))).hits
    assert hit.href == "/people/nell/"


def test_a_committee_and_who_is_on_it():
    make_term(make_person("Nell Cho"), office="Treasurer")
    assert found("treasurer", "committee") == {"Committee"}
    assert found("treasurer") == {"Nell Cho"}
    page = CommitteePage.objects.get()
    page.terms = [CommitteeTerm(person=make_person("Gus Ray"), office="Chair", begins_on=SINCE)]
    page.save_revision().publish()
    assert found("nell", "committee", "person") == set()
    assert found("gus", "committee", "person") == {"Committee", "Gus Ray"}
    page.unpublish()
    assert found("gus", "committee", "person") == set()


def test_a_draft_of_a_committee_is_no_reason_to_name_anybody():
    make_person("Nell Cho", team="Delivery")
    page = CommitteePage.objects.get()
    nell = Team.objects.get().people.get()
    page.terms = [CommitteeTerm(person=nell, office="Treasurer", begins_on=SINCE)]
    page.save_revision()
    assert not found("treasurer", "committee", "person")
    page.live = False
    page.save()
    refresh(PERSONS, [nell.pk])
    assert not found("treasurer", "committee", "person")


def test_how_to_reach_the_team_is_found():
    page = ContactPage.objects.get()
    page.hours, page.email = "Mondays", "team@example.org"
    page.save_revision().publish()
    assert found("mondays", "page") == {"Contact"}
    assert not found("team example", "page")


def test_many_persons_are_written_in_as_many_queries_as_few():
    def cost(number):
        persons = [
            make_person(f"P {number} {n}", "Delivery", ["Maps"], ["Vans"]).pk for n in range(number)
        ]
        Entry.objects.filter(kind="person").delete()
        with CaptureQueriesContext(connection) as queries:
            refresh(PERSONS, persons)
        return len(queries)

    assert cost(20) == cost(2)
