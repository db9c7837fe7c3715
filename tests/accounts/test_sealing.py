"""What second steps are made of is not to be read in the database, and outlives a new secret."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django.db import connection

from accounts import sealing
from accounts.checks import can_be_read
from accounts.sealing import Unreadable, seal, seal_all, unseal
from core.doctor import Level
from core.due import due_work
from tests.accounts.steps import app_code, give_second_step, sign_in, where

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

NEW, OTHER = (letter * 10 + "-a secret of the tests alone, and of nothing else" for letter in "no")
ENTER_STEP = "/account/steps/enter/"


def as_kept() -> str:
    """Return what the table has, as whoever copies it reads it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {Authenticator._meta.db_table}")
        return str(cursor.fetchall())


def data_of(user, kind: str) -> dict:
    return Authenticator.objects.get(user=user, type=kind).data


def recovery_codes_of(user) -> list[str]:
    return Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()


def is_let_in(client, user, code: str) -> bool:
    client.logout()
    sign_in(client, user.email)
    return client.post(ENTER_STEP, {"code": code}).status_code == 302


def keep_plain(user, secret: str, seed: str) -> None:
    """As a release before this one kept them."""
    for kind, data in (("totp", {"secret": secret}), ("recovery_codes", {"seed": seed})):
        one = Authenticator.objects.get(user=user, type=kind)
        one.data = {**one.data, **data}
        one.save()


@pytest.fixture
def secret(ines, demanded) -> str:
    """Of the app that Ines has set up."""
    return give_second_step(ines)


def test_neither_secret_nor_seed_is_in_the_table(ines, secret):
    seed = unseal(data_of(ines, "recovery_codes")["seed"])
    assert len(seed) == 80
    assert unseal(data_of(ines, "totp")["secret"]) == secret
    kept = as_kept()
    assert "secret" in kept and "seed" in kept
    assert secret not in kept and seed not in kept


def test_it_is_sealed_another_way_each_time():
    assert seal("it") != seal("it")
    assert unseal(seal("it")) == "it"


def test_codes_let_in(client, ines, secret):
    code = recovery_codes_of(ines)[0]
    assert not is_let_in(client, ines, "000000")
    assert is_let_in(client, ines, app_code(secret))
    assert is_let_in(client, ines, code)
    assert not is_let_in(client, ines, code)


class TestFromBefore:
    SEED = "0123456789abcdef" * 5

    @pytest.fixture(autouse=True)
    def _plain(self, ines, secret):
        self.secret = generate_totp_secret()
        keep_plain(ines, self.secret, self.SEED)

    def test_plain_ones_let_in(self, client, ines):
        assert is_let_in(client, ines, app_code(self.secret))
        assert is_let_in(client, ines, recovery_codes_of(ines)[0])

    def test_the_worker_seals_them_and_they_still_do(self, client, ines):
        used, *codes = recovery_codes_of(ines)
        assert is_let_in(client, ines, used)
        (work,) = (work for work in due_work if work.name == "second steps")
        assert work.at_start
        work.act()
        assert self.secret not in as_kept() and self.SEED not in as_kept()
        assert recovery_codes_of(ines) == codes
        assert is_let_in(client, ines, app_code(self.secret))
        assert not is_let_in(client, ines, used)

    def test_a_code_that_is_used_meanwhile_stays_used(self, client, ines, monkeypatch):
        used, *codes = recovery_codes_of(ines)
        is_readable = sealing.is_readable

        def use_one_first(authenticator):
            if used in recovery_codes_of(ines):
                assert is_let_in(client, ines, used)
            return is_readable(authenticator)

        monkeypatch.setattr(sealing, "is_readable", use_one_first)
        seal_all()
        assert recovery_codes_of(ines) == codes
        assert self.SEED not in as_kept()

    def test_it_does_so_once(self, ines, django_assert_num_queries):
        seal_all()
        before = as_kept()
        with django_assert_num_queries(1):
            seal_all()
        assert as_kept() == before

    def test_doctor_tells_what_is_still_to_be_sealed(self):
        (finding,) = can_be_read()
        assert finding.level is Level.WARN
        seal_all()
        assert not list(can_be_read())


class TestANewSecret:
    def test_the_former_one_opens_what_it_sealed(self, client, ines, secret, settings):
        codes = recovery_codes_of(ines)
        settings.SECRET_KEY_FALLBACKS = [OTHER, settings.SECRET_KEY]
        settings.SECRET_KEY = NEW
        assert is_let_in(client, ines, app_code(secret))
        assert recovery_codes_of(ines) == codes
        (finding,) = can_be_read()
        assert "Keep former secrets" in finding.do

    def test_and_is_needed_no_more_once_the_worker_was_there(self, client, ines, secret, settings):
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = NEW
        seal_all()
        settings.SECRET_KEY_FALLBACKS = []
        assert not list(can_be_read())
        assert is_let_in(client, ines, app_code(secret))


class TestAWrongSecret:
    @pytest.fixture(autouse=True)
    def _lost(self, secret, settings):
        self.former = settings.SECRET_KEY
        settings.SECRET_KEY = NEW

    def test_no_code_is_taken_and_nothing_breaks(self, client, ines, secret, caplog):
        sign_in(client, ines.email)
        for code in (app_code(secret), "000000"):
            answer = client.post(ENTER_STEP, {"code": code})
            assert answer.status_code == 200
            assert "Incorrect code" in answer.content.decode()
        assert "manage.py doctor" in caplog.text
        assert where(client.get("/admin/")) == "/admin/login/"

    def test_what_stands_in_for_it_cannot_be_guessed(self, ines):
        adapter = sealing.SealingAdapter()
        sealed = data_of(ines, "totp")["secret"]
        assert len({adapter.decrypt(sealed) for _time in range(20)}) == 20

    def test_doctor_says_whose_they_are_and_what_to_do(self, ines):
        (finding,) = can_be_read()
        assert finding.level is Level.BAD
        assert finding.of == (ines.email,)
        assert ines.email not in finding.said + finding.do
        assert "former-secrets" in finding.do and "rescue_login" in finding.do

    def test_the_worker_leaves_them_as_they_are(self, client, ines, secret, settings):
        before = as_kept()
        seal_all()
        assert as_kept() == before
        settings.SECRET_KEY_FALLBACKS = [self.former]
        assert is_let_in(client, ines, app_code(secret))

    def test_what_was_tampered_with_is_not_read(self, settings):
        sealed = seal("it")
        for wrong in (sealed[:-4] + "AAA=", sealed[:-1], f"{sealing.SEALED}:x", sealing.SEALED):
            with pytest.raises(Unreadable):
                unseal(wrong)
