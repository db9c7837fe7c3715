from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from core.doctor import Check, bad, checks, good, warn
from core.health import HealthPart
from operate import checks as of_operation
from operate import health
from operate.management.commands import doctor
from outbox import outlet
from outbox.addresses import address_of, stop
from outbox.models import Mail, MailState, StopReason
from outbox.transports import ServerAway


@pytest.fixture
def offered(monkeypatch) -> list[Check]:
    """What is looked at in place of the checks of the site."""
    offered = []
    monkeypatch.setattr(checks, "_offered", offered)
    return offered


def told(*arguments: str) -> str:
    out = StringIO()
    call_command("doctor", *arguments, stdout=out, no_color=True)
    return out.getvalue()


class TestFindings:
    def test_each_is_told_with_what_to_do(self, offered):
        offered.append(Check("one", lambda: [good("It goes."), warn("It limps.", "Rest it.")]))
        assert told() == "good  It goes.\nwarn  It limps.\n      Rest it.\n"

    def test_a_bad_one_fails_after_all_are_told(self, offered, capsys):
        offered += [Check("one", lambda: [bad("No.", "Do.")]), Check("two", lambda: [good("Yes.")])]
        out = StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("doctor", stdout=out, no_color=True)
        assert ended.value.code == 1
        assert out.getvalue() == "bad   No.\n      Do.\ngood  Yes.\n"

    def test_a_check_that_fails_is_bad_and_the_next_is_looked_at(self, offered):
        def fail():
            yield good("So far.")
            raise OSError("it burns")

        offered += [Check("fire", fail), Check("two", lambda: [good("Yes.")])]
        out = StringIO()
        with pytest.raises(SystemExit):
            call_command("doctor", stdout=out, no_color=True)
        assert "The check of fire failed: OSError: it burns" in out.getvalue()
        assert "Yes." in out.getvalue()

    def test_offline_asks_nobody(self, offered):
        offered += [Check("far", lambda: 1 / 0, asks_others=True), Check("near", list)]
        assert told("--offline") == ""


@pytest.mark.django_db
class TestOfTheWholeSite:
    def test_mail_is_among_what_is_looked_at(self):
        names = {check.name for check in checks}
        assert {"database", "health", "mail", "domain of mail"} <= names

    def test_the_database_is_of_this_version(self, monkeypatch):
        assert [one.level.value for one in of_operation.database()] == ["good"]
        executor = of_operation.MigrationExecutor
        monkeypatch.setattr(executor, "migration_plan", lambda *args: [("outbox", False)])
        assert "prepare" in next(of_operation.database()).do

    def test_parts_of_health_that_nothing_else_speaks_for(self, monkeypatch, offered):
        offered.append(Check("mail", list))
        parts = [
            lambda: HealthPart("worker", "never seen", well=False),
            lambda: HealthPart("index", "behind by 5 min", well=False),
            lambda: HealthPart("media", "down", well=False),
            lambda: HealthPart("cache", "up", well=True),
            lambda: HealthPart("mail", "held", well=False),
        ]
        monkeypatch.setattr(health, "health_parts", parts)
        assert [(one.level.value, one.said) for one in of_operation.health()] == [
            ("bad", "Worker: never seen."),
            ("warn", "Index: behind by 5 min."),
            ("bad", "Media: down."),
            ("good", "Cache: up."),
        ]


@pytest.mark.django_db
class TestTestMail:
    @pytest.fixture(autouse=True)
    def _nothing_else(self, offered):
        """Look at nothing besides."""

    def test_tells_the_answer(self, monkeypatch):
        monkeypatch.setattr(doctor, "send_test", lambda to: "250 2.0.0 OK queued as 4F1A")
        assert "to me@example.org was taken: 250 2.0.0 OK" in told(
            "--send-test-to", "me@example.org"
        )

    def test_is_sent_though_something_is_bad(self, monkeypatch, offered):
        sent = []
        offered.append(Check("one", lambda: [bad("No.", "Do.")]))
        monkeypatch.setattr(doctor, "send_test", sent.append)
        with pytest.raises(SystemExit):
            told("--send-test-to", "me@example.org")
        assert sent == ["me@example.org"]

    def test_a_stopped_address_is_left_alone(self, monkeypatch):
        monkeypatch.setattr(doctor, "send_test", lambda to: pytest.fail("written to"))
        stop(address_of("me@example.org"), StopReason.COMPLAINED)
        with pytest.raises(CommandError, match="is stopped"):
            told("--send-test-to", "Me@example.org")

    def test_what_is_no_address(self):
        with pytest.raises(CommandError, match="is no address"):
            told("--send-test-to", "me")

    def test_a_server_that_does_not_take_it(self, monkeypatch):
        def refuse(to: str) -> str:
            raise ServerAway("454 Later")

        monkeypatch.setattr(doctor, "send_test", refuse)
        with pytest.raises(CommandError, match="454 Later"):
            told("--send-test-to", "me@example.org")

    def test_needs_another_machine(self):
        with pytest.raises(CommandError, match="offline"):
            told("--offline", "--send-test-to", "me@example.org")


@pytest.mark.django_db
class TestReleaseMail:
    @pytest.mark.parametrize(
        ("arguments", "state", "words"),
        [
            ([], MailState.WAITING, "waiting to leave: 1"),
            (["--drop-waiting"], MailState.DROPPED, "given up: 1"),
        ],
    )
    def test_lets_mail_leave(self, arguments, state, words):
        mail = Mail(address=address_of("reader@example.net"), sender="a@b.example")
        mail.save()
        outlet.hold("The site was copied.")
        out = StringIO()
        call_command("release_mail", *arguments, stdout=out)
        mail.refresh_from_db()
        assert words in out.getvalue()
        assert mail.state == state
        assert outlet.current().held_at is None
