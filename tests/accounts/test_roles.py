import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from wagtail.models import GroupCollectionPermission, GroupPagePermission

from events.rights import may_organise
from tests.factories.events import make_event

pytestmark = pytest.mark.django_db

ADMIN = {"wagtailadmin.access_admin"}


def every_right(*models: str) -> set[str]:
    actions = ("add", "change", "delete", "view")
    return {
        f"{app}.{action}_{name}"
        for app, name in (model.split(".") for model in models)
        for action in actions
    }


def files(*actions: str) -> set[str]:
    kinds = ("wagtailimages.{}_image", "wagtaildocs.{}_document", "wagtailmedia.{}_media")
    return {kind.format(action) for kind in kinds for action in actions}


PEOPLE = every_right("people.person", "people.team", "people.library", "people.subject")
GUIDES = every_right("guides.audience", "guides.sharedtext") | {
    "guides.view_feedback",
    "guides.change_feedback",
}
FRAME = {"home.change_navigation", "home.change_noticebar"}
BLOG = every_right("blog.category")
EVENTS = every_right("events.kind", "events.series")
UPDATES = every_right("updates.announcement", "updates.announcementlist") | {
    "updates.send_announcement"
}
SUBSCRIBERS = {"updates.view_subscriber", "updates.change_subscriber"}

SEARCH = every_right("search.glossaryterm") | {"search.view_searchedwords"}

MAIL = {
    "outbox.view_mail",
    "outbox.change_mail",
    "outbox.view_address",
    "outbox.change_address",
    "outbox.change_letterhead",
}
COMMENTS = {"comments.moderate_comment"}
RIGHTS = {
    "Administrators": ADMIN
    | COMMENTS
    | {"comments.change_commentsettings", "events.change_eventsettings"}
    | EVENTS
    | UPDATES
    | SUBSCRIBERS
    | BLOG
    | PEOPLE
    | GUIDES
    | FRAME
    | SEARCH
    | MAIL
    | every_right("accounts.user", "auth.group", "wagtailcore.site", "wagtailredirects.redirect"),
    "Editors": ADMIN
    | PEOPLE
    | GUIDES
    | FRAME
    | BLOG
    | EVENTS
    | UPDATES
    | SEARCH
    | every_right("wagtailredirects.redirect"),
    "Moderators": ADMIN | COMMENTS,
    "Organisers": ADMIN,
    "Guest hosts": ADMIN,
}
EDIT = {"add_page", "change_page", "publish_page"}
PAGES = {
    "Administrators": {
        ("/", action) for action in EDIT | {"bulk_delete_page", "lock_page", "unlock_page"}
    },
    "Editors": {("/", action) for action in EDIT},
    "Moderators": set(),
    "Organisers": {("/home/events/", action) for action in ("add_page", "publish_page")},
    "Guest hosts": {("/home/chats/", "add_page")},
}
FILES = {
    "Administrators": files("add", "change", "delete", "choose"),
    "Editors": files("add", "change", "choose"),
    "Moderators": set(),
    "Organisers": files("add", "choose"),
    "Guest hosts": files("add", "choose"),
}


def named(permission) -> str:
    return f"{permission.content_type.app_label}.{permission.codename}"


def test_these_roles_are_ready_made():
    assert set(Group.objects.values_list("name", flat=True)) == set(RIGHTS)


@pytest.mark.parametrize("role", RIGHTS)
def test_a_role_may_do_exactly_this(role):
    group = Group.objects.get(name=role)
    assert {named(right) for right in group.permissions.all()} == RIGHTS[role]
    pages = GroupPagePermission.objects.filter(group=group)
    assert {(it.page.url_path, it.permission.codename) for it in pages} == PAGES[role]
    collections = GroupCollectionPermission.objects.filter(group=group)
    assert {named(it.permission) for it in collections} == FILES[role]
    assert {it.collection.depth for it in collections} <= {1}


@pytest.mark.parametrize("role", RIGHTS)
def test_a_role_opens_the_admin(client, role):
    user = get_user_model().objects.create_user("ines@ill.example.org")
    user.groups.add(Group.objects.get(name=role))
    client.force_login(user)
    assert client.get("/admin/").status_code == 200


def test_no_role_no_admin(client):
    client.force_login(get_user_model().objects.create_user("ines@ill.example.org"))
    assert client.get("/admin/").status_code == 302


def test_a_guest_host_writes_a_chat_and_publishes_none(archive):
    user = get_user_model().objects.create_user("guest@ill.example.org")
    user.groups.add(Group.objects.get(name="Guest hosts"))
    rights = archive.permissions_for_user(user)
    assert rights.can_add_subpage()
    assert not rights.can_publish_subpage()
    assert not rights.can_edit()


def test_an_organiser_makes_events_and_edits_no_others():
    user = get_user_model().objects.create_user("organiser@ill.example.org")
    user.groups.add(Group.objects.get(name="Organisers"))
    own, other = make_event(owner=user), make_event()
    calendar = own.get_parent()
    assert calendar.permissions_for_user(user).can_publish_subpage()
    assert own.permissions_for_user(user).can_edit()
    assert may_organise(user, own)
    assert not other.permissions_for_user(user).can_edit()
    assert not may_organise(user, other)
    assert not calendar.permissions_for_user(user).can_edit()
