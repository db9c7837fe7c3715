import pytest

from people.models import Person, Team


@pytest.mark.django_db
def test_a_slug_is_made_from_the_name_and_free():
    assert [Person.objects.create(name="Åsa Berg").slug for _ in range(3)] == [
        "asa-berg",
        "asa-berg-2",
        "asa-berg-3",
    ]
    assert Team.objects.create(name="配送").slug == "team"


@pytest.mark.django_db
def test_a_slug_once_given_is_kept():
    person = Person.objects.create(name="Åsa Berg")
    person.name = "Åsa Lund"
    person.save()
    assert person.slug == "asa-berg"


@pytest.mark.django_db
def test_a_name_is_known_in_any_case_of_its_letters():
    made, created = Person.objects.get_or_create_named("Dana McRae")
    assert created
    assert Person.objects.get_or_create_named("dana mcrae") == (made, False)
