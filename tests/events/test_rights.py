import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.urls import reverse
from wagtail.models import GroupPagePermission, Page

from accounts.models import User
from events.models import EventQuestion
from events.registration import Person, register
from events.rights import may_organise, organised_by
from tests.factories.events import make_event

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

ROLES = {
    "Administrators": True,
    "Editors": True,
    "Moderators": False,
    "Organisers": False,
    "Guest hosts": False,
}
SCREENS = ["desk", "results", "add", "seats", "mail", "copy"]
ON_ONE = ["person", "cancel"]
POSTED = ["add", "seats", "mail", "copy", "export"]
POSTED_ON_ONE = ["person", "cancel", "promote", "attendance"]


REFUSED = (302, "/admin/")
"""As Wagtail refuses: with a sentence on the admin's first screen."""


@pytest.fixture
def event():
    diet = EventQuestion(key="diet", label="Diet?", kind="line", is_private=True)
    event = make_event(questions=[diet])
    register(event, [Person("Ines Moreau", "ines@example.org", answers={"diet": "No nuts"})])
    return event


def told(response) -> tuple[int, str]:
    return response.status_code, response.headers.get("Location", "")


def in_role(role: str) -> User:
    user = User.objects.create_user("theo@ill.example.org")
    user.groups.add(Group.objects.get(name=role))
    return user


def addresses(event, names: list[str], of_one: list[str]) -> list[str]:
    number = event.registrations.get().pk
    return [
        *(reverse(f"event_desk:{name}", args=[event.pk]) for name in names),
        *(reverse(f"event_desk:{name}", args=[event.pk, number]) for name in of_one),
    ]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_who_is_registered_if_it_may_edit_the_event(client, event, role):
    user = in_role(role)
    client.force_login(user)
    expected = (200, "") if ROLES[role] else REFUSED
    assert {told(client.get(one)) for one in addresses(event, SCREENS, ON_ONE)} == {expected}
    assert may_organise(user, event) == ROLES[role]
    assert list(organised_by(user)) == ([event] if ROLES[role] else [])


@pytest.mark.parametrize("role", [role for role, may in ROLES.items() if not may])
def test_who_may_not_edit_the_event_changes_nothing(client, event, role):
    client.force_login(in_role(role))
    before = event.registrations.values().get()
    for address in addresses(event, POSTED, POSTED_ON_ONE):
        response = client.post(address, {"capacity": 5, "name": "X", "attended": "yes"})
        assert told(response) == REFUSED
    assert event.registrations.values().get() == before


def test_whoever_may_edit_another_part_of_the_site_alone_sees_nothing(client, event, archive):
    group = Group.objects.create(name="Archivists")
    group.permissions.set(Group.objects.get(name="Moderators").permissions.all())
    right = GroupPagePermission.objects.filter(permission__codename="change_page").first()
    GroupPagePermission.objects.create(group=group, page=archive, permission=right.permission)
    client.force_login(in_role("Archivists"))
    for address in addresses(event, SCREENS, ON_ONE):
        assert told(client.get(address)) == REFUSED


def test_an_organiser_sees_who_is_registered_for_an_event_of_their_own(client, event):
    user = in_role("Organisers")
    client.force_login(user)
    event.owner = user
    event.save()
    assert {told(client.get(one)) for one in addresses(event, SCREENS, ON_ONE)} == {(200, "")}
    assert list(organised_by(user)) == [event]


def test_strangers_are_asked_to_sign_in(client, event):
    for address in addresses(event, SCREENS, ON_ONE):
        assert client.get(address).headers["Location"].startswith("/admin/login/")
    for address in addresses(event, POSTED, POSTED_ON_ONE):
        assert client.post(address).headers["Location"].startswith("/admin/login/")


def test_an_account_put_out_of_use_organises_nothing(event):
    user = User.objects.create_superuser("gone@ill.example.org")
    assert may_organise(user, event)
    user.is_active = False
    assert not may_organise(user, event)
    assert not may_organise(AnonymousUser(), event)


def test_what_is_no_event_has_no_desk(client, event):
    client.force_login(User.objects.create_superuser("root@ill.example.org"))
    calendar = Page.objects.get(pk=event.pk).get_parent()
    assert client.get(reverse("event_desk:desk", args=[calendar.pk])).status_code == 404


def test_somebody_at_another_event_is_not_found_here(client, event):
    client.force_login(User.objects.create_superuser("root@ill.example.org"))
    other = make_event("Another", slug="another")
    number = event.registrations.get().pk
    address = reverse("event_desk:cancel", args=[other.pk, number])
    response = client.post(address, follow=True)
    assert "This registration is gone." in response.content.decode()
    assert event.registrations.get().is_confirmed


def test_organisers_see_private_answers_and_readers_never(client, event):
    assert b"No nuts" not in client.get(event.url).content
    client.force_login(in_role("Editors"))
    assert b"No nuts" in client.get(reverse("event_desk:desk", args=[event.pk])).content


@pytest.mark.parametrize("name", ["attendance", "export"])
def test_a_get_of_a_deed_is_refused(client, event, name):
    client.force_login(User.objects.create_superuser("root@ill.example.org"))
    one = [event.registrations.get().pk] if name == "attendance" else []
    address = reverse(f"event_desk:{name}", args=[event.pk, *one])
    assert client.get(address).status_code == 405
