"""People in the admin."""

import pytest
from django.urls import reverse
from lxml import html

from people.models import Person
from tests.factories.people import make_person, make_subject

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def test_persons_are_narrowed_by_team_and_by_what_they_help_with(admin_client):
    make_person("Nell Cho", team="Delivery")
    gus = make_person("Gus Ray", mentors_in=["Copyright"])
    address = reverse("wagtailsnippets_people_person:list")
    for query, names in (
        (f"?mentors_in={gus.mentors_in.get().pk}", {"Gus Ray"}),
        (f"?team={Person.objects.get(name='Nell Cho').team_id}", {"Nell Cho"}),
    ):
        page = html.fromstring(admin_client.get(address + query).content)
        told = page.cssselect("table.listing")[0].text_content()
        assert {name for name in ("Nell Cho", "Gus Ray") if name in told} == names


def test_a_person_is_made_with_subjects_and_found(admin_client):
    subject = make_subject()
    said = {
        "name": "Nell Cho",
        "role": "",
        "library": "",
        "blurb": "",
        "extension": "",
        "email": "",
        "slug": "",
        "answers": [subject.pk],
    }
    response = admin_client.post(reverse("wagtailsnippets_people_person:add"), said)
    assert response.status_code == 302
    assert list(Person.objects.public()) == list(subject.answered_by.all())
    assert admin_client.get("/people/nell-cho/").status_code == 200


def test_subjects_stand_in_their_order(admin_client):
    for name, place in (("Maps", 2), ("Copyright", 3), ("Vans", 1)):
        make_subject(name, sort_order=place)
    page = html.fromstring(admin_client.get(reverse("wagtailsnippets_people_subject:list")).content)
    told = page.cssselect("table.listing")[0].text_content()
    assert told.index("Vans") < told.index("Maps") < told.index("Copyright")
