"""Who opens which view of the admin: permissions.txt says it, and nothing else is so."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from wagtail.models import Page

from accounts.models import User
from tests.accounts.doors import Household
from tests.factories.chats import make_chat
from tests.factories.events import make_event

TABLE = Path(__file__).with_name("permissions.txt")

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def written_rows() -> list[str]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_every_view_of_the_admin_opens_to_whom_the_table_says(settings, tmp_path):
    settings.MEDIA_ROOT, settings.UPLOADS = tmp_path / "media", tmp_path / "uploads"
    settings.UPLOADS.mkdir()
    found, written = set(Household().rows()), set(written_rows())
    missing, over = sorted(found - written), sorted(written - found)
    assert not missing, "\n".join(["The table has these otherwise, or not at all:", *missing])
    assert not over, "\n".join(["The table has these, and they are not so:", *over])


def test_the_table_names_each_view_once():
    names = [row.split(maxsplit=2)[-1] for row in written_rows()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("action", ["delete", "publish", "unpublish"])
@pytest.mark.parametrize("role", ["Moderators", "Organisers", "Guest hosts"])
def test_many_at_once_are_done_to_no_page_of_others(client, role, action):
    somebody = User.objects.create_user("somebody@ill.example.org")
    somebody.groups.add(Group.objects.get(name=role))
    client.force_login(somebody)
    pages = [make_chat(live=action != "publish"), make_event(live=action != "publish")]
    states = list(Page.objects.order_by("pk").values_list("pk", "live"))
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    client.post(f"{address}?{urlencode([('id', page.pk) for page in pages])}")
    assert list(Page.objects.order_by("pk").values_list("pk", "live")) == states
