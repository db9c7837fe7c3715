"""A site of one's own, after a few questions that are asked once."""

import builtins
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from wagtail.models import Site

from operate import beginning
from operate.management.commands import begin

ANSWERS = {
    "address": "https://ill.example.org/",
    "sender": "desk@ill.example.org",
    "time_zone": "America/Chicago",
    "name": "Lake Libraries",
    "administrator": "boss@ill.example.org",
}


@pytest.fixture
def env(settings, tmp_path, monkeypatch) -> Path:
    """Where settings are written, of a site in a folder of its own."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setenv("ENV_FILE", str(tmp_path / ".env"))
    monkeypatch.delenv("DATA_DIR", raising=False)
    monkeypatch.setattr(sys, "stdin", StringIO())
    return tmp_path / ".env"


@pytest.fixture
def ran(monkeypatch) -> list[tuple[str, ...]]:
    """The commands that it runs, which here do nothing."""
    ran = []
    note = lambda *command, env=None: ran.append(command)  # noqa: E731
    for module in (beginning, begin):
        monkeypatch.setattr(module, "run_settled", note)
    return ran


def run(**answers: str) -> str:
    out = StringIO()
    call_command("begin", stdout=out, stderr=StringIO(), **answers)
    return out.getvalue()


@pytest.mark.django_db
class TestOnce:
    def test_settings_name_and_login_are_of_the_answers(self, env, ran):
        run(**ANSWERS)
        lines = env.read_text().splitlines()
        assert {
            "SITE_URL=https://ill.example.org",
            "BEHIND_PROXY=1",
            "TRUSTED_PROXIES=127.0.0.1",
            "DEFAULT_FROM_EMAIL=desk@ill.example.org",
            "TIME_ZONE=America/Chicago",
        } <= set(lines)
        assert env.stat().st_mode & 0o777 == 0o600
        assert ran[-1][1:3] == ("prepare", "--empty")
        assert "--administrator=boss@ill.example.org" in ran[-1]
        assert Site.objects.get().site_name == "Lake Libraries"

    def test_the_folder_is_kept_where_one_was_said(self, env, ran, monkeypatch):
        monkeypatch.setenv("DATA_DIR", str(env.parent))
        run(**ANSWERS)
        assert f"DATA_DIR={env.parent}" in env.read_text().splitlines()

    def test_a_site_on_this_machine_is_behind_no_proxy(self, env, ran):
        run(**{**ANSWERS, "address": "http://localhost:8000"})
        assert "PROX" not in env.read_text()

    def test_again_it_asks_nothing_and_changes_nothing(self, env, ran):
        run(**ANSWERS)
        get_user_model().objects.create_superuser("boss@ill.example.org", "a long password")
        before = env.read_text()
        run()
        run(name="Another", address="https://other.example.org")
        assert env.read_text() == before
        assert Site.objects.get().site_name == "Lake Libraries"
        assert "--administrator" not in " ".join(ran[-1])


@pytest.mark.django_db
class TestAnswers:
    def test_by_a_person(self, env, ran, monkeypatch):
        said = iter(
            [
                "https://ill.example.org",
                "desk",
                "desk@ill.example.org",
                "",
                "",
                ANSWERS["administrator"],
            ]
        )
        monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
        monkeypatch.setattr(builtins, "input", lambda question: next(said))
        run()
        assert "DEFAULT_FROM_EMAIL=desk@ill.example.org" in env.read_text()
        assert "TIME_ZONE=America/New_York" in env.read_text()
        assert Site.objects.get().site_name == "Desk to Desk"

    @pytest.mark.parametrize(
        ("answers", "sentence"),
        [
            ({"address": ""}, "say --address"),
            ({"sender": ""}, "say --sender"),
            ({"administrator": ""}, "say --administrator"),
            ({"sender": "desk"}, "--sender: Enter a valid email address"),
            ({"time_zone": "Ohio"}, "--time-zone: Ohio is no time zone"),
        ],
    )
    def test_missing_or_wrong_with_nobody_to_ask(self, env, ran, answers, sentence):
        with pytest.raises(CommandError, match=sentence):
            run(**{**ANSWERS, **answers})

    def test_what_settings_refuse_is_not_written(self, env, monkeypatch):
        def refuse(command, **options):
            problem = "Traceback …\ndjango.core.exceptions.ImproperlyConfigured: Use https.\n"
            return subprocess.CompletedProcess(command, 1, stderr=problem)

        monkeypatch.setattr(beginning.subprocess, "run", refuse)
        with pytest.raises(CommandError, match=r"^Use https\.$"):
            run(**ANSWERS)
        assert list(env.parent.iterdir()) == []
