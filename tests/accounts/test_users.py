import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django.urls import reverse
from lxml import html

User = get_user_model()

pytestmark = pytest.mark.django_db


def test_a_user_is_named_by_address():
    user = User.objects.create_user("ines@ill.example.org", "a long password")
    assert user.get_username() == "ines@ill.example.org"
    assert str(user) == "ines@ill.example.org"
    assert user.check_password("a long password")
    assert not user.is_staff
    assert not user.is_superuser


def test_a_user_with_a_name_goes_by_it():
    assert str(User(email="ines@ill.example.org", first_name="Ines", last_name="Oy")) == "Ines Oy"


def test_letters_of_any_case_sign_in():
    user = User.objects.create_user("Ines@ILL.example.org", "a long password")
    assert User.objects.get_by_natural_key("ines@ill.EXAMPLE.org") == user
    for address in ("ines@ill.example.org", "INES@ILL.EXAMPLE.ORG"):
        assert authenticate(username=address, password="a long password") == user
    assert authenticate(username="ines@ill.example.org", password="another") is None


def test_an_address_belongs_to_one_user_in_any_case():
    User.objects.create_user("ines@ill.example.org")
    with pytest.raises(ValidationError, match="There is an account with this address already"):
        User(email="Ines@ill.example.org", password="x").full_clean()
    with pytest.raises(IntegrityError):
        User.objects.create_user("INES@ill.example.org")


def test_a_user_has_an_address():
    for address in ("", None):
        with pytest.raises(ValueError, match="address"):
            User.objects.create_user(address, "a long password")


def test_createsuperuser_asks_for_an_address_alone(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a long password")
    call_command("createsuperuser", email="staff@ill.example.org", interactive=False, verbosity=0)
    user = User.objects.get()
    assert user.is_superuser
    assert user.is_staff
    assert user.check_password("a long password")
    with pytest.raises(CommandError):
        call_command("createsuperuser", email="STAFF@ill.example.org", interactive=False)


def test_an_administrator_makes_a_user(admin_client):
    page = html.fromstring(admin_client.get(reverse("wagtailusers_users:add")).content)
    names = {field.get("name") for field in page.cssselect("form input")}
    assert "email" in names
    assert "username" not in names

    fields = {
        "email": "ines@ill.example.org",
        "first_name": "Ines",
        "last_name": "Oyelaran-Beck",
        "password1": "a long password of hers",
        "password2": "a long password of hers",
        "is_active": "on",
    }
    response = admin_client.post(reverse("wagtailusers_users:add"), fields)
    assert response.status_code == 302
    assert authenticate(username="ines@ill.example.org", password="a long password of hers")

    again = {**fields, "email": "INES@ill.example.org"}
    response = admin_client.post(reverse("wagtailusers_users:add"), again)
    assert response.status_code == 200
    assert "There is an account with this address already" in response.content.decode()


def test_an_administrator_edits_a_user(admin_client):
    user = User.objects.create_user("ines@ill.example.org", "a long password")
    address = reverse("wagtailusers_users:edit", args=[user.pk])
    assert admin_client.get(address).status_code == 200
    fields = {"email": "ines@new.example.org", "first_name": "Ines", "last_name": "Beck"}
    assert admin_client.post(address, {**fields, "is_active": "on"}).status_code == 302
    user.refresh_from_db()
    assert user.email == "ines@new.example.org"
    assert user.check_password("a long password")


def test_an_administrator_finds_a_user(admin_client):
    User.objects.create_user("ines@ill.example.org", first_name="Ines", last_name="Beck")
    User.objects.create_user("theo@ill.example.org", first_name="Theo", last_name="Lind")
    for words in ("Ines", "beck", "ines@ill"):
        response = admin_client.get(reverse("wagtailusers_users:index"), {"q": words})
        text = html.fromstring(response.content).cssselect("main")[0].text_content()
        assert "Ines Beck" in text
        assert "Theo" not in text


def test_staff_sign_in_by_address(client):
    User.objects.create_superuser("staff@ill.example.org", "a long password")
    page = html.fromstring(client.get("/admin/", follow=True).content)
    label = page.cssselect("label[for=id_login]")[0].text_content()
    assert "email address" in label.lower()
    fields = {"login": "Staff@ILL.example.org", "password": "a long password", "next": "/admin/"}
    response = client.post("/account/login/", fields)
    assert response.status_code == 302
    assert response["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
