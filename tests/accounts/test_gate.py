"""A password alone never opens the admin, by whatever door it comes."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.strength import may_act_as_staff
from tests.accounts.steps import (
    PASSWORD,
    app_code,
    give_second_step,
    mailed,
    mailed_code,
    set_up_app,
    sign_in,
    sign_in_by_code,
    where,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.any_database,
    pytest.mark.usefixtures("demanded"),
]

ADMIN = ["/admin/", "/admin/users/", "/admin/pages/", "/admin/account/", "/admin/reports/locked/"]
SET_UP, AGAIN = "/account/steps/app/", "/account/steps/again/"
ASK_CODE, ENTER_STEP = "/account/code/", "/account/steps/enter/"


def is_shut(client, leads_to: str) -> bool:
    answers = [client.get(address) for address in ADMIN] + [client.post("/admin/account/")]
    return all(where(answer) == leads_to for answer in answers)


def by_admin_login(client, ines):
    return client.post("/admin/login/", {"username": ines.email, "password": PASSWORD})


def by_site_login(client, ines):
    return client.post("/_util/login/", {"username": ines.email, "password": PASSWORD})


@pytest.mark.parametrize("door", [by_admin_login, by_site_login])
@pytest.mark.parametrize("has_step", [False, True])
def test_wagtails_own_doors_sign_nobody_in(client, ines, door, has_step):
    if has_step:
        give_second_step(ines)
    assert where(door(client, ines)) in {"/account/login/", ASK_CODE}
    assert "_auth_user_id" not in client.session
    assert is_shut(client, "/admin/login/")


def test_the_admins_door_keeps_where_somebody_wanted_to_go(client):
    response = client.get("/admin/login/?next=/admin/pages/")
    assert response["Location"] == "/account/login/?next=/admin/pages/"


def test_wagtails_own_reset_of_passwords_is_off(client):
    assert client.get("/admin/password_reset/").status_code == 404


class TestWithoutASecondStep:
    def test_a_password_leads_to_setting_one_up(self, client, ines):
        response = sign_in(client, ines.email, next="/admin/pages/")
        assert where(response) == "/admin/pages/"
        assert client.get("/admin/pages/")["Location"] == f"{SET_UP}?next=%2Fadmin%2Fpages%2F"
        assert is_shut(client, SET_UP)

    def test_a_found_password_sets_nothing_up(self, client, ines):
        sign_in(client, ines.email)
        assert where(client.get(SET_UP)) == ASK_CODE
        assert where(client.post(SET_UP, {"code": "123456"})) == ASK_CODE
        assert not Authenticator.objects.exists()

    def test_password_and_mailbox_together_do(
        self, client, ines, django_capture_on_commit_callbacks
    ):
        sign_in(client, ines.email)
        client.post(ASK_CODE, {"next": SET_UP})
        response = client.post("/account/code/enter/", {"code": mailed_code()})
        assert where(response) == SET_UP
        assert is_shut(client, SET_UP)
        set_up_app(client, django_capture_on_commit_callbacks)
        assert client.get("/admin/").status_code == 200

    def test_a_mailed_code_alone_asks_for_the_password(self, client, ines):
        sign_in_by_code(client, ines.email)
        assert is_shut(client, SET_UP)
        assert where(client.get(SET_UP)) == "/account/reauthenticate/"
        wrong = client.post("/account/reauthenticate/", {"password": "another"})
        assert wrong.status_code == 200
        assert where(client.get(SET_UP)) == "/account/reauthenticate/"
        fields = {"password": PASSWORD, "next": SET_UP}
        assert where(client.post("/account/reauthenticate/", fields)) == SET_UP
        assert client.get(SET_UP).status_code == 200

    def test_a_new_password_opens_nothing(self, client, ines):
        client.post("/account/password/reset/", {"email": ines.email})
        link = next(word for word in mailed("password_reset").split() if "/reset/" in word)
        page = client.get(link.removeprefix("http://localhost:8000"), follow=True)
        fields = {"password1": "quite another one 7", "password2": "quite another one 7"}
        client.post(page.request["PATH_INFO"], fields)
        assert is_shut(client, "/admin/login/")
        sign_in(client, ines.email, "quite another one 7")
        assert "_auth_user_id" in client.session
        assert is_shut(client, SET_UP)

    def test_a_changed_password_opens_nothing(self, client, ines):
        sign_in(client, ines.email)
        fields = {"oldpassword": PASSWORD, "password1": "quite another 7"}
        client.post("/account/password/", {**fields, "password2": "quite another 7"})
        ines.refresh_from_db()
        assert ines.check_password("quite another 7")
        assert is_shut(client, SET_UP)

    def test_moderators_are_staff_too(self, client):
        user = User.objects.create_user("mo@ill.example.org", PASSWORD)
        user.groups.add(Group.objects.get(name="Moderators"))
        sign_in(client, user.email)
        assert is_shut(client, SET_UP)


class TestWithASecondStep:
    def test_a_password_makes_no_session(self, client, ines):
        give_second_step(ines)
        assert where(sign_in(client, ines.email)) == ENTER_STEP
        assert "_auth_user_id" not in client.session
        assert is_shut(client, "/admin/login/")

    def test_nor_does_a_mailed_code(self, client, ines):
        give_second_step(ines)
        assert where(sign_in_by_code(client, ines.email)) == ENTER_STEP
        assert "_auth_user_id" not in client.session

    def test_the_apps_code_opens_the_admin(self, client, ines):
        secret = give_second_step(ines)
        sign_in(client, ines.email, next="/admin/pages/")
        assert client.post(ENTER_STEP, {"code": "000000"}).status_code == 200
        assert where(client.post(ENTER_STEP, {"code": app_code(secret)})) == "/admin/pages/"
        assert client.get("/admin/").status_code == 200

    def test_a_recovery_code_does_once(self, client, ines, client_again):
        give_second_step(ines)
        codes = Authenticator.objects.get(user=ines, type="recovery_codes").wrap()
        code = codes.get_unused_codes()[0]
        sign_in(client, ines.email)
        client.post(ENTER_STEP, {"code": code})
        assert client.get("/admin/").status_code == 200
        sign_in(client_again, ines.email)
        client_again.post(ENTER_STEP, {"code": code})
        assert is_shut(client_again, "/admin/login/")

    def test_codes_cannot_be_tried_for_ever(self, client, ines):
        secret = give_second_step(ines)
        sign_in(client, ines.email)
        for _try in range(10):
            client.post(ENTER_STEP, {"code": "000000"})
        response = client.post(ENTER_STEP, {"code": app_code(secret)})
        assert "Too many" in response.content.decode()
        assert is_shut(client, "/admin/login/")

    def test_a_session_from_before_is_asked_for_it(self, client, ines):
        sign_in(client, ines.email)
        secret = give_second_step(ines)
        assert is_shut(client, AGAIN)
        again = client.post(AGAIN, {"code": app_code(secret), "next": "/admin/pages/"})
        assert where(again) == "/admin/pages/"
        assert client.get("/admin/").status_code == 200

    @pytest.mark.parametrize(
        "name", ["mfa_deactivate_totp", "mfa_view_recovery_codes", "mfa_generate_recovery_codes"]
    )
    def test_a_password_does_not_take_it_out(self, client, ines, name):
        sign_in(client, ines.email)
        give_second_step(ines)
        assert where(client.get(reverse(name))) == AGAIN
        client.post(reverse(name))
        assert where(client.get("/account/reauthenticate/")) == AGAIN
        assert Authenticator.objects.count() == 2

    def test_who_takes_it_out_sets_up_another(
        self, client, ines, django_capture_on_commit_callbacks
    ):
        secret = give_second_step(ines)
        sign_in(client, ines.email)
        client.post(ENTER_STEP, {"code": app_code(secret, -1)})
        remove = reverse("mfa_deactivate_totp")
        assert where(client.get(remove)) == AGAIN
        client.post(AGAIN, {"code": app_code(secret), "next": remove})
        client.post(remove)
        assert not Authenticator.objects.exists()
        assert "was taken out" in mailed("sign_in_changed")
        assert is_shut(client, SET_UP)
        set_up_app(client, django_capture_on_commit_callbacks)
        assert client.get("/admin/").status_code == 200


@pytest.fixture
def client_again():
    return Client()


def test_the_organisations_sign_in_opens_the_admin_and_others_do_not(client, ines):
    for provider, status in (("google", 302), ("organisation", 200)):
        client.force_login(ines)
        session = client.session
        record = {"method": "socialaccount", "at": 0, "provider": provider, "uid": "1"}
        session["account_authentication_methods"] = [record]
        session["account_authentication_methods_user"] = str(ines.pk)
        session.save()
        assert client.get("/admin/").status_code == status


def test_a_reader_is_led_to_their_own_page(client, reader):
    sign_in_by_code(client, reader.email)
    response = client.get("/admin/", follow=True)
    assert response.request["PATH_INFO"] == "/account/"
    assert where(client.get(SET_UP)) == "/account/"


def test_on_this_machine_it_is_offered(client, ines, settings, django_capture_on_commit_callbacks):
    settings.STAFF_NEED_SECOND_STEP = False
    assert where(sign_in(client, ines.email)) == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert "Set up a second step" in client.get("/account/").content.decode()
    set_up_app(client, django_capture_on_commit_callbacks)
    client.logout()
    assert where(sign_in(client, ines.email)) == ENTER_STEP


def test_staff_by_password_alone_are_no_staff_on_readers_pages(client, ines):
    sign_in(client, ines.email)
    request = client.get("/account/").wsgi_request
    assert not may_act_as_staff(request)
