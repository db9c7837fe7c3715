"""What the admin's first screen asks somebody to do for mail."""

import datetime

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import User
from outbox.models import Address, Mail, MailState
from outbox.needs import needs_of_mail

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def staff(role: str) -> User:
    user = User.objects.create_user(f"{role}@example.org")
    user.groups.add(Group.objects.get(name=role))
    return user


def make_mail(state: MailState, days_ago: int) -> Mail:
    address, _is_new = Address.objects.get_or_create(key="ines@example.org")
    ended = timezone.now() - datetime.timedelta(days=days_ago)
    return Mail.objects.create(address=address, state=state, ended_at=ended)


def test_mail_that_failed_this_week_is_counted():
    user = staff("Administrators")
    make_mail(MailState.SENT, 1)
    make_mail(MailState.DROPPED, 1)
    make_mail(MailState.FAILED, 8)
    assert not list(needs_of_mail(user))
    make_mail(MailState.FAILED, 1)
    make_mail(MailState.FAILED, 6)
    (need,) = needs_of_mail(user)
    assert need.said == "2 mails could not be sent in the last seven days."
    assert need.href == "/admin/mail/?state=failed"
    assert need.due_on == timezone.localdate() - datetime.timedelta(days=6)


def test_it_stands_on_the_first_screen(client):
    make_mail(MailState.FAILED, 1)
    client.force_login(staff("Administrators"))
    assert "1 mail could not be sent" in client.get("/admin/").content.decode()


def test_who_may_not_set_mail_right_is_not_asked():
    make_mail(MailState.FAILED, 1)
    assert not list(needs_of_mail(staff("Editors")))
