"""`manage.py doctor` names staff who have no second step."""

from io import StringIO

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.models import Group
from django.core.management import call_command

from accounts.checks import CHECKS, who_lacks_one
from accounts.models import User
from core.doctor import Level, checks
from operate import letter
from tests.accounts.steps import give_second_step

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def moderator(db) -> User:
    user = User.objects.create_user("mo@ill.example.org")
    user.groups.add(Group.objects.get(name="Moderators"))
    return user


@pytest.mark.usefixtures("demanded")
class TestDemanded:
    def test_who_has_none_is_counted_and_named(self, ines, moderator, reader, settings):
        settings.SITE_URL = "https://ill.example.org"
        (finding,) = who_lacks_one()
        assert finding.level is Level.WARN
        assert finding.said.startswith("2 of 2 who may open the admin")
        assert finding.of == (ines.email, moderator.email)
        assert "https://ill.example.org/account/login/" in finding.do

    def test_who_has_one_is_not(self, ines, moderator):
        give_second_step(ines)
        (finding,) = who_lacks_one()
        assert finding.said.startswith("1 of 2")
        assert finding.of == (moderator.email,)
        give_second_step(moderator)
        (finding,) = who_lacks_one()
        assert finding.level is Level.GOOD

    def test_recovery_codes_alone_are_none(self, ines):
        RecoveryCodes.activate(ines)
        (finding,) = who_lacks_one()
        assert finding.of == (ines.email,)

    def test_who_may_not_sign_in_any_more_is_not_counted(self, ines, moderator):
        give_second_step(ines)
        User.objects.filter(pk=moderator.pk).update(is_active=False)
        (finding,) = who_lacks_one()
        assert finding.level is Level.GOOD

    def test_their_number_does_not_matter(self, moderator, django_assert_num_queries):
        for number in range(5):
            User.objects.create_superuser(f"s{number}@ill.example.org")
        with django_assert_num_queries(2):
            list(who_lacks_one())

    def test_the_terminal_has_addresses_and_no_mail_does(self, ines, monkeypatch):
        monkeypatch.setattr(checks, "_offered", list(CHECKS))
        out = StringIO()
        call_command("doctor", stdout=out, no_color=True)
        said, address, do = out.getvalue().splitlines()
        assert said.startswith("warn  1 of 1 who may open the admin")
        assert address == f"      - {ines.email}"
        assert do.startswith("      Let them sign in")
        (trouble,) = (one for one in letter._troubles() if "open the admin" in one["said"])
        assert ines.email not in str(trouble)


def test_where_it_is_not_demanded_nothing_is_said(ines, settings):
    settings.STAFF_NEED_SECOND_STEP = False
    assert not list(who_lacks_one())


def test_they_are_among_what_doctor_looks_at():
    assert set(CHECKS) <= set(checks)
