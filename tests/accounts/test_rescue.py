import logging
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from tests.accounts.steps import give_second_step, mailed, set_up_app, sign_in_by_code, where

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database,
    pytest.mark.usefixtures("demanded"),
]

SET_UP = "/account/steps/app/"


def rescue(capsys, email: str) -> str:
    call_command("rescue_login", email)
    return capsys.readouterr().out.strip().removeprefix("http://localhost:8000")


def test_a_link_lets_in_and_leads_to_a_new_second_step(
    client, ines, capsys, caplog, django_capture_on_commit_callbacks
):
    caplog.set_level(logging.WARNING, "accounts")
    give_second_step(ines)
    link = rescue(capsys, "INES@ill.example.org")
    assert client.get(link).status_code == 200
    assert Authenticator.objects.exists()
    assert where(client.post(link)) == SET_UP
    assert not Authenticator.objects.exists()
    assert "rescue link" in mailed("sign_in_changed")
    assert where(client.get("/admin/")) == SET_UP
    set_up_app(client, django_capture_on_commit_callbacks)
    assert client.get("/admin/").status_code == 200
    said = " ".join(record.getMessage() for record in caplog.records)
    assert f"made for user {ines.pk}" in said
    assert f"User {ines.pk} signs in by a rescue link" in said
    assert ines.email not in said
    assert link.split("/")[3] not in said


def test_it_works_once(client, ines, capsys):
    link, other = rescue(capsys, ines.email), rescue(capsys, ines.email)
    client.post(link)
    for late in (link, other):
        second = Client()
        assert "leads nowhere" in second.post(late).content.decode()
        assert "_auth_user_id" not in second.session


def test_it_works_for_a_quarter_of_an_hour(client, ines, capsys, time_machine):
    link = rescue(capsys, ines.email)
    time_machine.move_to(timezone.now() + timedelta(minutes=15, seconds=5))
    assert "leads nowhere" in client.post(link).content.decode()
    assert "_auth_user_id" not in client.session


def test_signing_in_otherwise_ends_it(client, ines, capsys):
    link = rescue(capsys, ines.email)
    sign_in_by_code(Client(), ines.email)
    assert "leads nowhere" in client.post(link).content.decode()


def test_a_changed_link_leads_nowhere(client, ines, capsys):
    link = rescue(capsys, ines.email)
    assert "leads nowhere" in client.post(link[:-2] + "x/").content.decode()


def test_it_is_for_staff_alone(reader, capsys):
    with pytest.raises(CommandError, match="no rights of staff"):
        call_command("rescue_login", reader.email)
    with pytest.raises(CommandError, match="Nobody"):
        call_command("rescue_login", "nobody@ill.example.org")


def test_another_who_is_signed_in_is_signed_out(client, ines, reader, capsys):
    client.force_login(reader)
    client.post(rescue(capsys, ines.email))
    assert client.session["_auth_user_id"] == str(ines.pk)
