"""What the operator is told on Monday, and when, and who."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.auth import get_user_model
from django.utils import timezone

from core.doctor import Check, bad, checks, good
from operate import letter
from operate.back_ups.making import back_up
from outbox.addresses import address_of
from outbox.models import Mail, MailState

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 30, 7, 0, 30, tzinfo=ZoneInfo("America/New_York"))


@pytest.fixture(autouse=True)
def administrator(settings, small_site, monkeypatch):
    settings.WEEKLY_LETTER_TO = []
    monkeypatch.setattr(checks, "_offered", [])
    return get_user_model().objects.create_superuser("boss@ill.example.org", "a long password")


def written_at(moment: datetime) -> list[str]:
    with time_machine.travel(moment, tick=False):
        letter.write_letters()
    mails = Mail.objects.filter(kind="weekly_letter").order_by("pk")
    return list(mails.values_list("address__email", flat=True))


def facts() -> dict[str, str]:
    return {fact["label"]: fact["text"] for fact in letter.contents()["facts"]}


class TestWhen:
    @pytest.mark.parametrize("hours", [-1, 24, 6 * 24])
    def test_on_monday_morning_alone(self, hours):
        assert written_at(MONDAY + timedelta(hours=hours)) == []

    def test_once_a_week(self):
        boss = "boss@ill.example.org"
        assert written_at(MONDAY) == [boss]
        assert written_at(MONDAY + timedelta(hours=3)) == [boss]
        assert written_at(MONDAY + timedelta(days=7)) == [boss, boss]


class TestWho:
    def test_administrators_who_are_at_work(self, administrator):
        get_user_model().objects.create_user("editor@ill.example.org", "a long password")
        administrator.is_active = False
        administrator.save()
        assert written_at(MONDAY) == []

    def test_whom_the_settings_name(self, settings):
        settings.WEEKLY_LETTER_TO = ["operator@ill.example.org"]
        assert written_at(MONDAY) == ["operator@ill.example.org"]

    def test_nobody(self, settings):
        settings.WEEKLY_LETTER_TO = ["none"]
        assert written_at(MONDAY) == []


class TestWhat:
    def test_the_last_back_up_and_the_disk(self, small_site):
        assert facts()["Last back-up"] == "none on this machine"
        back_up()
        assert facts()["Last back-up"].endswith("KB")
        assert "free" in facts()["Disk"]

    def test_mail_of_the_week(self):
        to = address_of("reader@example.net")
        now = timezone.now()
        for state, days in [("sent", 1), ("sent", 8), ("failed", 2), ("waiting", 0)]:
            ended_at = now - timedelta(days=days) if days else None
            Mail.objects.create(
                address=to, sender="a@b.example", state=MailState(state), ended_at=ended_at
            )
        told = facts()
        labels = ("Mails sent in a week", "Mails that failed", "Mails waiting")
        assert [told[label] for label in labels] == ["1", "1", "1"]

    def test_what_the_doctor_finds_without_asking_others(self, monkeypatch):
        far = Check("far", lambda: 1 / 0, asks_others=True)
        near = Check("near", lambda: [good("It goes."), bad("It burns.", "Put it out.")])
        broken = Check("broken", lambda: 1 / 0)
        monkeypatch.setattr(checks, "_offered", [far, broken, near])
        assert {"said": "It burns.", "do": "Put it out."} in letter.contents()["troubles"]
        assert "The check of broken failed" in str(letter.contents()["troubles"])
        assert "It goes." not in str(letter.contents()["troubles"])

    def test_old_packages_and_a_password_that_lies_about(self, small_site):
        assert letter.contents()["troubles"] == []
        (small_site.folder / "first-login.txt").touch()
        with time_machine.travel(timezone.now() + timedelta(days=400)):
            said = [trouble["said"] for trouble in letter.contents()["troubles"]]
        assert ["old" in said[0], "first-login.txt" in said[1]] == [True, True]

    def test_all_of_it_is_in_the_mail(self, small_site):
        (small_site.folder / "first-login.txt").touch()
        written_at(MONDAY)
        mail = Mail.objects.get()
        assert mail.subject == "Desk to Desk: the week on the server, and one thing to see to"
        for said in (b"first-login.txt", b"Last back-up", b"Django 5.2"):
            assert said in mail.content
