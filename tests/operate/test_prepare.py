import os
from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from wagtail.images.models import Rendition
from wagtail.models import Site

from operate.management.commands import prepare
from tests.factories.pictures import make_image

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.STATIC_ROOT = tmp_path / "static"
    settings.SITE_URL = "http://localhost:8123"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    return tmp_path


def run(**options: str) -> str:
    told = StringIO()
    call_command("prepare", empty=True, stdout=told, **options)
    return told.getvalue()


def test_the_first_run_makes_a_login_and_tells_it(site):
    told = run()
    file = site / "first-login.txt"
    address, password = file.read_text().split()
    assert file.stat().st_mode & 0o777 == 0o600
    assert authenticate(username=address, password=password).is_superuser
    for said in ("http://localhost:8123/admin/", address, password, str(file)):
        assert said in told


def test_the_first_login_may_be_somebodys(site):
    run(administrator="boss@ill.example.org")
    assert get_user_model().objects.get().email == "boss@ill.example.org"
    assert "boss@ill.example.org" in run()


def test_a_second_run_changes_nothing_and_keeps_the_password_to_itself(site):
    run()
    address, password = (site / "first-login.txt").read_text().split()
    before = {path: path.stat().st_mtime_ns for path in site.rglob("*")}
    hashed = get_user_model().objects.get().password
    told = run()
    assert password not in told
    assert address in told
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*")} == before
    assert get_user_model().objects.get().password == hashed


def test_a_site_with_an_administrator_gets_no_other(site):
    get_user_model().objects.create_superuser("boss@ill.example.org", "a long password")
    run()
    assert get_user_model().objects.count() == 1
    assert not (site / "first-login.txt").exists()


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("http://localhost:8123", "http://localhost:8123"),
        ("http://localhost", "http://localhost"),
        ("https://ill.example.org", "https://ill.example.org"),
    ],
)
def test_full_addresses_follow_site_url(settings, home, address, root):
    settings.SITE_URL = address
    run()
    assert Site.objects.get().root_url == root
    assert home.full_url == f"{root}/"


def test_static_files_are_collected_when_one_differs(site, settings):
    source = site / "source"
    source.mkdir()
    (source / "tool.js").write_text("one")
    settings.STATICFILES_DIRS = [source]
    run()
    collected = site / "static" / "tool.js"
    assert collected.read_text() == "one"

    collected.write_text("left alone")
    run()
    assert collected.read_text() == "left alone"

    (source / "tool.js").write_text("two")
    os.utime(source / "tool.js", (4e9, 4e9))
    run()
    assert collected.read_text() == "two"


def test_some_pictures_are_ready_when_the_site_starts(settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setattr(prepare, "PICTURE_STEPS", 2)
    make_image()
    prepare.make_pictures()
    made = Rendition.objects.values_list("filter_spec", flat=True)
    assert "width-1120|format-webp" in made
    assert "width-1120|format-avif" not in made
